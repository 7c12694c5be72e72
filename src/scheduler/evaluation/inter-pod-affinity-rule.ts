/** InterPodAffinity for the pods of one shape: counts by term and topology value, followed pod by pod. */
import type { Cache } from "../cache/cache.js";
import { POD_ADDED, POD_REMOVED, TERMINATING_POD_ADDED, TERMINATING_POD_REMOVED } from "../cache/change-log.js";
import type { Handle } from "../framework/handle.js";
import { MAX_NODE_SCORE } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { InterPodAffinity } from "../plugins/inter-pod-affinity.js";
import { CountedCheck, type Verdicts } from "./counted-check.js";
import type { DomainCheck } from "./domain-check.js";
import { DomainCounts } from "./domain-counts.js";
import type { Rule } from "./rule.js";
import type { StatusCodes } from "./status-codes.js";

/** What a pod of another shape means for the pods of this one. */
interface Relation {
  readonly existingAnti: readonly CountedCheck[];
  readonly matchesAffinity: boolean;
  readonly anti: readonly CountedCheck[];
  readonly scores: readonly { readonly sums: DomainCounts; readonly weight: number }[];
}

export class InterPodAffinityRule implements Rule {
  private readonly cache: Cache;
  /** Number of pods that match all required affinity terms, once for each term. */
  private readonly affinity: readonly CountedCheck[];
  private readonly anti: readonly CountedCheck[];
  private readonly existingAnti = new Map<string, CountedCheck>();
  private readonly sumsByKey = new Map<string, DomainCounts>();
  /** By number of the other shape; null where the shapes have nothing to do with each other. */
  private relations: (Relation | null | undefined)[] = [];
  private readonly mismatch: number;
  private isOwnMatch = false;
  private readonly isScored: boolean;
  private isStale = true;
  private namespaces = -1;
  checks: readonly DomainCheck[] = [];
  private sums: readonly DomainCounts[] = [];
  scores = false;
  private raw = new Int32Array(0);

  constructor(
    private readonly plugin: InterPodAffinity,
    private readonly handle: Handle,
    private readonly shape: PodShape,
    private readonly codes: StatusCodes,
  ) {
    this.cache = handle.cache;
    const { requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity } = shape.affinity;
    this.mismatch = codes.codeOf(plugin.affinityMismatch);
    const anti = codes.codeOf(plugin.antiAffinityMismatch);
    this.affinity = requiredAffinity.map(({ topologyKey }) =>
      this.checkOf(topologyKey, { missing: this.mismatch, some: 0, none: this.mismatch }),
    );
    this.anti = requiredAntiAffinity.map(({ topologyKey }) => this.checkOf(topologyKey, { missing: 0, some: anti, none: 0 }));
    this.isScored = !plugin.args.ignorePreferredTermsOfExistingPods || preferredAffinity.length + preferredAntiAffinity.length > 0;
  }

  private checkOf(key: string, verdicts: Verdicts): CountedCheck {
    return new CountedCheck(this.cache.topology(key), verdicts);
  }

  private existingAntiOf(key: string): CountedCheck {
    let check = this.existingAnti.get(key);
    if (check === undefined) {
      check = this.checkOf(key, { missing: 0, some: this.codes.codeOf(this.plugin.existingAntiAffinityMismatch), none: 0 });
      check.clear();
      this.existingAnti.set(key, check);
    }
    return check;
  }

  private sumsOf(key: string): DomainCounts {
    let sums = this.sumsByKey.get(key);
    if (sums === undefined) this.sumsByKey.set(key, (sums = new DomainCounts(this.cache.topology(key))));
    return sums;
  }

  private relationTo(shape: number): Relation | null {
    let relation = this.relations[shape];
    if (relation === undefined) this.relations[shape] = relation = this.relate(this.handle.shapes.get(shape));
    return relation;
  }

  private relate(other: PodShape): Relation | null {
    const { plugin, shape } = this;
    const { requiredAffinity, requiredAntiAffinity } = shape.affinity;
    if (!shape.affinity.any && !other.affinity.any) return null;
    const relation: Relation = {
      existingAnti: other.affinity.requiredAntiAffinity
        .filter((term) => plugin.matches(term, shape))
        .map(({ topologyKey }) => this.existingAntiOf(topologyKey)),
      matchesAffinity: requiredAffinity.length > 0 && requiredAffinity.every((term) => plugin.matches(term, other)),
      anti: this.anti.filter((_, i) => plugin.matches(requiredAntiAffinity[i], other)),
      scores: this.isScored
        ? plugin.scoreTerms(shape, other).map(({ topologyKey, weight }) => ({ sums: this.sumsOf(topologyKey), weight }))
        : [],
    };
    const isNothing = !relation.matchesAffinity && relation.existingAnti.length + relation.anti.length + relation.scores.length === 0;
    return isNothing ? null : relation;
  }

  refresh(): boolean {
    const { namespaces } = this.handle.versions;
    if (this.namespaces === namespaces) return false;
    this.namespaces = namespaces;
    this.relations = [];
    this.isOwnMatch = this.shape.affinity.requiredAffinity.every((term) => this.plugin.matches(term, this.shape));
    this.isStale = true;
    return true;
  }

  isConcernedBy(shape: number): boolean {
    return this.relationTo(shape) !== null;
  }

  change(kind: number, node: number, shape: number): void {
    if (this.isStale) return;
    const relation = this.relationTo(shape);
    if (relation === null) return;
    if (kind === POD_ADDED || kind === TERMINATING_POD_ADDED) this.apply(relation, node, 1);
    else if (kind === POD_REMOVED || kind === TERMINATING_POD_REMOVED) this.apply(relation, node, -1);
  }

  private apply(relation: Relation, node: number, sign: 1 | -1): void {
    for (const check of relation.existingAnti) check.add(node, sign);
    if (relation.matchesAffinity) for (const check of this.affinity) check.add(node, sign);
    for (const check of relation.anti) check.add(node, sign);
    for (const { sums, weight } of relation.scores) sums.add(node, sign * weight, sign);
  }

  taintsChanged(): void {
    // Taints have no part in affinity.
  }

  nodesChanged(): void {
    this.isStale = true;
  }

  private rebuild(): void {
    this.isStale = false;
    for (const counts of [...this.affinity, ...this.anti, ...this.existingAnti.values(), ...this.sumsByKey.values()]) counts.clear();
    const everyPod = this.shape.affinity.any;
    if (!everyPod && !this.cache.hasAffinityPods) return;
    for (const node of this.cache.nodes) {
      for (const pod of everyPod ? node.pods : node.podsWithAffinity) {
        const relation = this.relationTo(pod.shape.id);
        if (relation !== null) this.apply(relation, node.id, 1);
      }
    }
  }

  begin(): void {
    if (this.isStale) this.rebuild();
    const { affinity, anti, existingAnti, sumsByKey } = this;
    if (affinity.length > 0) {
      // The first pod of a group that wants to be together may go anywhere where the keys are.
      const isFirst = this.isOwnMatch && affinity.every(({ counts }) => counts.entries === 0);
      for (const check of affinity) check.setNone(isFirst ? 0 : this.mismatch);
    }
    const checks = affinity.length + anti.length + existingAnti.size;
    if (this.checks.length !== checks) this.checks = [...affinity, ...anti, ...existingAnti.values()].map(({ check }) => check);
    if (this.sums.length !== sumsByKey.size) this.sums = [...sumsByKey.values()];
    this.scores = false;
    for (let i = 0; i < this.sums.length; i++) if (this.sums[i].entries > 0) this.scores = true;
  }

  addScores(nodes: Int32Array, count: number, totals: Int32Array, weight: number): number {
    const { sums } = this;
    if (this.raw.length < count) this.raw = new Int32Array(nodes.length);
    const { raw } = this;
    let min = Number.MAX_SAFE_INTEGER;
    let max = Number.MIN_SAFE_INTEGER;
    raw.fill(0, 0, count);
    for (let k = 0; k < sums.length; k++) {
      const { counts, column } = sums[k];
      const { domainOf } = column;
      for (let i = 0; i < count; i++) {
        const domain = domainOf[nodes[i]];
        if (domain >= 0 && domain < counts.length) raw[i] += counts[domain];
      }
    }
    for (let i = 0; i < count; i++) {
      if (raw[i] < min) min = raw[i];
      if (raw[i] > max) max = raw[i];
    }
    if (max === min) return 0;
    const range = max - min;
    for (let i = 0; i < count; i++) totals[i] += weight * Math.trunc(MAX_NODE_SCORE * ((raw[i] - min) / range));
    return 0;
  }
}
