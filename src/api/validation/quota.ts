/** Validation of resource quotas. Source: ValidateResourceQuota, validateScopeSelector in pkg/apis/core/validation/validation.go and pkg/apis/core/helper. */
import type { ResourceList } from "../types/meta.js";
import type { ResourceQuota } from "../types/policy.js";
import { invalid, required, type FieldError } from "./field-error.js";
import { isStandardQuotaResource, validateQuotaResourceName, validateResourceList } from "./resources.js";

const POD_SCOPES: readonly string[] = ["Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"];
const SCOPES: ReadonlySet<string> = new Set([...POD_SCOPES, "BestEffort", "VolumeAttributesClass"]);
/** Scopes of which only the existence can be asked for. */
const PLAIN_SCOPES: ReadonlySet<string> = new Set([...POD_SCOPES.filter((scope) => scope !== "PriorityClass"), "BestEffort"]);
const CONFLICTING_SCOPES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

/** Resources of pods, which scopes of pods may be applied to. */
const POD_RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "cpu",
  "memory",
  "requests.cpu",
  "requests.memory",
  "limits.cpu",
  "limits.memory",
]);
const CLAIM_RESOURCES: ReadonlySet<string> = new Set(["persistentvolumeclaims", "requests.storage"]);

function scopeAllows(scope: string, resource: string): boolean {
  if (scope === "BestEffort") return resource === "pods";
  if (scope === "VolumeAttributesClass") return CLAIM_RESOURCES.has(resource);
  return POD_SCOPES.includes(scope) ? POD_RESOURCES.has(resource) : true;
}

/** How many of the quota's resources a scope cannot be applied to. */
function misapplied(scope: string, hard: ResourceList): number {
  return Object.keys(hard).filter((name) => isStandardQuotaResource(name) && !scopeAllows(scope, name)).length;
}

function haveConflict(scopes: readonly string[]): boolean {
  return CONFLICTING_SCOPES.some((pair) => pair.every((scope) => scopes.includes(scope)));
}

function validateScopes({ scopes = [], hard = {} }: ResourceQuota["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) errors.push(invalid("spec.scopes", scopes, "unsupported scope"));
    for (let count = misapplied(scope, hard); count > 0; count--)
      errors.push(invalid("spec.scopes", scopes, "unsupported scope applied to resource"));
  }
  return haveConflict(scopes) ? [...errors, invalid("spec.scopes", scopes, "conflicting scopes")] : errors;
}

const ONLY_EXISTS =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function validateScopeSelector({ scopeSelector, scopes, hard = {} }: ResourceQuota["spec"]): FieldError[] {
  if (scopeSelector === undefined) return [];
  const field = "spec.scopeSelector.matchExpressions";
  const expressions = scopeSelector.matchExpressions ?? [];
  // The API server's own type is shown, with Go's names.
  const shown = {
    MatchExpressions: expressions.map(({ scopeName, operator, values = null }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values,
    })),
  };
  const errors: FieldError[] = [];
  for (const { scopeName, operator, values = [] } of expressions) {
    if (!SCOPES.has(scopeName)) errors.push(invalid(`${field}.scopeName`, scopeName, "unsupported scope"));
    for (let count = misapplied(scopeName, hard); count > 0; count--)
      errors.push(invalid(field, shown, "unsupported scope applied to resource"));
    if (PLAIN_SCOPES.has(scopeName) && operator !== "Exists") errors.push(invalid(`${field}.operator`, operator, ONLY_EXISTS));
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0)
        errors.push(required(`${field}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0)
        errors.push(invalid(`${field}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
    } else errors.push(invalid(`${field}.operator`, operator, "not a valid selector operator"));
  }
  if (haveConflict(expressions.map(({ scopeName }) => scopeName)))
    errors.push(invalid("spec.scopeSelector.matchExpressions", scopes, "conflicting scopes"));
  return errors;
}

export function validateResourceQuota(object: ResourceQuota): FieldError[] {
  return [
    ...validateResourceList((name) => `spec.hard[${name}]`, object.spec.hard, validateQuotaResourceName),
    ...validateScopes(object.spec),
    ...validateScopeSelector(object.spec),
  ];
}

export function validateResourceQuotaChange(object: ResourceQuota, old: ResourceQuota): FieldError[] {
  const scopes = new Set(object.spec.scopes ?? []);
  const before = new Set(old.spec.scopes ?? []);
  const isSame = scopes.size === before.size && [...scopes].every((scope) => before.has(scope));
  return isSame ? [] : [invalid("spec.scopes", object.spec.scopes ?? null, "field is immutable")];
}
