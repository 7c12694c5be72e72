/** Service accounts, roles and bindings. Source: kubectl/pkg/describe/describe.go. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, ServiceAccount } from "../../../api/types/policy.js";
import type { Describer } from "./describer.js";
import { field, fieldOfMany, nameLines, noteLines, row, table } from "./lines.js";

export const serviceAccountDescriber: Describer<ServiceAccount> = {
  describe({ metadata, imagePullSecrets = [] }) {
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      ...fieldOfMany(
        0,
        "Image pull secrets",
        imagePullSecrets.map(({ name = "" }) => name),
      ),
    ];
  },
};

export const roleDescriber: Describer<Role | ClusterRole> = {
  hasEvents: false,
  describe({ metadata, rules = [] }) {
    return [
      field(0, "Name", metadata.name),
      ...noteLines(metadata),
      "PolicyRule:",
      ...table(1, ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"], ruleRows(rules)),
    ];
  },
};

/** One row for each resource with the same names, its verbs together: rules are taken apart and put together anew. */
export function ruleRows(rules: readonly PolicyRule[]): readonly (readonly string[])[] {
  const verbsOf = new Map<string, { readonly cells: readonly string[]; readonly verbs: Set<string> }>();
  const add = (resource: string, urls: readonly string[], names: readonly string[], verbs: readonly string[]) => {
    const cells = [resource, `[${urls.join(" ")}]`, `[${names.join(" ")}]`];
    const key = cells.join("\t");
    const known = verbsOf.get(key) ?? { cells, verbs: new Set<string>() };
    verbsOf.set(key, known);
    for (const verb of verbs) known.verbs.add(verb);
  };
  for (const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } of rules) {
    const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
    for (const group of apiGroups)
      for (const resource of resources) for (const name of names) add(qualified(resource, group), [], name, verbs);
    for (const url of nonResourceURLs) add("", [url], [], verbs);
  }
  return [...verbsOf].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { cells, verbs }]) => [...cells, `[${[...verbs].join(" ")}]`]);
}

/** `deployments.apps/scale`. */
function qualified(resource: string, group: string): string {
  const [name, subresource] = resource.split("/");
  return `${name}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
}

export const roleBindingDescriber: Describer<RoleBinding | ClusterRoleBinding> = {
  hasEvents: false,
  describe({ metadata, roleRef, subjects = [] }) {
    return [
      field(0, "Name", metadata.name),
      ...noteLines(metadata),
      "Role:",
      field(1, "Kind", roleRef.kind),
      field(1, "Name", roleRef.name),
      "Subjects:",
      ...[
        ["Kind", "Name", "Namespace"],
        ["----", "----", "---------"],
        ...subjects.map(({ kind, name, namespace = "" }) => [kind, name, namespace]),
      ].map((cells) => row(1, ...cells)),
    ];
  },
};
