/**
 * One scheduling cycle up to the choice of a node: every plugin asked of every node that is looked at, nothing kept between cycles.
 *
 * This plain evaluation is the reference that the incremental one has to agree with; explain and rare cases use it too.
 * Source of the rules: pkg/scheduler/schedule_one.go (schedulePod, findNodesThatFitPod, prioritizeNodes)
 */
import { ResultReuse, SortedNodes } from "./result-reuse.js";
import type { CycleOutcome } from "./cycle-outcome.js";
import type { Cache } from "./cache/cache.js";
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
  readonly feasible: NodeInfo[];
  readonly statuses: Map<string, Status>;
  readonly absent: Status;
}

const NOT_LOOKED_AT = new Status("UnschedulableAndUnresolvable");

/** Status of nodes that PreFilter plugins left out. */
export function leftOutBy(plugins: readonly string[]): Status {
  return new Status("UnschedulableAndUnresolvable", [`node(s) didn't satisfy plugin(s) [${plugins.join(" ")}]`]);
}

export interface AlgorithmOptions {
  /** Whether results of one pod may be used for the next one like it; as upstream, they may unless this is false. */
  readonly reuseResults?: boolean;
  /** About so many bytes may go into what is kept of earlier cycles. */
  readonly memoryBudget?: number;
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

  schedule(profile: Profile, state: CycleState, pod: PodInfo): CycleOutcome {
    const nodes = this.cache.nodes;
    const signature = this.beginCycle(profile, pod);
    const preFilter = profile.runPreFilter(state, pod);
    if (preFilter.status !== undefined) return { diagnosis: rejectedByPreFilter(nodes.length, preFilter.status, preFilter.narrowedBy) };

    const hint = this.hintFor(profile, signature, (node) => profile.runFilter(state, pod, node)?.isRejected === true);
    const { feasible, statuses, absent } = this.findFeasible(profile, state, pod, preFilter, hint);
    const evaluatedNodes = feasible.length + statuses.size;
    if (feasible.length === 0) return { diagnosis: rejectedByFilters(nodes.length, statuses, absent, preFilter.narrowedBy) };
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
    for (const node of this.cache.nodes) {
      const status = profile.runFilterWithNominated(state, pod, node);
      if (status !== undefined) statuses.set(node.name, status);
    }
    return rejectedByFilters(this.cache.nodeCount, statuses, NOT_LOOKED_AT, preFilter.narrowedBy);
  }

  /** Counts a cycle. Returns the signature under which its results may be used again, if they may. */
  beginCycle(profile: Profile, pod: PodInfo): string | undefined {
    this.cycle++;
    return this.options.reuseResults === false ? undefined : profile.sign(pod);
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

  /** The nodes that a search finds. A nominated node, or one hinted at, is tried alone first; that does not move the start. */
  findFeasible(profile: Profile, state: CycleState, pod: PodInfo, preFilter: PreFilterOutcome, hint?: NodeInfo): Search {
    const first = hint ?? this.cache.node(pod.pod.status?.nominatedNodeName ?? "");
    if (first !== undefined && (preFilter.nodeNames === undefined || preFilter.nodeNames.has(first.name))) {
      if (profile.runFilterWithNominated(state, pod, first) === undefined)
        return { feasible: [first], statuses: new Map(), absent: NOT_LOOKED_AT };
    }
    const all = this.cache.nodes;
    const names = preFilter.nodeNames;
    const nodes = names === undefined ? all : all.filter((node) => names.has(node.name));
    const wanted = numFeasibleNodesToFind(nodes.length, profile.percentageOfNodesToScore);
    const feasible: NodeInfo[] = [];
    const statuses = new Map<string, Status>();
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[(this.start.index + i) % nodes.length];
      const status = profile.runFilterWithNominated(state, pod, node);
      if (status !== undefined) statuses.set(node.name, status);
      else if (feasible.length < wanted) feasible.push(node);
      else break;
    }
    if (all.length > 0) this.start.index = (this.start.index + feasible.length + statuses.size) % all.length;
    return { feasible, statuses, absent: names === undefined ? NOT_LOOKED_AT : leftOutBy(preFilter.narrowedBy) };
  }

  /** Scores of each plugin and the weighted totals, parallel to the nodes. */
  score(
    profile: Profile,
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
  ): { readonly plugins: readonly PluginScores[]; readonly totals: readonly number[] } {
    profile.runPreScore(state, pod, nodes);
    const plugins = profile.runScore(state, pod, nodes);
    const totals = nodes.map((_, at) =>
      plugins.reduce((sum, { skipped, normalized, weight }) => (skipped ? sum : sum + normalized[at] * weight), 0),
    );
    return { plugins, totals };
  }
}

export function rejectedByPreFilter(nodeCount: number, status: Status, narrowedBy: readonly string[]): Diagnosis {
  return {
    nodeCount,
    preFilterMessage: status.message,
    unschedulablePlugins: new Set([...narrowedBy, ...(status.plugin === "" ? [] : [status.plugin])]),
    statuses: () => statusesByName(new Map(), status),
  };
}

function statusesByName(byNode: ReadonlyMap<string, Status>, absent: Status): NodeToStatus {
  return { byNode, absent, statusOf: ({ name }) => byNode.get(name) ?? absent };
}

function rejectedByFilters(
  nodeCount: number,
  byNode: ReadonlyMap<string, Status>,
  absent: Status,
  narrowedBy: readonly string[],
): Diagnosis {
  const statuses = statusesByName(byNode, absent);
  const plugins = new Set(narrowedBy);
  const reasonCounts = new Map<string, number>();
  const count = (reasons: readonly string[], nodes: number): void => {
    for (const reason of reasons) reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + nodes);
  };
  for (const status of byNode.values()) {
    plugins.add(status.plugin);
    count(status.reasons, 1);
  }
  if (byNode.size < nodeCount) count(absent.reasons, nodeCount - byNode.size);
  return { nodeCount, reasonCounts, unschedulablePlugins: plugins, statuses: () => statuses };
}
