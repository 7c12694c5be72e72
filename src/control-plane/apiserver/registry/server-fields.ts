/** What a client cannot change in an object stays as it is stored. Source: k8s.io/apiserver/pkg/registry/rest/update.go BeforeUpdate. */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject, ObjectMeta } from "../../../api/types/meta.js";
import { withoutField } from "./without-field.js";

export type WithStatus = ApiObject & { readonly status?: unknown };

/** An asked object with the stored one's metadata of the server, and its status. */
export function withServerFields(kind: Kind, asked: ApiObject, stored: WithStatus): ApiObject {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion } =
    stored.metadata;
  const metadata: ObjectMeta =
    asked.metadata === stored.metadata
      ? stored.metadata
      : {
          ...(asked.metadata.deletionTimestamp === undefined ? asked.metadata : withoutField(asked.metadata, "deletionTimestamp")),
          name,
          ...(namespace !== undefined && { namespace }),
          uid: asked.metadata.uid ?? uid,
          ...(creationTimestamp !== undefined && { creationTimestamp }),
          ...(deletionTimestamp !== undefined && { deletionTimestamp, deletionGracePeriodSeconds }),
          ...(generation !== undefined && { generation }),
          ...(resourceVersion !== undefined && { resourceVersion }),
        };
  const next: WithStatus = { ...asked, kind, metadata };
  if ((asked as WithStatus).status === stored.status) return next;
  if (stored.status === undefined) return withoutField(next, "status");
  const restored: WithStatus = { ...next, status: stored.status };
  return restored;
}
