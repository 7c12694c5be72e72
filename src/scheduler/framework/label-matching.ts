/** Label selectors compiled to predicates, for selectors that are asked of many pods or nodes. */
import type { LabelSelector, LabelSelectorRequirement, Labels } from "../../api/types/index.js";

export type LabelPredicate = (labels: Labels | undefined) => boolean;

const NO_LABELS: Labels = {};

export const matchesNothing: LabelPredicate = () => false;
export const matchesEverything: LabelPredicate = () => true;

function requirement({ key, operator, values = [] }: LabelSelectorRequirement): LabelPredicate {
  const set = new Set(values);
  switch (operator) {
    case "In":
      return (labels = NO_LABELS) => Object.hasOwn(labels, key) && set.has(labels[key]);
    case "NotIn":
      return (labels = NO_LABELS) => !Object.hasOwn(labels, key) || !set.has(labels[key]);
    case "Exists":
      return (labels = NO_LABELS) => Object.hasOwn(labels, key);
    case "DoesNotExist":
      return (labels = NO_LABELS) => !Object.hasOwn(labels, key);
    default:
      return matchesNothing;
  }
}

/** All of the predicates at once. */
export function allOf(predicates: readonly LabelPredicate[]): LabelPredicate {
  if (predicates.length === 0) return matchesEverything;
  if (predicates.length === 1) return predicates[0];
  return (labels) => predicates.every((predicate) => predicate(labels));
}

/** A map selector, as of a Service. */
export function compileLabels(labels: Labels): LabelPredicate {
  return allOf(Object.entries(labels).map(([key, value]) => requirement({ key, operator: "In", values: [value] })));
}

/** A nil selector matches nothing, an empty one everything (metav1.LabelSelectorAsSelector). */
export function compileSelector(selector: LabelSelector | undefined): LabelPredicate {
  if (selector === undefined) return matchesNothing;
  return allOf(
    [compileLabels(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(requirement)].filter(
      (p) => p !== matchesEverything,
    ),
  );
}
