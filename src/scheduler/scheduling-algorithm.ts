/**
 * One scheduling cycle up to the choice of a node: every plugin asked of every node that is looked at, nothing kept between cycles.
 *
 * This plain evaluation is the reference that the incremental one has to agree with; explain and rare cases use it too.
 * Source of the rules: pkg/scheduler/schedule_one.go (schedulePod, findNodesThatFitPod, prioritizeNodes)
 */
import { ResultReuse, SortedNodes } from "./result-reuse.js";
import type { CycleOutcome } from "./cycle-outcome.js";
import type { Cache } from "./cache/cache.js";
import { EXTENDER_NAME, type NodeExtender } from "./extenders/extender.js";
import {
  EXTENDER_SCALE,
  extenderScores,
  passExtenders,
  type ExtenderScores,
  type ExtenderSearch,
  type ExtenderVerdict,
} from "./extenders/node-extenders.js";
import { CycleFailure } from "./framework/cycle-failure.js";
import type { CycleState } from "./framework/cycle-state.js";
import type { Diagnosis } from "./framework/fit-error.js";
import type { NodeInfo } from "./framework/node-info.js";
import type { NodeToStatus } from "./framework/plugin.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { PluginScores, PreFilterOutcome, Profile } from "./framework/profile.js";
import { Status } from "./framework/status.js";
import { numFeasibleNodesToFind, selectPlace, type TieBreak } from "./node-selection.js";

/** Where searches begin: shared by all profiles of a scheduler. */
export interface SearchStart {
  index: number;
}

/** Nodes found by one search. */
export interface Search {
  readonly feasible: readonly NodeInfo[];
  readonly statuses: ReadonlyMap<string, Status>;
  readonly absent: Status;
  /** What rejected nodes: plugins by name, and {@link EXTENDER_NAME}. */
  readonly rejectedBy: ReadonlySet<string>;
  /** What extenders said, in the order in which they were asked. */
  readonly extenders: readonly ExtenderVerdict[];
}

/** Nodes that were scored: what each plugin and each extender gave, and the weighted totals, parallel to the nodes. */
export interface Scored {
  readonly plugins: readonly PluginScores[];
  readonly extenders: readonly ExtenderScores[];
  readonly totals: readonly number[];
}

const NOT_LOOKED_AT = new Status("UnschedulableAndUnresolvable");

/** Status of nodes that PreFilter plugins left out. */
export function leftOutBy(plugins: readonly string[]): Status {
  return new Status("UnschedulableAndUnresolvable", [`node(s) didn't satisfy plugin(s) [${plugins.join(" ")}]`]);
}

export interface AlgorithmOptions {
  /** Whether results of one pod may be used for the next one like it; as upstream, they may unless this is false or there are extenders. */
  readonly reuseResults?: boolean;
  /** About so many bytes may go into what is kept of earlier cycles. */
  readonly memoryBudget?: number;
  /** Whether a filter that answers Error is told of as one that rejects the node, in place of ending the cycle. */
  readonly tellsErrors?: boolean;
  /** Processes outside that filter and score as well. */
  readonly extenders?: readonly NodeExtender[];
}

export class SchedulingAlgorithm {
  private readonly reuse = new Map<Profile, ResultReuse>();
  /** Number of the cycle. */
  private cycle = 0;

  constructor(
    private readonly cache: Cache,
    private readonly start: SearchStart,
    private readonly tieBreak: TieBreak,
    private readonly options: AlgorithmOptions = {},
  ) {}

  /** @throws CycleFailure where a plugin answers Error, or an extender fails that may not */
  schedule(profile: Profile, state: CycleState, pod: PodInfo): CycleOutcome {
    const nodes = this.cache.nodes;
    const signature = this.beginCycle(profile, pod);
    const preFilter = profile.runPreFilter(state, pod);
    if (preFilter.status?.code === "Error") throw new CycleFailure(preFilter.status.message);
    if (preFilter.status !== undefined) return { diagnosis: rejectedByPreFilter(nodes.length, preFilter.status, preFilter.narrowedBy) };

    const hint = this.hintFor(profile, signature, (node) => profile.runFilter(state, pod, node)?.isRejected === true);
    const search = this.findFeasible(profile, state, pod, preFilter, hint);
    const { feasible } = search;
    const evaluatedNodes = feasible.length + search.statuses.size;
    if (feasible.length === 0) return { diagnosis: rejectedByFilters(nodes.length, search, preFilter.narrowedBy) };
    if (feasible.length === 1) {
      this.storeResults(profile, signature, hint, feasible[0], undefined);
      return { result: { node: feasible[0], evaluatedNodes, feasibleNodes: 1 } };
    }

    const totals = this.score(profile, state, pod, feasible).totals;
    const place = selectPlace(totals, totals.length, (at) => feasible[at].name, this.tieBreak);
    let tied = 0;
    for (const total of totals) if (total === totals[place]) tied++;
    const node = feasible[place];
    this.storeResults(profile, signature, hint, node, () => this.sortOthers(feasible, totals, node));
    return { result: { node, evaluatedNodes, feasibleNodes: feasible.length, score: totals[place], tied } };
  }

  /** Why the pod fits on no node, for a pod that is known not to. */
  diagnose(profile: Profile, state: CycleState, pod: PodInfo): Diagnosis {
    const preFilter = profile.runPreFilter(state, pod);
    const statuses = new Map<string, Status>();
    const rejectedBy = new Set<string>();
    for (const node of this.cache.nodes) {
      const status = profile.runFilterWithNominated(state, pod, node);
      if (status === undefined) continue;
      statuses.set(node.name, status);
      rejectedBy.add(status.plugin);
    }
    return rejectedByFilters(this.cache.nodeCount, { statuses, absent: NOT_LOOKED_AT, rejectedBy }, preFilter.narrowedBy);
  }

  /** Counts a cycle. Returns the signature under which its results may be used again, if they may. */
  beginCycle(profile: Profile, pod: PodInfo): string | undefined {
    this.cycle++;
    const { reuseResults = true, extenders = [] } = this.options;
    return reuseResults && extenders.length === 0 ? profile.sign(pod) : undefined;
  }

  hintFor(profile: Profile, signature: string | undefined, isRejected: (node: NodeInfo) => boolean): NodeInfo | undefined {
    return signature === undefined ? undefined : this.reuseOf(profile).hint(signature, this.cycle, isRejected);
  }

  storeResults(
    profile: Profile,
    signature: string | undefined,
    hint: NodeInfo | undefined,
    node: NodeInfo,
    others: (() => SortedNodes) | undefined,
  ): void {
    if (signature !== undefined) this.reuseOf(profile).store(signature, hint, node, others, this.cycle);
  }

  private reuseOf(profile: Profile): ResultReuse {
    let reuse = this.reuse.get(profile);
    if (reuse === undefined) this.reuse.set(profile, (reuse = new ResultReuse(profile)));
    return reuse;
  }

  /** All but the best. */
  sortOthers(nodes: readonly NodeInfo[], totals: ArrayLike<number>, chosen: NodeInfo): SortedNodes {
    const sorted = new SortedNodes(nodes, totals, this.tieBreak);
    sorted.remove(chosen);
    return sorted;
  }

  /**
   * The nodes that a search finds. A nominated node, or one hinted at, is tried alone first; that does not move the start, but where it
   * fails in vain it counts among the nodes that were looked at.
   *
   * @throws CycleFailure where a filter answers Error, or an extender fails that may not
   */
  findFeasible(profile: Profile, state: CycleState, pod: PodInfo, preFilter: PreFilterOutcome, hint?: NodeInfo): Search {
    const statuses = new Map<string, Status>();
    const rejectedBy = new Set<string>();
    const passes = (node: NodeInfo): boolean => {
      const status = profile.runFilterWithNominated(state, pod, node);
      if (status === undefined) return true;
      if (status.code === "Error" && this.options.tellsErrors !== true) throw new CycleFailure(status.message);
      statuses.set(node.name, status);
      rejectedBy.add(status.plugin);
      return false;
    };
    const nominated = pod.pod.status?.nominatedNodeName ?? "";
    const first = nominated === "" ? hint : this.cache.node(nominated);
    if (first !== undefined && (preFilter.nodeNames === undefined || preFilter.nodeNames.has(first.name))) {
      const { passed, verdicts } = this.passFirst(pod, first, passes, statuses);
      if (passed.length > 0) return { feasible: passed, statuses, absent: NOT_LOOKED_AT, rejectedBy, extenders: verdicts };
    }
    const all = this.cache.nodes;
    const names = preFilter.nodeNames;
    const nodes = names === undefined ? all : all.filter((node) => names.has(node.name));
    const wanted = this.wanted(profile, nodes.length);
    const feasible: NodeInfo[] = [];
    try {
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[(this.start.index + i) % nodes.length];
        if (!passes(node)) continue;
        if (feasible.length === wanted) break;
        feasible.push(node);
      }
    } finally {
      // The next search goes on from here even where this one failed.
      if (all.length > 0) this.start.index = (this.start.index + feasible.length + statuses.size) % all.length;
    }
    const { passed, verdicts } = passExtenders(this.options.extenders ?? [], pod, feasible, statuses);
    if (passed.length !== feasible.length) rejectedBy.add(EXTENDER_NAME);
    return {
      feasible: passed,
      statuses,
      absent: names === undefined ? NOT_LOOKED_AT : leftOutBy(preFilter.narrowedBy),
      rejectedBy,
      extenders: verdicts,
    };
  }

  /** A failure over the one node leaves the whole search to be made. */
  private passFirst(pod: PodInfo, node: NodeInfo, passes: (node: NodeInfo) => boolean, statuses: Map<string, Status>): ExtenderSearch {
    try {
      return passExtenders(this.options.extenders ?? [], pod, passes(node) ? [node] : [], statuses);
    } catch (error) {
      if (error instanceof CycleFailure) return { passed: [], verdicts: [] };
      throw error;
    }
  }

  /** How many feasible nodes are enough: one where nothing could tell more of them apart. */
  private wanted(profile: Profile, nodes: number): number {
    const outside = this.options.extenders?.some(({ settings }) => settings.filters || settings.prioritizes) === true;
    return outside || profile.scores ? numFeasibleNodesToFind(nodes, profile.percentageOfNodesToScore) : 1;
  }

  score(profile: Profile, state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Scored {
    profile.runPreScore(state, pod, nodes);
    const plugins = profile.runScore(state, pod, nodes);
    const extenders = extenderScores(this.options.extenders ?? [], pod, nodes);
    const totals = nodes.map((_, at) => {
      const ofPlugins = plugins.reduce((sum, { skipped, normalized, weight }) => (skipped ? sum : sum + normalized[at] * weight), 0);
      return extenders.reduce((sum, { raw, weight }) => sum + raw[at] * weight * EXTENDER_SCALE, ofPlugins);
    });
    return { plugins, extenders, totals };
  }
}

export function rejectedByPreFilter(nodeCount: number, status: Status, narrowedBy: readonly string[]): Diagnosis {
  return {
    nodeCount,
    preFilterMessage: status.message,
    unschedulablePlugins: new Set([...narrowedBy, ...(status.plugin === "" ? [] : [status.plugin])]),
    pendingPlugins: pendingPlugins([status]),
    statuses: () => statusesByName(new Map(), status),
  };
}

export function statusesByName(byNode: ReadonlyMap<string, Status>, absent: Status): NodeToStatus {
  return { byNode, absent, statusOf: ({ name }) => byNode.get(name) ?? absent };
}

function rejectedByFilters(
  nodeCount: number,
  search: Pick<Search, "statuses" | "absent" | "rejectedBy">,
  narrowedBy: readonly string[],
): Diagnosis {
  const { statuses: byNode, absent, rejectedBy } = search;
  const statuses = statusesByName(byNode, absent);
  const reasonCounts = new Map<string, number>();
  const count = (reasons: readonly string[], nodes: number): void => {
    for (const reason of reasons) reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + nodes);
  };
  for (const status of byNode.values()) count(status.reasons, 1);
  if (byNode.size < nodeCount) count(absent.reasons, nodeCount - byNode.size);
  return {
    nodeCount,
    reasonCounts,
    unschedulablePlugins: new Set([...narrowedBy, ...rejectedBy]),
    pendingPlugins: pendingPlugins(byNode.values()),
    statuses: () => statuses,
  };
}

function pendingPlugins(statuses: Iterable<Status>): ReadonlySet<string> {
  const plugins = new Set<string>();
  for (const { code, plugin } of statuses) if (code === "Pending") plugins.add(plugin);
  return plugins;
}
