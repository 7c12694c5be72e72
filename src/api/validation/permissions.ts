/** Validation of roles and their bindings. Source: pkg/apis/rbac/validation/validation.go. */
import type { ClusterRole, ClusterRoleBinding, RbacSubject, Role, RoleBinding } from "../types/policy.js";
import { invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsSubdomain, pathSegmentName } from "./names.js";
import { semanticallyEqual } from "./sameness.js";
import { validateLabelSelector } from "./selectors.js";

const RBAC_GROUP = "rbac.authorization.k8s.io";

type PolicyRule = NonNullable<Role["rules"]>[number];

function validateRule(field: string, rule: PolicyRule, isNamespaced: boolean): FieldError[] {
  const { verbs, nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  const errors = (verbs ?? []).length === 0 ? [required(`${field}.verbs`, "verbs must contain at least one value")] : [];
  if (nonResourceURLs.length > 0) {
    const path = `${field}.nonResourceURLs`;
    if (isNamespaced) errors.push(invalid(path, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"));
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      errors.push(invalid(path, nonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs"));
    return errors;
  }
  if (apiGroups.length === 0) errors.push(required(`${field}.apiGroups`, "resource rules must supply at least one api group"));
  if (resources.length === 0) errors.push(required(`${field}.resources`, "resource rules must supply at least one resource"));
  return errors;
}

export function validateRole(object: Role | ClusterRole): FieldError[] {
  const errors = (object.rules ?? []).flatMap((rule, index) => validateRule(`rules[${index}]`, rule, object.kind === "Role"));
  const selectors = object.kind === "ClusterRole" ? object.aggregationRule?.clusterRoleSelectors : undefined;
  if (object.kind !== "ClusterRole" || object.aggregationRule === undefined) return errors;
  const field = "aggregationRule.clusterRoleSelectors";
  if ((selectors ?? []).length === 0)
    return [...errors, required(field, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  return [...errors, ...selectors!.flatMap((selector, index) => validateLabelSelector(`${field}[${index}]`, selector))];
}

const SUBJECT_KINDS = ["ServiceAccount", "User", "Group"];

function validateSubject(
  field: string,
  { kind, name = "", namespace = "", apiGroup = "" }: Partial<RbacSubject>,
  isNamespaced: boolean,
): FieldError[] {
  const errors = name === "" ? [required(`${field}.name`)] : [];
  switch (kind) {
    case "ServiceAccount":
      if (name !== "") errors.push(...check(`${field}.name`, name, dnsSubdomain));
      if (apiGroup !== "") errors.push(notSupported(`${field}.apiGroup`, apiGroup, [""]));
      if (!isNamespaced && namespace === "") errors.push(required(`${field}.namespace`));
      return errors;
    case "User":
    case "Group":
      return apiGroup === RBAC_GROUP ? errors : [...errors, notSupported(`${field}.apiGroup`, apiGroup, [RBAC_GROUP])];
    default:
      return [...errors, notSupported(`${field}.kind`, kind ?? "", SUBJECT_KINDS)];
  }
}

export function validateBinding(object: RoleBinding | ClusterRoleBinding): FieldError[] {
  const isNamespaced = object.kind === "RoleBinding";
  const errors: FieldError[] = [];
  const { roleRef, subjects = [] } = object;
  if (roleRef.apiGroup !== RBAC_GROUP) errors.push(notSupported("roleRef.apiGroup", roleRef.apiGroup ?? "", [RBAC_GROUP]));
  const kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(roleRef.kind)) errors.push(notSupported("roleRef.kind", roleRef.kind ?? "", kinds));
  if ((roleRef.name ?? "") === "") errors.push(required("roleRef.name"));
  else errors.push(...check("roleRef.name", roleRef.name, pathSegmentName));
  return [...errors, ...subjects.flatMap((subject, index) => validateSubject(`subjects[${index}]`, subject, isNamespaced))];
}

export function validateBindingChange(object: RoleBinding | ClusterRoleBinding, old: RoleBinding | ClusterRoleBinding): FieldError[] {
  if (semanticallyEqual(object.roleRef, old.roleRef)) return [];
  const { apiGroup, kind, name } = object.roleRef;
  // The API server's own type is shown, with Go's names.
  return [invalid("roleRef", { APIGroup: apiGroup, Kind: kind, Name: name }, "cannot change roleRef")];
}
