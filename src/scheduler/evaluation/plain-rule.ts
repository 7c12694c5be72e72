/** Filter and Score of plugins of which nothing can be kept: asked anew for each node of each cycle. */
import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { NodeScore, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Profile } from "../framework/profile.js";
import type { Status } from "../framework/status.js";

export class PlainPlugins {
  private readonly filters: readonly Plugin[];
  private readonly scorers: readonly Plugin[];

  /** @param plugins of the profile, in the order of the points */
  constructor(
    private readonly profile: Profile,
    isPlain: (plugin: Plugin) => boolean,
  ) {
    this.filters = profile.plugins.filter.filter(isPlain);
    this.scorers = profile.plugins.score.filter(isPlain);
    this.preFilters = profile.plugins.preFilter.filter(isPlain);
    this.preScorers = profile.plugins.preScore.filter(isPlain);
  }

  private readonly preFilters: readonly Plugin[];
  private readonly preScorers: readonly Plugin[];

  /** Runs PreFilter of the plain plugins; returns whether the search goes on as usual: none rejected the pod or narrowed the search. */
  begin(state: CycleState, pod: PodInfo): boolean {
    for (const plugin of this.preFilters) {
      if (plugin.appliesTo?.(pod) === false) continue;
      const answer = this.profile.callPreFilter(plugin, state, pod);
      if (answer?.status?.code === "Skip") state.skipFilter(plugin.name);
      else if ((answer?.status?.code ?? "Success") !== "Success" || answer?.result?.nodeNames !== undefined) return false;
    }
    return true;
  }

  /** Whether any plain plugin filters nodes for the pod. Call {@link begin} first. */
  filtersFor(state: CycleState, pod: PodInfo): boolean {
    const { filters } = this;
    for (let i = 0; i < filters.length; i++) if (filters[i].appliesTo?.(pod) !== false && !state.skipsFilter(filters[i].name)) return true;
    return false;
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    return this.profile.callFilters(this.filters, state, pod, node, true);
  }

  /** Whether any plain plugin may score nodes for the pod. */
  scoresFor(pod: PodInfo): boolean {
    const { scorers } = this;
    for (let i = 0; i < scorers.length; i++) if (scorers[i].appliesTo?.(pod) !== false) return true;
    return false;
  }

  /** Adds the weighted normalized scores to the totals. */
  addScores(state: CycleState, pod: PodInfo, nodesOf: () => readonly NodeInfo[], totals: Int32Array): void {
    const scorers = this.scorers.filter((plugin) => plugin.appliesTo?.(pod) !== false);
    if (scorers.length === 0) return;
    const nodes = nodesOf();
    this.profile.callPreScore(this.preScorers, state, pod, nodes);
    for (const plugin of scorers) {
      if (state.skipsScore(plugin.name)) continue;
      const scores: readonly NodeScore[] = this.profile.callScore(plugin, state, pod, nodes).scores;
      const weight = this.profile.weights.get(plugin.name) ?? 1;
      for (let i = 0; i < scores.length; i++) totals[i] += weight * scores[i].score;
    }
  }
}
