/**
 * Pod affinity terms, parsed once a pod shape.
 *
 * Source of the rules: pkg/scheduler/framework/types.go (AffinityTerm, getAffinityTerms)
 */
import type { Affinity, Labels, PodAffinityTerm, WeightedPodAffinityTerm } from "../../api/types/index.js";
import { compileSelector, matchesNothing, type LabelPredicate } from "./label-matching.js";

export interface AffinityTerm {
  readonly topologyKey: string;
  /** Namespaces named by the term, or the pod's own where the term names none and has no selector. */
  readonly namespaces: ReadonlySet<string>;
  /** Namespaces by their labels; matches nothing where the term has no namespaceSelector. */
  readonly namespaceSelector: LabelPredicate;
  readonly selector: LabelPredicate;
}

export interface WeightedAffinityTerm extends AffinityTerm {
  readonly weight: number;
}

/** Who a term may match: namespace and labels of a pod. */
export interface Labelled {
  readonly namespace: string;
  readonly labels: Labels;
}

export function parseTerm(term: PodAffinityTerm, ownNamespace: string): AffinityTerm {
  const named = term.namespaces ?? [];
  return {
    topologyKey: term.topologyKey,
    namespaces: new Set(named.length === 0 && term.namespaceSelector === undefined ? [ownNamespace] : named),
    namespaceSelector: term.namespaceSelector === undefined ? matchesNothing : compileSelector(term.namespaceSelector),
    selector: compileSelector(term.labelSelector),
  };
}

/** Whether the term matches a pod, given the labels of the pod's namespace. */
export function termMatches(term: AffinityTerm, pod: Labelled, namespaceLabels: Labels): boolean {
  return (term.namespaces.has(pod.namespace) || term.namespaceSelector(namespaceLabels)) && term.selector(pod.labels);
}

export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
  /** Whether the pod says anything of other pods at all. */
  readonly any: boolean;
}

const NONE: AffinityTerms = {
  requiredAffinity: [],
  requiredAntiAffinity: [],
  preferredAffinity: [],
  preferredAntiAffinity: [],
  any: false,
};

export function parseAffinity(affinity: Affinity | undefined, ownNamespace: string): AffinityTerms {
  const wanted = affinity?.podAffinity;
  const shunned = affinity?.podAntiAffinity;
  if (wanted === undefined && shunned === undefined) return NONE;
  const required = (terms: readonly PodAffinityTerm[] = []): AffinityTerm[] => terms.map((term) => parseTerm(term, ownNamespace));
  const preferred = (terms: readonly WeightedPodAffinityTerm[] = []): WeightedAffinityTerm[] =>
    terms.map((term) => ({ ...parseTerm(term.podAffinityTerm, ownNamespace), weight: term.weight }));
  return {
    requiredAffinity: required(wanted?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(shunned?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(wanted?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(shunned?.preferredDuringSchedulingIgnoredDuringExecution),
    any: true,
  };
}
