/** kubectl create quota, poddisruptionbudget and priorityclass: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/ */
import { parseQuantity, QuantityError } from "../../api/quantity.js";
import { parseRequirements, SelectorError } from "../../api/selector-text.js";
import type { LabelSelector } from "../../api/types/meta.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { UsageError } from "./usage-error.js";

export const QUOTA_FLAGS: readonly Flag[] = [flag("hard", "text"), flag("scopes", "text")];
export const BUDGET_FLAGS: readonly Flag[] = [flag("selector", "text"), flag("min-available", "text"), flag("max-unavailable", "text")];
export const PRIORITY_CLASS_FLAGS: readonly Flag[] = [
  flag("value", "int32"),
  flag("global-default", "boolean"),
  flag("description", "text"),
  flag("preemption-policy", "text"),
];

/** Source: kubectl/pkg/cmd/create/create_quota.go populateResourceListV1. @throws UsageError */
function amountsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((entry): [string, string] => {
      const [name, amount, more] = entry.split("=");
      if (amount === undefined || more !== undefined) throw new UsageError(`invalid argument syntax ${entry}, expected <resource>=<value>`);
      try {
        parseQuantity(amount);
      } catch (error) {
        throw error instanceof QuantityError ? new UsageError(error.message) : error;
      }
      return [name, amount];
    }),
  );
}

/** @throws UsageError */
export function quotaOf(name: string, given: Arguments) {
  const [hard = "", scopeText = ""] = [given.text("hard"), given.text("scopes")];
  const scopes = scopeText === "" ? [] : scopeText.split(",");
  if (scopes.includes("")) throw new UsageError('invalid resource quota scope ""');
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name },
    spec: { ...(hard !== "" && { hard: amountsOf(hard) }), ...(scopes.length > 0 && { scopes }) },
  };
}

/** Equalities are labels, the rest expressions. Source: k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go ParseToLabelSelector. @throws UsageError */
export function objectSelectorOf(text: string): LabelSelector {
  const requirements = readSelector(text);
  const labels = requirements.filter(({ isEquality }) => isEquality);
  const others = requirements.filter(({ isEquality }) => !isEquality);
  return {
    ...(labels.length > 0 && { matchLabels: Object.fromEntries(labels.map(({ key, values }) => [key, values[0]])) }),
    ...(others.length > 0 && {
      matchExpressions: others.map(({ key, operator, values }) => ({ key, operator, ...(values.length > 0 && { values }) })),
    }),
  };
}

interface ObjectRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
  readonly isEquality: boolean;
}

function readSelector(text: string): readonly ObjectRequirement[] {
  // Commas inside parentheses separate values, all others requirements.
  const parts = text.split(/,(?![^(]*\))/);
  try {
    return parseRequirements(text).map(({ key, operator, values = [] }, index) => {
      if (operator === "Gt" || operator === "Lt")
        throw new UsageError(`${JSON.stringify(operator.toLowerCase())} isn't supported in label selectors`);
      return { key, operator, values, isEquality: operator === "In" && parts[index].includes("=") };
    });
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new UsageError(`couldn't parse the selector string ${JSON.stringify(text)}: ${error.message}`);
  }
}

/** Source: kubectl/pkg/cmd/create/create_pdb.go Validate. @throws UsageError */
export function budgetOf(name: string, given: Arguments) {
  const [selector = "", least = "", most = ""] = [given.text("selector"), given.text("min-available"), given.text("max-unavailable")];
  if (selector === "") throw new UsageError("a selector must be specified");
  if (least === "" && most === "") throw new UsageError("one of min-available or max-unavailable must be specified");
  if (least !== "" && most !== "") throw new UsageError("min-available and max-unavailable cannot be both specified");
  const bound = (text: string, what: string) => {
    if (!/^\d+%?$/.test(text)) throw new UsageError(`invalid format specified for ${what}`);
    return text.endsWith("%") ? text : Number(text);
  };
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name },
    spec: {
      selector: objectSelectorOf(selector),
      ...(least !== "" && { minAvailable: bound(least, "min-available") }),
      ...(most !== "" && { maxUnavailable: bound(most, "max-unavailable") }),
    },
  };
}

export function priorityClassOf(name: string, given: Arguments) {
  const description = given.text("description");
  const preemptionPolicy = given.text("preemption-policy");
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value: given.integer("value") ?? 0,
    ...(given.isSet("global-default") && { globalDefault: true }),
    ...(description !== undefined && { description }),
    ...(preemptionPolicy !== undefined && { preemptionPolicy }),
  };
}
