/** kubectl create role, clusterrole, rolebinding and clusterrolebinding: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#kubectl-create-role */
import { kindByResourceName } from "../../api/kinds.js";
import type { PolicyRule, RbacSubject, RoleRef } from "../../api/types/policy.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { compare } from "./compare.js";
import { groupOf } from "./session.js";
import { UsageError } from "./usage-error.js";

const RBAC = "rbac.authorization.k8s.io";

export const RULE_FLAGS: readonly Flag[] = [flag("verb", "list"), flag("resource", "list"), flag("resource-name", "texts")];
export const CLUSTER_RULE_FLAGS: readonly Flag[] = [...RULE_FLAGS, flag("non-resource-url", "list"), flag("aggregation-rule", "text")];
export const SUBJECT_FLAGS: readonly Flag[] = [flag("user", "list"), flag("group", "list"), flag("serviceaccount", "list")];
export const ROLE_REFERENCE_FLAGS: readonly Flag[] = [flag("clusterrole", "text"), flag("role", "text")];

/** Source: kubectl/pkg/cmd/create/create_role.go validResourceVerbs */
const KNOWN_VERBS: ReadonlySet<string> = new Set(
  "* get delete list create update patch watch proxy deletecollection use bind escalate impersonate".split(" "),
);

/** What is to be said of verbs that no resource knows. */
export function oddVerbs(given: Arguments): readonly string[] {
  return [...new Set(given.list("verb"))]
    .filter((verb) => !KNOWN_VERBS.has(verb))
    .map((verb) => `'${verb}' is not a standard resource verb`);
}

/** Rules of --verb and --resource: one for each API group. @throws UsageError */
export function rulesOf(given: Arguments): readonly PolicyRule[] {
  const asked = [...new Set(given.list("verb"))];
  const verbs = asked.includes("*") ? ["*"] : asked;
  if (verbs.length === 0) throw new UsageError("at least one verb must be specified");
  const urls = given.list("non-resource-url");
  const resources = given.list("resource");
  if (urls.length > 0) {
    if (resources.length > 0) throw new UsageError("cannot specify resource and non-resource-url at the same time");
    return [{ verbs, nonResourceURLs: urls }];
  }
  if (resources.length === 0) throw new UsageError("at least one resource must be specified");
  const names = [...new Set(given.texts("resource-name"))];
  const byGroup = new Map<string, Set<string>>();
  for (const text of resources.includes("*") ? ["*"] : resources) {
    const { group, resource } = resourceOf(text);
    refuseOddVerbs(verbs, group, resource.split("/")[0]);
    byGroup.set(group, (byGroup.get(group) ?? new Set()).add(resource));
  }
  return [...byGroup]
    .sort(([a], [b]) => compare(a, b))
    .map(([group, some]) => ({
      verbs,
      apiGroups: [group],
      resources: [...some],
      ...(names.length > 0 && { resourceNames: names }),
    }));
}

const ROLES: ReadonlySet<string> = new Set([`roles.${RBAC}`, `clusterroles.${RBAC}`]);
const IDENTITIES: ReadonlySet<string> = new Set(["users.", "serviceaccounts.", "groups.", "userextras.authentication.k8s.io"]);
/** Verbs that a few resources know. Source: kubectl/pkg/cmd/create/create_role.go specialVerbs */
const SPECIAL_VERBS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["use", new Set<string>(["podsecuritypolicies.policy", "podsecuritypolicies.extensions"])],
  ["bind", ROLES],
  ["escalate", ROLES],
  ["impersonate", IDENTITIES],
]);

function refuseOddVerbs(verbs: readonly string[], group: string, resource: string): void {
  if (resource === "*") return;
  const odd = verbs.find((verb) => SPECIAL_VERBS.get(verb)?.has(`${resource}.${group}`) === false);
  if (odd !== undefined) throw new UsageError(`can not perform '${odd}' on '${resource}' in group '${group}'`);
}

/** `deployments.apps/scale`, `pods`, `deploy`, `*`. @throws UsageError */
function resourceOf(text: string): { readonly group: string; readonly resource: string } {
  const [qualified, subresource] = text.split("/");
  const [name, ...groups] = qualified.split(".");
  const group = groups.join(".");
  const suffix = subresource === undefined ? "" : `/${subresource}`;
  if (name === "") throw new UsageError("resource must be specified if apiGroup/subresource specified");
  if (name === "*" || IDENTITIES.has(`${name}.${group}`))
    return { group: name === "*" && groups.length === 0 ? "*" : group, resource: `${name}${suffix}` };
  const info = kindByResourceName(name);
  if (info === undefined) throw new UsageError(`the server doesn't have a resource type "${name}"`);
  return { group: groupOf(info), resource: `${info.resource}${suffix}` };
}

/** Labels that the cluster roles to be gathered bear. @throws UsageError */
export function aggregationOf(text: string): {
  readonly clusterRoleSelectors: readonly { readonly matchLabels: Record<string, string> }[];
} {
  const labels = Object.fromEntries(
    text.split(",").map((pair): [string, string] => {
      const [key, value] = pair.split("=");
      if (value === undefined) throw new UsageError(`--aggregation-rule: ${pair}: must be LABEL=VALUE`);
      return [key, value];
    }),
  );
  return { clusterRoleSelectors: [{ matchLabels: labels }] };
}

/** @throws UsageError */
export function subjectsOf(given: Arguments): readonly RbacSubject[] {
  return [
    ...given.list("user").map((name): RbacSubject => ({ kind: "User", apiGroup: RBAC, name })),
    ...given.list("group").map((name): RbacSubject => ({ kind: "Group", apiGroup: RBAC, name })),
    ...given.list("serviceaccount").map((text): RbacSubject => {
      const [namespace, name, more] = text.split(":");
      if (name === undefined || name === "" || namespace === "" || more !== undefined)
        throw new UsageError("serviceaccount must be <namespace>:<name>");
      return { kind: "ServiceAccount", namespace, name };
    }),
  ];
}

/** @throws UsageError */
export function roleReferenceOf(given: Arguments): RoleRef {
  const [role, clusterRole] = [given.text("role"), given.text("clusterrole")];
  if ((role === undefined) === (clusterRole === undefined)) throw new UsageError("exactly one of clusterrole or role must be specified");
  return role === undefined ? { apiGroup: RBAC, kind: "ClusterRole", name: clusterRole! } : { apiGroup: RBAC, kind: "Role", name: role };
}
