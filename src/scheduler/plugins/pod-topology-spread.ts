/**
 * Spreads pods that belong together over the values of node labels.
 *
 * Source: pkg/scheduler/framework/plugins/podtopologyspread (filtering.go, scoring.go)
 */
import { HOSTNAME_LABEL } from "../../api/topology-labels.js";
import type { Node, Pod } from "../../api/types/index.js";
import type { PodTopologySpreadArgs } from "../configuration/types.js";
import { TopologySpreadRule } from "../evaluation/topology-spread-rule.js";
import type { Rule } from "../evaluation/rule.js";
import type { StatusCodes } from "../evaluation/status-codes.js";
import type { CycleState, StateData } from "../framework/cycle-state.js";
import {
  ADD,
  DELETE,
  isSamePod,
  queueIf,
  UPDATE_NODE_LABEL,
  UPDATE_NODE_TAINT,
  UPDATE_POD_LABEL,
  UPDATE_POD_TOLERATION,
  type EventRegistration,
} from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import { MAX_NODE_SCORE, type Answer, type NodeScore, type Plugin, type PreFilterExtensions } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { SKIP, unresolvable, unschedulable, type Status } from "../framework/status.js";
import {
  countMatching,
  hasAllKeys,
  spreadConstraintsOf,
  topologyWeight,
  type SpreadConstraint,
  type SpreadConstraints,
} from "./spread-constraints.js";

/** Matching pods by constraint and value of its topology key. */
class HardCounts implements StateData {
  constructor(
    readonly constraints: readonly SpreadConstraint[],
    readonly counts: readonly Map<string, number>[],
  ) {}

  clone(): HardCounts {
    return new HardCounts(
      this.constraints,
      this.counts.map((count) => new Map(count)),
    );
  }
}

/** What the scores need of the whole cluster. */
class SoftCounts implements StateData {
  constructor(
    readonly constraints: readonly SpreadConstraint[],
    readonly counts: readonly Map<string, number>[],
    readonly weights: readonly number[],
    readonly ignored: ReadonlySet<string>,
  ) {}

  clone(): this {
    return this;
  }
}

export class PodTopologySpread implements Plugin {
  static readonly NAME = "PodTopologySpread";
  readonly name = PodTopologySpread.NAME;
  readonly mismatch = unschedulable(this.name, "node(s) didn't match pod topology spread constraints");
  readonly missingLabel = unresolvable(this.name, "node(s) didn't match pod topology spread constraints (missing required label)");
  private readonly hardKey = `PreFilter${this.name}`;
  private readonly softKey = `PreScore${this.name}`;

  constructor(
    readonly args: PodTopologySpreadArgs,
    private readonly handle: Handle,
  ) {
    const hasDefaults = args.defaultingType === "System" || args.defaultConstraints.length > 0;
    if (!hasDefaults) this.sign = ({ shape }) => ((shape.spec.topologySpreadConstraints ?? []).length > 0 ? undefined : "");
  }

  constraintsOf(shape: PodShape): SpreadConstraints {
    return spreadConstraintsOf(shape, this.args, this.handle.listers);
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status?: Status } | undefined {
    const constraints = this.constraintsOf(pod.shape).hard;
    if (constraints.length === 0) return { status: SKIP };
    const counts = constraints.map(() => new Map<string, number>());
    for (const node of this.handle.cache.nodes) {
      const { labels } = node.node.metadata;
      if (!hasAllKeys(labels, constraints)) continue;
      constraints.forEach((constraint, i) => {
        if (constraint.includes(node.node))
          add(counts[i], labels![constraint.topologyKey], countMatching(node, constraint, pod.shape.namespace));
      });
    }
    state.write(this.hardKey, new HardCounts(constraints, counts));
    return undefined;
  }

  readonly preFilterExtensions: PreFilterExtensions = {
    addPod: (state, pod, added, node) => this.recount(state, pod, added, node, 1),
    removePod: (state, pod, removed, node) => this.recount(state, pod, removed, node, -1),
  };

  private recount(state: CycleState, pod: PodInfo, other: PodInfo, { node }: NodeInfo, change: 1 | -1): Answer {
    const known = state.read(this.hardKey) as HardCounts | undefined;
    const { labels } = node.metadata;
    if (known === undefined || other.shape.namespace !== pod.shape.namespace || !hasAllKeys(labels, known.constraints)) return undefined;
    known.constraints.forEach((constraint, i) => {
      if (constraint.selects(other.shape.labels) && constraint.includes(node))
        add(known.counts[i], labels![constraint.topologyKey], change);
    });
    return undefined;
  }

  filter(state: CycleState, pod: PodInfo, { node }: NodeInfo): Answer {
    const { constraints, counts } = state.read(this.hardKey) as HardCounts;
    const labels = node.metadata.labels ?? {};
    for (let i = 0; i < constraints.length; i++) {
      const { topologyKey, maxSkew, minDomains, selects } = constraints[i];
      if (!Object.hasOwn(labels, topologyKey)) return this.missingLabel;
      const here = counts[i].get(labels[topologyKey]) ?? 0;
      const self = selects(pod.shape.labels) ? 1 : 0;
      if (here + self - least(counts[i], minDomains) > maxSkew) return this.mismatch;
    }
    return undefined;
  }

  preScore(state: CycleState, pod: PodInfo, feasible: readonly NodeInfo[]): Answer {
    const { soft, requireAllTopologies } = this.constraintsOf(pod.shape);
    if (soft.length === 0) return SKIP;
    const counts = soft.map(() => new Map<string, number>());
    const ignored = new Set<string>();
    for (const { name, node } of feasible) {
      if (requireAllTopologies && !hasAllKeys(node.metadata.labels, soft)) {
        ignored.add(name);
        continue;
      }
      soft.forEach(({ topologyKey }, i) => {
        if (topologyKey !== HOSTNAME_LABEL) add(counts[i], node.metadata.labels?.[topologyKey] ?? "", 0);
      });
    }
    const weights = soft.map(({ topologyKey }, i) =>
      topologyWeight(topologyKey === HOSTNAME_LABEL ? feasible.length - ignored.size : counts[i].size),
    );
    for (const node of this.handle.cache.nodes) {
      const { labels } = node.node.metadata;
      if (requireAllTopologies && !hasAllKeys(labels, soft)) continue;
      soft.forEach((constraint, i) => {
        const value = labels?.[constraint.topologyKey] ?? "";
        if (counts[i].has(value) && constraint.includes(node.node))
          add(counts[i], value, countMatching(node, constraint, pod.shape.namespace));
      });
    }
    state.write(this.softKey, new SoftCounts(soft, counts, weights, ignored));
    return undefined;
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const { constraints, counts, weights, ignored } = state.read(this.softKey) as SoftCounts;
    if (ignored.has(node.name)) return 0;
    const { labels } = node.node.metadata;
    let score = 0;
    for (let i = 0; i < constraints.length; i++) {
      const { topologyKey, maxSkew } = constraints[i];
      if (labels === undefined || !Object.hasOwn(labels, topologyKey)) continue;
      const count =
        topologyKey === HOSTNAME_LABEL
          ? countMatching(node, constraints[i], pod.shape.namespace)
          : (counts[i].get(labels[topologyKey]) ?? 0);
      score += count * weights[i] + (maxSkew - 1);
    }
    return Math.round(score);
  }

  /** Fewer matching pods are better. */
  normalizeScore(state: CycleState, _pod: PodInfo, scores: NodeScore[]): Answer {
    const { ignored } = state.read(this.softKey) as SoftCounts;
    let min = Number.MAX_SAFE_INTEGER;
    let max = Number.MIN_SAFE_INTEGER;
    for (const { node, score } of scores) {
      if (ignored.has(node.name)) continue;
      if (score < min) min = score;
      if (score > max) max = score;
    }
    for (const entry of scores) {
      if (ignored.has(entry.node.name)) entry.score = 0;
      else entry.score = max === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (max + min - entry.score)) / max);
    }
    return undefined;
  }

  incremental(shape: PodShape, codes: StatusCodes): Rule {
    return new TopologySpreadRule(this, this.handle, shape, codes);
  }

  /** Where other pods are is not of the pod alone: neither own nor default constraints can be signed. */
  readonly sign: Plugin["sign"];

  eventsToRegister(): readonly EventRegistration[] {
    const podChanged = queueIf<Pod>((pod, previous, current) => isSamePod(pod, current) || this.countsOtherwise(pod, previous, current));
    const nodeChanged = queueIf<Node>((pod, previous, current) => this.hasOtherDomains(pod, previous, current));
    return [
      { resource: "AssignedPod", actions: ADD | DELETE | UPDATE_POD_LABEL, hint: podChanged },
      { resource: "UnscheduledPod", actions: UPDATE_POD_LABEL | UPDATE_POD_TOLERATION, hint: podChanged },
      { resource: "Node", actions: ADD | DELETE | UPDATE_NODE_LABEL | UPDATE_NODE_TAINT, hint: nodeChanged },
    ];
  }

  /** Whether a constraint that keeps the pod out counts another pod now that it did not before, or the other way about. */
  private countsOtherwise(pod: PodInfo, previous: Pod | undefined, current: Pod | undefined): boolean {
    const other = current ?? previous;
    if (other?.metadata.namespace !== pod.pod.metadata.namespace) return false;
    const counted = ({ selects }: SpreadConstraint, one: Pod | undefined): boolean => one !== undefined && selects(one.metadata.labels);
    return this.constraintsOf(pod.shape).hard.some((constraint) => counted(constraint, previous) !== counted(constraint, current));
  }

  /** Whether the node came into the constraints' domains, left them, or moved from one to another. */
  private hasOtherDomains(pod: PodInfo, previous: Node | undefined, current: Node | undefined): boolean {
    const { hard } = this.constraintsOf(pod.shape);
    const [before, after] = [previous?.metadata.labels, current?.metadata.labels];
    const wasIn = previous !== undefined && hasAllKeys(before, hard);
    const isIn = current !== undefined && hasAllKeys(after, hard);
    if (wasIn !== isIn || previous === undefined || current === undefined) return wasIn !== isIn;
    return (
      isIn &&
      hard.some(({ topologyKey, includes }) => before![topologyKey] !== after![topologyKey] || includes(previous) !== includes(current))
    );
  }
}

function add(counts: Map<string, number>, value: string, change: number): void {
  counts.set(value, (counts.get(value) ?? 0) + change);
}

/** The global minimum: 0 where there are fewer domains than asked for. */
function least(counts: ReadonlyMap<string, number>, minDomains: number): number {
  if (counts.size < minDomains) return 0;
  let min = Number.MAX_SAFE_INTEGER;
  for (const count of counts.values()) if (count < min) min = count;
  return min;
}
