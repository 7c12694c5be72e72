/** Validation of what steers a pod's place. Source: validateAffinity, ValidateTolerations, validateTopologySpreadConstraints in pkg/apis/core/validation/validation.go. */
import type { LabelSelector } from "../types/meta.js";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from "../types/node.js";
import type { Affinity, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint } from "../types/pod.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, labelName, positive } from "./metadata.js";
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from "./names.js";
import { operatorValues, validateLabelSelector } from "./selectors.js";

export const TAINT_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const NODE_OPERATORS: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]);
const WHEN_UNSATISFIABLE = ["DoNotSchedule", "ScheduleAnyway"];
const INCLUSION_POLICIES = ["Honor", "Ignore"];
const MAX_WEIGHT = 100;

function validateNodeRequirement(field: string, { key, operator, values }: NodeSelectorRequirement): FieldError[] {
  const errors = operatorValues(field, operator, values);
  if ((operator === "Gt" || operator === "Lt") && (values ?? []).length !== 1) {
    errors.push(required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  }
  if (!NODE_OPERATORS.has(operator)) errors.push(invalid(`${field}.operator`, operator, "not a valid selector operator"));
  errors.push(...labelName(`${field}.key`, key));
  for (const [index, value] of (values ?? []).entries()) errors.push(...check(`${field}.values[${index}]`, value, labelValue));
  return errors;
}

function validateNodeFieldRequirement(field: string, { key, operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === "In" || operator === "NotIn") {
    if (values.length !== 1) {
      errors.push(required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
    }
  } else errors.push(invalid(`${field}.operator`, operator, "not a valid selector operator"));
  if (key !== "metadata.name") errors.push(invalid(`${field}.key`, key, "not a valid field selector key"));
  else for (const [index, value] of values.entries()) errors.push(...check(`${field}.values[${index}]`, value, dnsSubdomain));
  return errors;
}

function validateNodeTerm(field: string, term: NodeSelectorTerm): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((one, index) => validateNodeRequirement(`${field}.matchExpressions[${index}]`, one)),
    ...(term.matchFields ?? []).flatMap((one, index) => validateNodeFieldRequirement(`${field}.matchFields[${index}]`, one)),
  ];
}

export function validateNodeSelector(field: string, selector: NodeSelector): FieldError[] {
  const path = `${field}.nodeSelectorTerms`;
  if ((selector.nodeSelectorTerms ?? []).length === 0) return [required(path, "must have at least one node selector term")];
  return selector.nodeSelectorTerms.flatMap((term, index) => validateNodeTerm(`${path}[${index}]`, term));
}

function validateWeight(field: string, weight: number): FieldError[] {
  return weight <= 0 || weight > MAX_WEIGHT ? [invalid(`${field}.weight`, weight, "must be in the range 1-100")] : [];
}

function validateLabelKeyNames(field: string, keys: readonly string[] | undefined, selector: LabelSelector | undefined): FieldError[] {
  if ((keys ?? []).length === 0) return [];
  if (selector === undefined) return [forbidden(field, "must not be specified when labelSelector is not set")];
  return keys!.flatMap((key, index) => labelName(`${field}[${index}]`, key));
}

/**
 * Keys whose values come from the pod's own labels. The selector already holds what was made of them, so that a key found
 * twice in it was given by the user as well.
 */
function validateLabelKeys(
  field: string,
  match: readonly string[] | undefined,
  mismatch: readonly string[] | undefined,
  selector: LabelSelector | undefined,
): FieldError[] {
  const errors = [
    ...validateLabelKeyNames(`${field}.matchLabelKeys`, match, selector),
    ...validateLabelKeyNames(`${field}.mismatchLabelKeys`, mismatch, selector),
  ];
  const positions = new Map((match ?? []).map((key, index) => [key, index]));
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}));
  for (const { key } of selector?.matchExpressions ?? []) {
    const position = positions.get(key);
    if (position !== undefined && seen.has(key))
      errors.push(invalid(`${field}[${position}]`, key, "exists in both matchLabelKeys and labelSelector"));
    seen.add(key);
  }
  for (const [index, key] of (match ?? []).entries()) {
    if ((mismatch ?? []).includes(key)) {
      errors.push(invalid(`${field}.matchLabelKeys[${index}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys"));
    }
  }
  return errors;
}

function validatePodTerm(field: string, term: PodAffinityTerm): FieldError[] {
  const errors = [
    ...validateLabelSelector(`${field}.labelSelector`, term.labelSelector),
    ...validateLabelSelector(`${field}.namespaceSelector`, term.namespaceSelector),
    ...(term.namespaces ?? []).flatMap((name) => check(`${field}.namespace`, name, dnsLabel)),
    ...validateLabelKeys(field, term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector),
  ];
  const { topologyKey } = term;
  if (topologyKey === "") errors.push(required(`${field}.topologyKey`, "can not be empty"));
  return [...errors, ...labelName(`${field}.topologyKey`, topologyKey)];
}

function validatePodAffinity(field: string, affinity: PodAffinity): FieldError[] {
  const hard = `${field}.requiredDuringSchedulingIgnoredDuringExecution`;
  const soft = `${field}.preferredDuringSchedulingIgnoredDuringExecution`;
  return [
    ...(affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, index) => validatePodTerm(`${hard}[${index}]`, term)),
    ...(affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((one, index) => [
      ...validateWeight(`${soft}[${index}]`, one.weight),
      ...validatePodTerm(`${soft}[${index}].podAffinityTerm`, one.podAffinityTerm),
    ]),
  ];
}

export function validateAffinity(field: string, affinity: Affinity | undefined): FieldError[] {
  if (affinity === undefined) return [];
  const errors: FieldError[] = [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) {
    const hard = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    const path = `${field}.nodeAffinity`;
    if (hard !== undefined) errors.push(...validateNodeSelector(`${path}.requiredDuringSchedulingIgnoredDuringExecution`, hard));
    for (const [index, term] of (nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const place = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      errors.push(...validateWeight(place, term.weight), ...validateNodeTerm(`${place}.preference`, term.preference));
    }
  }
  if (podAffinity !== undefined) errors.push(...validatePodAffinity(`${field}.podAffinity`, podAffinity));
  if (podAntiAffinity !== undefined) errors.push(...validatePodAffinity(`${field}.podAntiAffinity`, podAntiAffinity));
  return errors;
}

export function validateTolerations(field: string, tolerations: readonly Toleration[] | undefined): FieldError[] {
  return (tolerations ?? []).flatMap((toleration, index) => validateToleration(`${field}[${index}]`, toleration));
}

function validateToleration(field: string, toleration: Toleration): FieldError[] {
  const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
  const errors: FieldError[] = [];
  if (key !== "") errors.push(...labelName(`${field}.key`, key));
  if (key === "" && operator !== "Exists") {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${field}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== "NoExecute") {
    errors.push(invalid(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === "Equal" || operator === "") {
    const wrong = labelValue(value);
    if (wrong.length > 0) errors.push(invalid(`${field}.operator`, value, wrong.join(";")));
  } else if (operator === "Exists") {
    if (value !== "") errors.push(invalid(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else errors.push(notSupported(`${field}.operator`, operator, ["Equal", "Exists"]));
  if (effect !== "" && !TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${field}.effect`, effect, TAINT_EFFECTS));
  return errors;
}

function validateMinDomains(field: string, { minDomains, whenUnsatisfiable }: TopologySpreadConstraint): FieldError[] {
  if (minDomains === undefined) return [];
  const errors = positive(field, minDomains);
  if (whenUnsatisfiable !== "DoNotSchedule") {
    errors.push(invalid(field, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
  }
  return errors;
}

export function validateTopologySpreadConstraints(
  field: string,
  constraints: readonly TopologySpreadConstraint[] | undefined,
): FieldError[] {
  return (constraints ?? []).flatMap((constraint, index) => {
    const path = `${field}[${index}]`;
    const { topologyKey, whenUnsatisfiable, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
    const errors = positive(`${path}.maxSkew`, constraint.maxSkew);
    if (topologyKey === "") errors.push(required(`${path}.topologyKey`, "can not be empty"));
    else errors.push(...labelName(`${path}.topologyKey`, topologyKey));
    if (!WHEN_UNSATISFIABLE.includes(whenUnsatisfiable))
      errors.push(notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable, WHEN_UNSATISFIABLE));
    for (const other of constraints!.slice(index + 1)) {
      if (other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable) {
        errors.push(duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`));
      }
    }
    errors.push(...validateMinDomains(`${path}.minDomains`, constraint));
    for (const [name, policy] of [
      ["nodeAffinityPolicy", nodeAffinityPolicy],
      ["nodeTaintsPolicy", nodeTaintsPolicy],
    ] as const) {
      if (policy !== undefined && !INCLUSION_POLICIES.includes(policy))
        errors.push(notSupported(`${path}.${name}`, policy, INCLUSION_POLICIES));
    }
    errors.push(...validateLabelKeys(path, constraint.matchLabelKeys, undefined, constraint.labelSelector));
    return [...errors, ...validateLabelSelector(`${path}.labelSelector`, constraint.labelSelector)];
  });
}

export function validateSchedulingGates(field: string, gates: readonly { readonly name: string }[] | undefined): FieldError[] {
  const seen = new Set<string>();
  return (gates ?? []).flatMap(({ name = "" }, index) => {
    const errors = check(`${field}[${index}]`, name, qualifiedName);
    if (seen.has(name)) errors.push(duplicate(`${field}[${index}]`, name));
    seen.add(name);
    return errors;
  });
}
