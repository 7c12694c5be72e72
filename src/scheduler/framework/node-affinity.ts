/**
 * Node selectors compiled to predicates.
 *
 * Source of the rules: k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
 */
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
} from "../../api/types/index.js";

export type NodePredicate = (node: Node) => boolean;

const INTEGER = /^[+-]?\d+$/;

/** Go's strconv.ParseInt(s, 10, 64): undefined where the text is no 64-bit integer. */
function parseInt64(text: string): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function expression({ key, operator, values = [] }: NodeSelectorRequirement): NodePredicate {
  const labelOf = (node: Node): string | undefined => {
    const labels = node.metadata.labels;
    return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  };
  switch (operator) {
    case "In":
      return (node) => {
        const value = labelOf(node);
        return value !== undefined && values.includes(value);
      };
    case "NotIn":
      return (node) => {
        const value = labelOf(node);
        return value === undefined || !values.includes(value);
      };
    case "Exists":
      return (node) => labelOf(node) !== undefined;
    case "DoesNotExist":
      return (node) => labelOf(node) === undefined;
    case "Gt":
    case "Lt": {
      const bound = values.length === 1 ? parseInt64(values[0]) : undefined;
      if (bound === undefined) return () => false;
      return (node) => {
        const text = labelOf(node);
        const value = text === undefined ? undefined : parseInt64(text);
        return value !== undefined && (operator === "Gt" ? value > bound : value < bound);
      };
    }
    default:
      return () => false;
  }
}

/** matchFields know metadata.name with In and NotIn and one value. */
function field({ key, operator, values = [] }: NodeSelectorRequirement): NodePredicate {
  if (key !== "metadata.name" || values.length !== 1) return () => false;
  if (operator === "In") return (node) => node.metadata.name === values[0];
  if (operator === "NotIn") return (node) => node.metadata.name !== values[0];
  return () => false;
}

/** Expressions and fields are ANDed; a term with neither matches nothing. */
export function compileTerm(term: NodeSelectorTerm): NodePredicate {
  const all = [...(term.matchExpressions ?? []).map(expression), ...(term.matchFields ?? []).map(field)];
  if (all.length === 0) return () => false;
  return (node) => all.every((predicate) => predicate(node));
}

/** Terms are ORed; no term matches nothing. */
export function compileNodeSelector(selector: NodeSelector): NodePredicate {
  const terms = selector.nodeSelectorTerms.map(compileTerm);
  return (node) => terms.some((term) => term(node));
}

/** nodeSelector and required node affinity of a pod, ANDed; undefined where the pod has neither. */
export function compileRequiredNodeAffinity(spec: Pick<PodSpec, "nodeSelector" | "affinity">): NodePredicate | undefined {
  const parts: NodePredicate[] = [];
  const labels = Object.entries(spec.nodeSelector ?? {});
  if (labels.length > 0) parts.push((node) => labels.every(([key, value]) => node.metadata.labels?.[key] === value));
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined) parts.push(compileNodeSelector(required));
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : (node) => parts.every((part) => part(node));
}

/** Sum of the weights of the matching preferred terms. */
export function compilePreferredTerms(terms: readonly PreferredSchedulingTerm[]): (node: Node) => number {
  const compiled = terms
    .filter((term) => term.weight !== 0)
    .map((term) => ({ weight: term.weight, matches: compileTerm(term.preference) }));
  return (node) => {
    let sum = 0;
    for (const term of compiled) if (term.matches(node)) sum += term.weight;
    return sum;
  };
}
