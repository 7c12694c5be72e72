/** The columns of roles, bindings and service accounts. Source: kubernetes/pkg/printers/internalversion/printers.go. */
import { formatTimestamp } from "../../api/duration.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { ClusterRoleBinding, RbacSubject, RoleBinding, ServiceAccount } from "../../api/types/policy.js";
import { AGE, column, type Column, NAME, wide } from "./column.js";

/** Of kinds that are shown with the time of their creation in place of their age. */
export const CREATED_AT_COLUMNS: readonly Column<ApiObject>[] = [
  NAME,
  column("CREATED AT", ({ metadata }) =>
    metadata.creationTimestamp === undefined ? "<unknown>" : formatTimestamp(metadata.creationTimestamp),
  ),
];

function namesOf(subjects: readonly RbacSubject[] | undefined, kind: RbacSubject["kind"]): string {
  const some = (subjects ?? []).filter((subject) => subject.kind === kind);
  return some.map(({ name, namespace }) => (kind === "ServiceAccount" ? `${namespace ?? ""}/${name}` : name)).join(", ");
}

export const BINDING_COLUMNS: readonly Column<RoleBinding | ClusterRoleBinding>[] = [
  NAME,
  column("ROLE", ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE,
  wide("USERS", ({ subjects }) => namesOf(subjects, "User")),
  wide("GROUPS", ({ subjects }) => namesOf(subjects, "Group")),
  wide("SERVICEACCOUNTS", ({ subjects }) => namesOf(subjects, "ServiceAccount")),
];

export const SERVICE_ACCOUNT_COLUMNS: readonly Column<ServiceAccount>[] = [
  NAME,
  column("SECRETS", ({ secrets }) => secrets?.length ?? 0),
  AGE,
];
