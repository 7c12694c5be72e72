/** What the plugins remember of one scheduling cycle. Source of the idea: pkg/scheduler/framework/cycle_state.go */

/** A value that a plugin keeps in the cycle state; cloned when preemption tries changes on a copy. */
export interface StateData {
  clone(): StateData;
}

export class CycleState {
  private readonly data = new Map<string, StateData>();
  /** Plugins whose PreFilter answered Skip: their Filter is not run. */
  readonly skipFilter = new Set<string>();
  /** Plugins whose PreScore answered Skip: their Score is not run. */
  readonly skipScore = new Set<string>();

  read(key: string): StateData | undefined {
    return this.data.get(key);
  }

  write(key: string, value: StateData): void {
    this.data.set(key, value);
  }

  delete(key: string): void {
    this.data.delete(key);
  }

  /** Forgets everything. */
  reset(): this {
    this.data.clear();
    this.skipFilter.clear();
    this.skipScore.clear();
    return this;
  }

  clone(): CycleState {
    const copy = new CycleState();
    for (const [key, value] of this.data) copy.data.set(key, value.clone());
    for (const plugin of this.skipFilter) copy.skipFilter.add(plugin);
    for (const plugin of this.skipScore) copy.skipScore.add(plugin);
    return copy;
  }
}
