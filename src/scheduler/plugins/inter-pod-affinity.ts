/**
 * Pod affinity and anti-affinity, the pod's own and that of the pods that are there.
 *
 * Source: pkg/scheduler/framework/plugins/interpodaffinity (filtering.go, scoring.go)
 */
import type { Labels, Node, Pod } from "../../api/types/index.js";
import type { InterPodAffinityArgs } from "../configuration/types.js";
import { termMatches, type AffinityTerm } from "../framework/affinity-term.js";
import { InterPodAffinityRule } from "../evaluation/inter-pod-affinity-rule.js";
import type { Rule } from "../evaluation/rule.js";
import type { StatusCodes } from "../evaluation/status-codes.js";
import type { CycleState, StateData } from "../framework/cycle-state.js";
import { ADD, DELETE, isSamePod, queueIf, UPDATE_NODE_LABEL, UPDATE_POD_LABEL, type EventRegistration } from "../framework/events.js";
import { namespaceLabels, type Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import { MAX_NODE_SCORE, type Answer, type NodeScore, type Plugin, type PreFilterExtensions } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { SKIP, unresolvable, unschedulable, type Status } from "../framework/status.js";

/** Numbers by topology key and value. An entry that comes to 0 by subtraction goes. */
class PairCounts {
  readonly byKey = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  get(key: string, value: string): number {
    return this.byKey.get(key)?.get(value) ?? 0;
  }

  add(key: string, labels: Labels | undefined, change: number): void {
    if (labels === undefined || !Object.hasOwn(labels, key)) return;
    let values = this.byKey.get(key);
    if (values === undefined) this.byKey.set(key, (values = new Map<string, number>()));
    values.set(labels[key], (values.get(labels[key]) ?? 0) + change);
  }

  /** As {@link add}, for numbers of pods. */
  count(key: string, labels: Labels | undefined, change: number): void {
    this.add(key, labels, change);
    const values = this.byKey.get(key);
    if (values?.get(labels?.[key] ?? "") !== 0) return;
    values.delete(labels![key]);
    if (values.size === 0) this.byKey.delete(key);
  }

  clone(): PairCounts {
    const copy = new PairCounts();
    for (const [key, values] of this.byKey) copy.byKey.set(key, new Map(values));
    return copy;
  }
}

class FilterCounts implements StateData {
  constructor(
    /** Anti-affinity terms of existing pods that match the pod. */
    readonly existingAnti = new PairCounts(),
    /** Pods that match all of the pod's affinity terms. */
    readonly affinity = new PairCounts(),
    /** Pods that match the pod's anti-affinity terms. */
    readonly anti = new PairCounts(),
  ) {}

  clone(): FilterCounts {
    return new FilterCounts(this.existingAnti.clone(), this.affinity.clone(), this.anti.clone());
  }
}

class ScoreSums implements StateData {
  constructor(readonly pairs: PairCounts) {}

  clone(): this {
    return this;
  }
}

export class InterPodAffinity implements Plugin {
  static readonly NAME = "InterPodAffinity";
  readonly name = InterPodAffinity.NAME;
  readonly affinityMismatch = unresolvable(this.name, "node(s) didn't match pod affinity rules");
  readonly antiAffinityMismatch = unschedulable(this.name, "node(s) didn't match pod anti-affinity rules");
  readonly existingAntiAffinityMismatch = unschedulable(this.name, "node(s) didn't satisfy existing pods anti-affinity rules");
  private readonly filterKey = `PreFilter${this.name}`;
  private readonly scoreKey = `PreScore${this.name}`;

  constructor(
    readonly args: InterPodAffinityArgs,
    private readonly handle: Handle,
  ) {}

  /** Whether a term of one pod matches another. */
  matches(term: AffinityTerm, other: PodShape): boolean {
    return termMatches(term, other, namespaceLabels(this.handle.listers, other.namespace));
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status?: Status } | undefined {
    const counts = new FilterCounts();
    const { requiredAffinity, requiredAntiAffinity } = pod.shape.affinity;
    const hasOwn = requiredAffinity.length > 0 || requiredAntiAffinity.length > 0;
    if (!hasOwn && !this.handle.cache.hasAffinityPods) return { status: SKIP };
    for (const node of this.handle.cache.nodes) {
      for (const other of node.podsWithRequiredAntiAffinity) this.countExisting(counts, pod.shape, other.shape, node, 1);
      if (hasOwn) for (const other of node.pods) this.countOwn(counts, pod.shape, other.shape, node, 1);
    }
    if (counts.existingAnti.isEmpty && !hasOwn) return { status: SKIP };
    state.write(this.filterKey, counts);
    return undefined;
  }

  private countExisting(counts: FilterCounts, pod: PodShape, other: PodShape, { node }: NodeInfo, change: 1 | -1): void {
    for (const term of other.affinity.requiredAntiAffinity) {
      if (this.matches(term, pod)) counts.existingAnti.count(term.topologyKey, node.metadata.labels, change);
    }
  }

  private countOwn(counts: FilterCounts, pod: PodShape, other: PodShape, { node }: NodeInfo, change: 1 | -1): void {
    const { requiredAffinity, requiredAntiAffinity } = pod.affinity;
    if (requiredAffinity.length > 0 && requiredAffinity.every((term) => this.matches(term, other))) {
      for (const term of requiredAffinity) counts.affinity.count(term.topologyKey, node.metadata.labels, change);
    }
    for (const term of requiredAntiAffinity) {
      if (this.matches(term, other)) counts.anti.count(term.topologyKey, node.metadata.labels, change);
    }
  }

  readonly preFilterExtensions: PreFilterExtensions = {
    addPod: (state, pod, added, node) => this.recount(state, pod, added, node, 1),
    removePod: (state, pod, removed, node) => this.recount(state, pod, removed, node, -1),
  };

  private recount(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, change: 1 | -1): Answer {
    const counts = state.read(this.filterKey) as FilterCounts | undefined;
    if (counts === undefined) return undefined;
    this.countExisting(counts, pod.shape, other.shape, node, change);
    this.countOwn(counts, pod.shape, other.shape, node, change);
    return undefined;
  }

  filter(state: CycleState, pod: PodInfo, { node }: NodeInfo): Answer {
    const counts = state.read(this.filterKey) as FilterCounts;
    const labels = node.metadata.labels ?? {};
    if (!this.satisfiesAffinity(counts, pod.shape, labels)) return this.affinityMismatch;
    for (const { topologyKey } of pod.shape.affinity.requiredAntiAffinity) {
      if (Object.hasOwn(labels, topologyKey) && counts.anti.get(topologyKey, labels[topologyKey]) > 0) return this.antiAffinityMismatch;
    }
    for (const [key, values] of counts.existingAnti.byKey) {
      if (Object.hasOwn(labels, key) && (values.get(labels[key]) ?? 0) > 0) return this.existingAntiAffinityMismatch;
    }
    return undefined;
  }

  /** The first pod of a group that wants to be together may go anywhere: nothing matches its terms but it itself. */
  private satisfiesAffinity({ affinity }: FilterCounts, pod: PodShape, labels: Labels): boolean {
    const terms = pod.affinity.requiredAffinity;
    let found = true;
    for (const { topologyKey } of terms) {
      if (!Object.hasOwn(labels, topologyKey)) return false;
      if (affinity.get(topologyKey, labels[topologyKey]) <= 0) found = false;
    }
    return found || (affinity.isEmpty && terms.every((term) => this.matches(term, pod)));
  }

  preScore(state: CycleState, pod: PodInfo): Answer {
    const { preferredAffinity, preferredAntiAffinity } = pod.shape.affinity;
    const hasPreferred = preferredAffinity.length > 0 || preferredAntiAffinity.length > 0;
    if (!hasPreferred && (this.args.ignorePreferredTermsOfExistingPods || !this.handle.cache.hasAffinityPods)) return SKIP;
    const sums = new PairCounts();
    for (const node of this.handle.cache.nodes) {
      const { labels } = node.node.metadata;
      for (const other of hasPreferred ? node.pods : node.podsWithAffinity) {
        for (const { topologyKey, weight } of this.scoreTerms(pod.shape, other.shape)) sums.add(topologyKey, labels, weight);
      }
    }
    if (sums.isEmpty) return SKIP;
    state.write(this.scoreKey, new ScoreSums(sums));
    return undefined;
  }

  /** What one existing pod adds to the values of its node's topology keys. */
  scoreTerms(pod: PodShape, other: PodShape): readonly { readonly topologyKey: string; readonly weight: number }[] {
    const found: { topologyKey: string; weight: number }[] = [];
    for (const term of pod.affinity.preferredAffinity)
      if (this.matches(term, other)) found.push({ topologyKey: term.topologyKey, weight: term.weight });
    for (const term of pod.affinity.preferredAntiAffinity)
      if (this.matches(term, other)) found.push({ topologyKey: term.topologyKey, weight: -term.weight });
    const hard = this.args.hardPodAffinityWeight;
    const theirs = other.affinity;
    if (hard > 0)
      for (const term of theirs.requiredAffinity) if (this.matches(term, pod)) found.push({ topologyKey: term.topologyKey, weight: hard });
    for (const term of theirs.preferredAffinity)
      if (this.matches(term, pod)) found.push({ topologyKey: term.topologyKey, weight: term.weight });
    for (const term of theirs.preferredAntiAffinity)
      if (this.matches(term, pod)) found.push({ topologyKey: term.topologyKey, weight: -term.weight });
    return found;
  }

  score(state: CycleState, _pod: PodInfo, { node }: NodeInfo): number {
    const { pairs } = state.read(this.scoreKey) as ScoreSums;
    const labels = node.metadata.labels ?? {};
    let score = 0;
    for (const [key, values] of pairs.byKey) if (Object.hasOwn(labels, key)) score += values.get(labels[key]) ?? 0;
    return score;
  }

  /** The order of the operations matters: 100 * (29 / 50) truncates to 57. */
  normalizeScore(_state: CycleState, _pod: PodInfo, scores: NodeScore[]): Answer {
    let min = Number.MAX_SAFE_INTEGER;
    let max = Number.MIN_SAFE_INTEGER;
    for (const { score } of scores) {
      if (score < min) min = score;
      if (score > max) max = score;
    }
    for (const entry of scores) entry.score = max > min ? Math.trunc(MAX_NODE_SCORE * ((entry.score - min) / (max - min))) : 0;
    return undefined;
  }

  incremental(shape: PodShape, codes: StatusCodes): Rule {
    return new InterPodAffinityRule(this, this.handle, shape, codes);
  }

  /** Other pods' terms see namespace and labels; a pod with terms of its own cannot be signed. */
  sign({ shape }: PodInfo): string | undefined {
    return shape.affinity.any ? undefined : JSON.stringify([shape.namespace, shape.labels]);
  }

  eventsToRegister(): readonly EventRegistration[] {
    const podChanged = queueIf<Pod>(
      (pod, previous, current) => isSamePod(pod, current) || this.attractsOrRepelsNoMore(pod, previous, current),
    );
    const nodeChanged = queueIf<Node>((pod, previous, current) => this.hasOtherTopology(pod, previous, current));
    return [
      { resource: "AssignedPod", actions: ADD | DELETE | UPDATE_POD_LABEL, hint: podChanged },
      { resource: "UnscheduledPod", actions: UPDATE_POD_LABEL, hint: podChanged },
      { resource: "Node", actions: ADD | UPDATE_NODE_LABEL, hint: nodeChanged },
    ];
  }

  /** Whether another pod came to match all of the pod's affinity, or does not stand against the pod any longer. */
  private attractsOrRepelsNoMore({ shape }: PodInfo, previous: Pod | undefined, current: Pod | undefined): boolean {
    const { shapes } = this.handle;
    const [before, after] = [previous, current].map((pod) => (pod === undefined ? undefined : shapes.shapeOf(pod)));
    const { requiredAffinity } = shape.affinity;
    const attracts = (other: PodShape | undefined): boolean =>
      other !== undefined && requiredAffinity.length > 0 && requiredAffinity.every((term) => this.matches(term, other));
    const repels = (other: PodShape | undefined): boolean =>
      other !== undefined &&
      (shape.affinity.requiredAntiAffinity.some((term) => this.matches(term, other)) ||
        other.affinity.requiredAntiAffinity.some((term) => this.matches(term, shape)));
    if (attracts(before) !== attracts(after) && (attracts(after) || this.attractsItself(shape))) return true;
    return repels(before) && !repels(after);
  }

  /** A pod that its own affinity matches may be the first of its kind: it may go anywhere once no other is left. */
  private attractsItself(shape: PodShape): boolean {
    return shape.affinity.requiredAffinity.length > 0 && shape.affinity.requiredAffinity.every((term) => this.matches(term, shape));
  }

  /**
   * Whether the node came to a topology that one of the pod's terms names, or left one that its anti-affinity names. A new node is
   * worth a try for a pod that only others' anti-affinity keeps out.
   */
  private hasOtherTopology({ shape }: PodInfo, previous: Node | undefined, current: Node | undefined): boolean {
    const { requiredAffinity, requiredAntiAffinity } = shape.affinity;
    if (previous === undefined && (requiredAffinity.length === 0 || requiredAntiAffinity.length > 0)) return true;
    const [before, after] = [previous?.metadata.labels ?? {}, current?.metadata.labels ?? {}];
    const changed = ({ topologyKey }: AffinityTerm): boolean => before[topologyKey] !== after[topologyKey];
    const isFirst = this.attractsItself(shape);
    return (
      requiredAffinity.some((term) => changed(term) && (isFirst || Object.hasOwn(after, term.topologyKey))) ||
      requiredAntiAffinity.some(changed)
    );
  }
}
