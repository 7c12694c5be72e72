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

  /** What a copy reads it copies then, if it can be changed at all: trials read little of what a cycle remembers. */
  private original: CycleState | undefined;

  read(key: string): StateData | undefined {
    const own = this.data?.get(key);
    if (own !== undefined || this.original === undefined) return own;
    const theirs = this.original.read(key);
    const copy = theirs?.clone();
    if (copy !== undefined && copy !== theirs) this.write(key, copy);
    return copy;
  }

  write(key: string, value: StateData): void {
    (this.data ??= new Map<string, StateData>()).set(key, value);
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
    this.data = this.filterSkips = this.scoreSkips = this.original = undefined;
    return this;
  }

  /** A copy to try changes on. The original must not change while the copy is in use. */
  clone(): CycleState {
    const copy = new CycleState();
    copy.original = this;
    // PreFilter and PreScore, which add to these, do not run on copies.
    copy.filterSkips = this.filterSkips;
    copy.scoreSkips = this.scoreSkips;
    return copy;
  }
}
