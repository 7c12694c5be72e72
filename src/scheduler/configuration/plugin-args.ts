/**
 * Checks on the arguments of in-tree plugins.
 *
 * Source of rules and wording: pkg/scheduler/apis/config/validation/validation_pluginargs.go,
 * k8s.io/component-helpers/scheduling/corev1/nodeaffinity
 */
import type { NodeSelectorRequirement, NodeSelectorTerm, TopologySpreadConstraint } from "../../api/types/index.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from "../../api/validation/field-error.js";
import { check, labelName } from "../../api/validation/metadata.js";
import { labelValue } from "../../api/validation/names.js";
import type {
  DefaultPreemptionArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  ResourceSpec,
  UtilizationShapePoint,
  VolumeBindingArgs,
} from "./types.js";

const STRATEGIES = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"];
const UNSATISFIABLE_ACTIONS = ["DoNotSchedule", "ScheduleAnyway"];
const MAX_PERCENT = 100;
/** config.MaxCustomPriorityScore */
const MAX_SHAPE_SCORE = 10;

/** The path of a field below another; the arguments themselves may be the root. */
function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function inRange(path: string, value: number, least: number, greatest: number): FieldError[] {
  return value < least || value > greatest ? [invalid(path, value, `not in valid range [${least}, ${greatest}]`)] : [];
}

function shape(path: string, points: readonly UtilizationShapePoint[]): FieldError[] {
  if (points.length === 0) return [required(path, "at least one point must be specified")];
  const errors: FieldError[] = [];
  const utilizations = points.map(({ utilization }) => utilization);
  const unsorted = utilizations.findIndex((value, i) => i > 0 && utilizations[i - 1] >= value);
  if (unsorted >= 0)
    errors.push(invalid(`${path}[${unsorted}].utilization`, utilizations[unsorted], "values must be sorted in increasing order"));
  points.forEach(({ utilization, score }, i) => {
    errors.push(
      ...inRange(`${path}[${i}].utilization`, utilization, 0, MAX_PERCENT),
      ...inRange(`${path}[${i}].score`, score, 0, MAX_SHAPE_SCORE),
    );
  });
  return errors;
}

function weights(path: string, resources: readonly ResourceSpec[]): FieldError[] {
  return resources.flatMap(({ name, weight = 0 }, i) =>
    weight <= 0 || weight > MAX_PERCENT
      ? [invalid(`${path}[${i}].weight`, weight, `resource weight of ${name} not in valid range (0, 100]`)]
      : [],
  );
}

/** labels.NewRequirement, and the operators that it knows. */
function labelRequirement(path: string, { key, operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  const supported = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
  if (!supported.includes(operator)) return [notSupported(`${path}.operator`, operator, supported)];
  const errors = labelName(`${path}.key`, key);
  const all = `${path}.values`;
  if ((operator === "In" || operator === "NotIn") && values.length === 0)
    errors.push(invalid(all, values, "for 'in', 'notin' operators, values set can't be empty"));
  if ((operator === "Exists" || operator === "DoesNotExist") && values.length > 0) {
    errors.push(invalid(all, values, "values set must be empty for exists and does not exist"));
  }
  if (operator === "Gt" || operator === "Lt") {
    if (values.length !== 1) errors.push(invalid(all, values, "for 'Gt', 'Lt' operators, exactly one value is required"));
    values.forEach((value, i) => {
      if (!/^[+-]?\d+$/.test(value)) errors.push(invalid(`${all}[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    });
  }
  return [...errors, ...values.flatMap((value, i) => check(`${all}[${i}]`, value, labelValue))];
}

function fieldRequirement(path: string, { key, operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  if (operator !== "In" && operator !== "NotIn") return [notSupported(`${path}.operator`, operator, ["In", "NotIn"])];
  if (values.length !== 1) return [invalid(`${path}.values`, values.length, "must have one element")];
  return key === "metadata.name" ? [] : [notSupported(`${path}.key`, key, ["metadata.name"])];
}

/** A term that says nothing matches nothing; it is no mistake. */
function nodeTerm(path: string, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): FieldError[] {
  return [
    ...matchExpressions.flatMap((one, i) => labelRequirement(`${path}.matchExpressions[${i}]`, one)),
    ...matchFields.flatMap((one, i) => fieldRequirement(`${path}.matchFields[${i}]`, one)),
  ];
}

function spreadConstraint(path: string, constraints: readonly TopologySpreadConstraint[], i: number): FieldError[] {
  const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraints[i];
  const at = `${path}[${i}]`;
  const errors: FieldError[] = [];
  if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, "not in valid range (0, inf)"));
  if (topologyKey === "") errors.push(required(`${at}.topologyKey`, "can not be empty"));
  else errors.push(...labelName(`${at}.topologyKey`, topologyKey));
  if ((whenUnsatisfiable as string) === "") errors.push(required(`${at}.whenUnsatisfiable`, "can not be empty"));
  else if (!UNSATISFIABLE_ACTIONS.includes(whenUnsatisfiable))
    errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, UNSATISFIABLE_ACTIONS));
  if (labelSelector !== undefined)
    errors.push(forbidden(`${at}.labelSelector`, "constraint must not define a selector, as they deduced for each pod"));
  const repeats = constraints
    .slice(0, i)
    .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
  if (repeats) errors.push(duplicate(at, `{${topologyKey}, ${whenUnsatisfiable}}`));
  return errors;
}

/** What kube-scheduler checks with the whole configuration, by plugin. */
export const ARGS_CHECKS: Readonly<Record<string, (path: string, args: never) => FieldError[]>> = {
  DefaultPreemption(path: string, { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute }: DefaultPreemptionArgs) {
    const [percentagePath, absolutePath] = [below(path, "minCandidateNodesPercentage"), below(path, "minCandidateNodesAbsolute")];
    const errors = inRange(percentagePath, percentage, 0, MAX_PERCENT);
    if (absolute < 0) errors.push(invalid(absolutePath, absolute, "not in valid range [0, inf)"));
    if (percentage === 0 && absolute === 0) {
      errors.push(invalid(percentagePath, 0, "cannot be zero at the same time as minCandidateNodesAbsolute"));
      errors.push(invalid(absolutePath, 0, "cannot be zero at the same time as minCandidateNodesPercentage"));
    }
    return errors;
  },
  InterPodAffinity(path: string, { hardPodAffinityWeight }: InterPodAffinityArgs) {
    return inRange(below(path, "hardPodAffinityWeight"), hardPodAffinityWeight, 0, MAX_PERCENT);
  },
  NodeAffinity(path: string, { addedAffinity }: NodeAffinityArgs) {
    const at = below(path, "addedAffinity");
    const terms = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    const preferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return [
      ...terms.flatMap((term, i) => nodeTerm(`${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`, term)),
      ...preferred.flatMap(({ preference }, i) => nodeTerm(`${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`, preference)),
    ];
  },
  NodeResourcesBalancedAllocation(path: string, { resources }: NodeResourcesBalancedAllocationArgs) {
    const at = below(path, "resources");
    return resources.flatMap(({ name, weight }, i) => [
      ...(resources.findIndex((other) => other.name === name) < i ? [duplicate(`${at}[${i}].name`, name)] : []),
      ...(weight === 1 ? [] : [invalid(`${at}[${i}].weight`, weight, "must be 1")]),
    ]);
  },
  PodTopologySpread(path: string, { defaultingType, defaultConstraints }: PodTopologySpreadArgs) {
    const at = below(path, "defaultConstraints");
    const type = below(path, "defaultingType");
    const errors: FieldError[] = [];
    if (!["System", "List"].includes(defaultingType)) errors.push(notSupported(type, defaultingType, ["System", "List"]));
    else if (defaultingType === "System" && defaultConstraints.length > 0)
      errors.push(invalid(type, defaultingType, "when .defaultConstraints are not empty"));
    return [...errors, ...defaultConstraints.flatMap((_, i) => spreadConstraint(at, defaultConstraints, i))];
  },
  VolumeBinding(path: string, { bindTimeoutSeconds, shape: points }: VolumeBindingArgs) {
    const errors: FieldError[] = [];
    if (bindTimeoutSeconds < 0) {
      errors.push(
        invalid(below(path, "bindTimeoutSeconds"), bindTimeoutSeconds, "invalid BindTimeoutSeconds, should not be a negative value"),
      );
    }
    if (points !== undefined) {
      const shown = points.map(({ utilization, score }) => ({ Utilization: utilization, Score: score }));
      errors.push(
        invalid(below(path, "shape"), shown, "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring"),
      );
    }
    return errors;
  },
};

/** What kube-scheduler checks only when it makes the plugin. */
export function checkNodeResourcesFit({
  ignoredResources = [],
  ignoredResourceGroups = [],
  scoringStrategy,
}: NodeResourcesFitArgs): FieldError[] {
  const { type, resources, requestedToCapacityRatio } = scoringStrategy;
  const errors = ignoredResources.flatMap((name, i) => labelName(`ignoredResources[${i}]`, name));
  ignoredResourceGroups.forEach((group, i) => {
    const at = `ignoredResourceGroups[${i}]`;
    if (group.includes("/")) errors.push(invalid(at, group, "resource group name can't contain '/'"));
    errors.push(...labelName(at, group));
  });
  if (!STRATEGIES.includes(type)) errors.push(notSupported("scoringStrategy.type", type, STRATEGIES));
  errors.push(...weights("scoringStrategy.resources", resources));
  const ratio = "scoringStrategy.requestedToCapacityRatio";
  if (type === "RequestedToCapacityRatio") {
    if (requestedToCapacityRatio === undefined) errors.push(required(ratio, "must be specified when type is RequestedToCapacityRatio"));
    else errors.push(...shape(`${ratio}.shape`, requestedToCapacityRatio.shape ?? []));
  } else if (requestedToCapacityRatio !== undefined) errors.push(forbidden(ratio, "must be nil when type is not RequestedToCapacityRatio"));
  return errors;
}
