/**
 * Label, node and text selectors.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ and
 * k8s.io/component-helpers/scheduling/corev1/nodeaffinity for node selector terms.
 */
import { parseRequirements } from "./selector-text.js";
import type { Labels, LabelSelector } from "./types/meta.js";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from "./types/node.js";

/** Whether labels are selected. */
export type LabelMatcher = (labels: Labels | undefined) => boolean;

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const NO_LABELS: Labels = {};
const NOTHING: LabelMatcher = () => false;
const EVERYTHING: LabelMatcher = () => true;

/** An integer as Go's strconv.ParseInt reads it in base 10, or undefined. */
function integer(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function compileRequirement({ key, operator, values }: Requirement): (labels: Labels) => boolean {
  switch (operator) {
    case "In": {
      if (values?.length === 1) {
        const only = values[0];
        return (labels) => labels[key] === only;
      }
      const wanted = new Set(values);
      return (labels) => {
        const value = labels[key];
        return value !== undefined && wanted.has(value);
      };
    }
    case "NotIn": {
      const unwanted = new Set(values);
      return (labels) => {
        const value = labels[key];
        return value === undefined || !unwanted.has(value);
      };
    }
    case "Exists":
      return (labels) => labels[key] !== undefined;
    case "DoesNotExist":
      return (labels) => labels[key] === undefined;
    case "Gt":
    case "Lt": {
      const bound = integer(values?.[0]);
      if (bound === undefined) return () => false;
      const above = operator === "Gt";
      return (labels) => {
        const value = integer(labels[key]);
        return value !== undefined && (above ? value > bound : value < bound);
      };
    }
    default:
      return () => false;
  }
}

function conjunction(requirements: readonly Requirement[]): LabelMatcher {
  const checks = requirements.map(compileRequirement);
  if (checks.length === 0) return EVERYTHING;
  if (checks.length === 1) {
    const check = checks[0];
    return (labels) => check(labels ?? NO_LABELS);
  }
  return (labels) => {
    for (const check of checks) if (!check(labels ?? NO_LABELS)) return false;
    return true;
  };
}

function requirementsOf(labels: Readonly<Record<string, string>> | undefined): Requirement[] {
  return Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: "In", values: [value] }));
}

const compiledSelectors = new WeakMap<LabelSelector, LabelMatcher>();

/** The compiled form of a label selector, made once for each selector object. An absent selector selects nothing, an empty one everything. */
export function compileLabelSelector(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return NOTHING;
  let matcher = compiledSelectors.get(selector);
  if (matcher === undefined) {
    matcher = conjunction([...requirementsOf(selector.matchLabels), ...(selector.matchExpressions ?? [])]);
    compiledSelectors.set(selector, matcher);
  }
  return matcher;
}

export function labelSelectorMatches(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  return compileLabelSelector(selector)(labels);
}

const compiledSets = new WeakMap<Labels, LabelMatcher>();

/** The compiled form of a plain map of labels (a Service's or ReplicationController's selector); an absent or empty map selects nothing. */
export function compileLabelSet(selector: Labels | undefined): LabelMatcher {
  if (selector === undefined || Object.keys(selector).length === 0) return NOTHING;
  let matcher = compiledSets.get(selector);
  if (matcher === undefined) {
    matcher = conjunction(requirementsOf(selector));
    compiledSets.set(selector, matcher);
  }
  return matcher;
}

/** What a node selector looks at. */
export interface SelectableNode {
  readonly metadata: { readonly name: string; readonly labels?: Labels };
}

export type NodeMatcher = (node: SelectableNode) => boolean;

const compiledTerms = new WeakMap<NodeSelectorTerm, NodeMatcher>();

/** The compiled form of one node selector term: expressions and fields are ANDed, a term with neither matches no node. */
export function compileNodeSelectorTerm(term: NodeSelectorTerm): NodeMatcher {
  let matcher = compiledTerms.get(term);
  if (matcher === undefined) {
    const { matchExpressions = [], matchFields = [] } = term;
    if (matchExpressions.length === 0 && matchFields.length === 0) matcher = () => false;
    else {
      const labels = conjunction(matchExpressions);
      const fields = matchFields.map(compileField);
      matcher = (node) => labels(node.metadata.labels) && fields.every((field) => field(node));
    }
    compiledTerms.set(term, matcher);
  }
  return matcher;
}

/** The one field that node selectors know; upstream validation refuses others. */
const NAME_FIELD = "metadata.name";

function compileField(requirement: NodeSelectorRequirement): NodeMatcher {
  const check = compileRequirement(requirement);
  return (node) => check({ [NAME_FIELD]: node.metadata.name });
}

const compiledNodeSelectors = new WeakMap<NodeSelector, NodeMatcher>();

/** The compiled form of a node selector: its terms are ORed, no terms match no node. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  let matcher = compiledNodeSelectors.get(selector);
  if (matcher === undefined) {
    const terms = selector.nodeSelectorTerms.map(compileNodeSelectorTerm);
    matcher = (node) => terms.some((term) => term(node));
    compiledNodeSelectors.set(selector, matcher);
  }
  return matcher;
}

export function nodeSelectorMatches(selector: NodeSelector, node: SelectableNode): boolean {
  return compileNodeSelector(selector)(node);
}

/**
 * Reads kubectl's text form: "app=web,tier!=db,zone in (a,b),!canary".
 *
 * @throws SelectorError where the text is no selector
 */
export function parseSelector(text: string): LabelMatcher {
  return conjunction(parseRequirements(text));
}

/** The text form of a label selector, as kubectl prints it; "<none>" where it is absent or empty. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  const requirements = [
    ...requirementsOf(selector?.matchLabels).map(({ key, values }) => [key, `${key}=${values?.[0] ?? ""}`] as const),
    ...(selector?.matchExpressions ?? []).map((one) => [one.key, formatRequirement(one)] as const),
  ];
  if (requirements.length === 0) return "<none>";
  requirements.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return requirements.map(([, text]) => text).join(",");
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const list = [...(values ?? [])].sort().join(",");
  switch (operator) {
    case "In":
      return `${key} in (${list})`;
    case "NotIn":
      return `${key} notin (${list})`;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return key;
  }
}
