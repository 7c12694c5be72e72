/**
 * How long plugins take, by extension point: a cycle is evaluated plainly, plugin by plugin, on the state from which the scheduler
 * decides. The scheduler itself keeps most of these results from cycle to cycle; what is measured is the plugins' own work.
 */
import { CycleFailure } from "../scheduler/framework/cycle-failure.js";
import { CycleState } from "../scheduler/framework/cycle-state.js";
import type { NodeInfo } from "../scheduler/framework/node-info.js";
import type { NodeScore } from "../scheduler/framework/plugin.js";
import { runPreScore } from "../scheduler/framework/plugin-scores.js";
import type { SchedulingCycle } from "../scheduler/observer.js";
import { SchedulingAlgorithm } from "../scheduler/scheduling-algorithm.js";

/** Reads a clock that runs with the computer's time; in milliseconds, from any moment on. */
export type Stopwatch = () => number;

export interface PluginTime {
  readonly plugin: string;
  readonly point: "PreFilter" | "Filter" | "PreScore" | "Score" | "NormalizeScore";
  calls: number;
  milliseconds: number;
}

export class PluginTimes {
  private readonly times = new Map<string, PluginTime>();

  constructor(private readonly stopwatch: Stopwatch) {}

  /** In order of first call: the order of points and plugins in a cycle. */
  get all(): readonly PluginTime[] {
    return [...this.times.values()];
  }

  /** Times one cycle, as far as it comes. Nodes are those that the search looks at; a filter is asked of the nodes that passed the ones before it. */
  measure(cycle: SchedulingCycle): void {
    try {
      this.measureAll(cycle);
    } catch (error) {
      if (!(error instanceof CycleFailure)) throw error;
    }
  }

  private measureAll({ cache, profile, pod, searchStart }: SchedulingCycle): void {
    const state = new CycleState();
    const algorithm = new SchedulingAlgorithm(cache, { index: searchStart }, "upstream", { reuseResults: false, tellsErrors: true });
    const preFilter = profile.runPreFilter(state, pod);
    const isRejected = preFilter.status !== undefined;
    const search = isRejected ? undefined : algorithm.findFeasible(profile, state, pod, preFilter);

    const timed = new CycleState();
    for (const plugin of profile.plugins.preFilter) {
      const answer = this.time(plugin.name, "PreFilter", 1, () => profile.callPreFilter(plugin, timed, pod));
      if (answer?.status?.code === "Skip") timed.skipFilter(plugin.name);
    }
    if (search === undefined) return;
    let left: readonly NodeInfo[] = [...search.feasible, ...[...search.statuses.keys()].flatMap((name) => cache.node(name) ?? [])];
    for (const plugin of profile.plugins.filter) {
      if (timed.skipsFilter(plugin.name) || left.length === 0) continue;
      const asked = left;
      left = this.time(plugin.name, "Filter", asked.length, () =>
        asked.filter((node) => profile.callFilters([plugin], timed, pod, node) === undefined),
      );
    }
    const { feasible } = search;
    if (feasible.length < 2) return;
    for (const plugin of profile.plugins.preScore) this.time(plugin.name, "PreScore", 1, () => runPreScore([plugin], timed, pod, feasible));
    for (const plugin of profile.plugins.score) {
      if (timed.skipsScore(plugin.name)) continue;
      const scores = this.time(plugin.name, "Score", feasible.length, () =>
        feasible.map((node): NodeScore => ({ node, score: plugin.score!(timed, pod, node) })),
      );
      if (plugin.normalizeScore !== undefined)
        this.time(plugin.name, "NormalizeScore", 1, () => plugin.normalizeScore!(timed, pod, scores));
    }
  }

  private time<T>(plugin: string, point: PluginTime["point"], calls: number, run: () => T): T {
    const key = `${point} ${plugin}`;
    let entry = this.times.get(key);
    if (entry === undefined) this.times.set(key, (entry = { plugin, point, calls: 0, milliseconds: 0 }));
    const start = this.stopwatch();
    const result = run();
    entry.milliseconds += this.stopwatch() - start;
    entry.calls += calls;
    return result;
  }
}
