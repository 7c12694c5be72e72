/**
 * Role-based access control over the stored Roles, ClusterRoles and bindings.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
import { kindInfo, type Kind } from "../../api/kinds.js";
import type { PolicyRule, RbacSubject, RoleRef } from "../../api/types/policy.js";
import type { AccessQuestion, Authorizer } from "./authorizer.js";
import type { ObjectReader } from "./object-store.js";
import { RBAC_BOOTSTRAP_OBJECTS } from "./rbac-bootstrap.js";
import type { Caller, Subresource, Verb } from "./request.js";
import { groupOf } from "./status-errors.js";

const RBAC_KINDS: ReadonlySet<Kind> = new Set<Kind>(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]);
const ANY = "*";
const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;
const AUTHENTICATED = "system:authenticated";

const NO_RULES: readonly PolicyRule[] = [];

/** What a caller is granted: everywhere, and by namespace. */
interface Grants {
  readonly epoch: number;
  readonly everywhere: readonly PolicyRule[];
  readonly inNamespace: ReadonlyMap<string, readonly PolicyRule[]>;
  /** Answers that hold for all namespaces and names. */
  readonly known: Map<string, boolean>;
}

/** Groups that authentication adds. Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens */
function groupsOf({ user, groups }: Caller): ReadonlySet<string> {
  const account = SERVICE_ACCOUNT_USER.exec(user);
  const implied = account === null ? [] : ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`];
  return new Set([...groups, ...implied, AUTHENTICATED]);
}

function isSubject(
  { kind, name, namespace }: RbacSubject,
  user: string,
  groups: ReadonlySet<string>,
  bindingNamespace: string | undefined,
): boolean {
  if (kind === "User") return name === user;
  if (kind === "Group") return groups.has(name);
  return user === `system:serviceaccount:${namespace ?? bindingNamespace ?? ""}:${name}`;
}

function matchesVerbAndResource(rule: PolicyRule, verb: string, group: string, resource: string, subresource: string): boolean {
  if (!rule.verbs.includes(verb) && !rule.verbs.includes(ANY)) return false;
  if (rule.apiGroups?.includes(group) !== true && rule.apiGroups?.includes(ANY) !== true) return false;
  const named = subresource === "" ? resource : `${resource}/${subresource}`;
  return rule.resources?.some((one) => one === ANY || one === named || (subresource !== "" && one === `${ANY}/${subresource}`)) === true;
}

/** A path, or all that begin like it where the rule ends with an asterisk. */
function matchesPath({ verbs, nonResourceURLs = [] }: PolicyRule, verb: string, path: string): boolean {
  if (!verbs.includes(verb) && !verbs.includes(ANY)) return false;
  return nonResourceURLs.some((url) => url === path || (url.endsWith(ANY) && path.startsWith(url.slice(0, -1))));
}

function isNamed({ resourceNames = [] }: PolicyRule, name: string): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

export class RbacAuthorizer implements Authorizer {
  readonly bootstrapObjects = RBAC_BOOTSTRAP_OBJECTS;
  private readonly grants = new WeakMap<Caller, Grants>();
  private epoch = 0;

  changed(kind: Kind): boolean {
    if (!RBAC_KINDS.has(kind)) return false;
    this.epoch++;
    return true;
  }

  allows(
    caller: Caller,
    verb: Verb,
    kind: Kind,
    subresource: Subresource,
    namespace: string | undefined,
    name: string,
    objects: ObjectReader,
  ): boolean {
    const grants = this.grantsOf(caller, objects);
    const key = `${verb} ${kind} ${subresource}`;
    const known = grants.known.get(key);
    if (known !== undefined) return known;
    const { apiVersion, resource } = kindInfo(kind)!;
    const group = groupOf(apiVersion);
    const matching = (rules: readonly PolicyRule[]) =>
      rules.filter((rule) => matchesVerbAndResource(rule, verb, group, resource, subresource));
    const everywhere = matching(grants.everywhere);
    if (everywhere.some(({ resourceNames }) => resourceNames === undefined || resourceNames.length === 0)) {
      grants.known.set(key, true);
      return true;
    }
    const local = namespace === undefined ? NO_RULES : matching(grants.inNamespace.get(namespace) ?? NO_RULES);
    if (everywhere.length === 0 && grants.inNamespace.size === 0) grants.known.set(key, false);
    return [...everywhere, ...local].some((rule) => isNamed(rule, name));
  }

  permits(caller: Caller, question: AccessQuestion, objects: ObjectReader): boolean {
    if ("path" in question)
      return this.grantsOf(caller, objects).everywhere.some((rule) => matchesPath(rule, question.verb, question.path));
    const { verb, group, resource, subresource, name, namespace } = question;
    return this.rulesIn(caller, namespace, objects).some(
      (rule) => matchesVerbAndResource(rule, verb, group, resource, subresource) && isNamed(rule, name),
    );
  }

  rulesIn(caller: Caller, namespace: string, objects: ObjectReader): readonly PolicyRule[] {
    const { everywhere, inNamespace } = this.grantsOf(caller, objects);
    return [...everywhere, ...(inNamespace.get(namespace) ?? NO_RULES)];
  }

  private grantsOf(caller: Caller, objects: ObjectReader): Grants {
    let grants = this.grants.get(caller);
    if (grants?.epoch !== this.epoch) this.grants.set(caller, (grants = this.resolve(caller, objects)));
    return grants;
  }

  private resolve(caller: Caller, objects: ObjectReader): Grants {
    const groups = groupsOf(caller);
    const rulesOf = ({ kind, name }: RoleRef, namespace: string | undefined): readonly PolicyRule[] =>
      (kind === "Role" ? objects.get("Role", namespace, name)?.rules : objects.get("ClusterRole", undefined, name)?.rules) ?? NO_RULES;
    const everywhere: PolicyRule[] = [];
    for (const { subjects = [], roleRef } of objects.list("ClusterRoleBinding")) {
      if (subjects.some((subject) => isSubject(subject, caller.user, groups, undefined))) everywhere.push(...rulesOf(roleRef, undefined));
    }
    const inNamespace = new Map<string, PolicyRule[]>();
    for (const { subjects = [], roleRef, metadata } of objects.list("RoleBinding")) {
      const { namespace = "" } = metadata;
      if (!subjects.some((subject) => isSubject(subject, caller.user, groups, namespace))) continue;
      const rules = rulesOf(roleRef, namespace);
      const others = inNamespace.get(namespace);
      if (others === undefined) inNamespace.set(namespace, [...rules]);
      else others.push(...rules);
    }
    return { epoch: this.epoch, everywhere, inNamespace, known: new Map() };
  }
}
