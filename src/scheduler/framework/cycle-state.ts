/** What the plugins remember of one scheduling cycle. Source of the idea: pkg/scheduler/framework/cycle_state.go */

/** A value that a plugin keeps in the cycle state; cloned when preemption tries changes on a copy. */
export interface StateData {
  clone(): StateData;
}

/** Most cycles remember nothing: the parts are made when first written. */
export class CycleState {
  private data: Map<string, StateData> | undefined;
  private filterSkips: Set<string> | undefined;
  private scoreSkips: Set<string> | undefined;

  read(key: string): StateData | undefined {
    return this.data?.get(key);
  }

  write(key: string, value: StateData): void {
    (this.data ??= new Map<string, StateData>()).set(key, value);
  }

  delete(key: string): void {
    this.data?.delete(key);
  }

  /** The plugin's PreFilter answered Skip: its Filter is not run. */
  skipFilter(plugin: string): void {
    (this.filterSkips ??= new Set()).add(plugin);
  }

  skipsFilter(plugin: string): boolean {
    return this.filterSkips?.has(plugin) === true;
  }

  /** The plugin's PreScore answered Skip: its Score is not run. */
  skipScore(plugin: string): void {
    (this.scoreSkips ??= new Set()).add(plugin);
  }

  skipsScore(plugin: string): boolean {
    return this.scoreSkips?.has(plugin) === true;
  }

  /** Forgets everything. */
  reset(): this {
    this.data = this.filterSkips = this.scoreSkips = undefined;
    return this;
  }

  clone(): CycleState {
    const copy = new CycleState();
    if (this.data !== undefined) copy.data = new Map([...this.data].map(([key, value]) => [key, value.clone()]));
    if (this.filterSkips !== undefined) copy.filterSkips = new Set(this.filterSkips);
    if (this.scoreSkips !== undefined) copy.scoreSkips = new Set(this.scoreSkips);
    return copy;
  }
}
