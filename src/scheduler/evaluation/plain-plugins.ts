/** Filter and Score of plugins of which nothing can be kept: asked anew for each node of each cycle. */
import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { runPreScore, scoresOf } from "../framework/plugin-scores.js";
import type { Profile } from "../framework/profile.js";
import type { Status } from "../framework/status.js";

/** The plain plugins that have to do with a pod, by point. */
interface Concerned {
  readonly preFilters: readonly Plugin[];
  readonly filters: readonly Plugin[];
  readonly preScorers: readonly Plugin[];
  readonly scorers: readonly Plugin[];
}

export class PlainPlugins {
  private readonly withVolumes: Concerned;
  private readonly withoutVolumes: Concerned;
  private readonly isIdleWithoutVolumes: boolean;

  /** @param isPlain which plugins of the profile nothing can be kept of */
  constructor(
    private readonly profile: Profile,
    isPlain: (plugin: Plugin) => boolean,
  ) {
    const { preFilter, filter, preScore, score } = profile.plugins;
    const concerned = (isConcerned: (plugin: Plugin) => boolean): Concerned => {
      const of = (plugins: readonly Plugin[]): Plugin[] => plugins.filter((plugin) => isPlain(plugin) && isConcerned(plugin));
      return { preFilters: of(preFilter), filters: of(filter), preScorers: of(preScore), scorers: of(score) };
    };
    this.withVolumes = concerned(() => true);
    this.withoutVolumes = concerned((plugin) => plugin.concerns === undefined);
    this.isIdleWithoutVolumes = Object.values(this.withoutVolumes).every((plugins: readonly Plugin[]) => plugins.length === 0);
  }

  /** Whether no plain plugin has anything to do with the pod. */
  isIdleFor(pod: PodInfo): boolean {
    return this.isIdleWithoutVolumes && !pod.hasVolumes;
  }

  private for(pod: PodInfo): Concerned {
    return pod.hasVolumes ? this.withVolumes : this.withoutVolumes;
  }

  /** Runs PreFilter of the plain plugins; returns whether the search goes on as usual: none rejected the pod or narrowed the search. */
  begin(state: CycleState, pod: PodInfo): boolean {
    for (const plugin of this.for(pod).preFilters) {
      const answer = this.profile.callPreFilter(plugin, state, pod);
      if (answer?.status?.code === "Skip") state.skipFilter(plugin.name);
      else if ((answer?.status?.code ?? "Success") !== "Success" || answer?.result?.nodeNames !== undefined) return false;
    }
    return true;
  }

  /** Filters a node by the plain plugins. Call {@link begin} first. */
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    return this.profile.callFilters(this.for(pod).filters, state, pod, node);
  }

  /** Adds the weighted normalized scores to the totals. */
  addScores(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], totals: Int32Array): void {
    const { preScorers, scorers } = this.for(pod);
    runPreScore(preScorers, state, pod, nodes);
    for (const plugin of scorers) {
      if (state.skipsScore(plugin.name)) continue;
      const { scores } = scoresOf(plugin, state, pod, nodes);
      const weight = this.profile.weights.get(plugin.name) ?? 1;
      for (let i = 0; i < scores.length; i++) totals[i] += weight * scores[i].score;
    }
  }
}
