/**
 * Deletes objects: preconditions, admission, and the writes that come before an object goes.
 *
 * Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go (Delete). What a deletion makes of an object: graceful-deletion.ts.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../../api/types/meta.js";
import type { DeleteOptions, Target } from "../client.js";
import type { StoreEntry } from "../object-store.js";
import { deletionConflict } from "../status-errors.js";
import { markDeleted } from "./graceful-deletion.js";
import { type RegistryContext, wholeSeconds } from "./registry-context.js";
import { storedByName } from "./stored-target.js";
import { withoutField } from "./without-field.js";

/** @throws ApiStatusError 404 or 409 */
export function deleteObject(context: RegistryContext, target: Target, options: DeleteOptions, user: string): ApiObject {
  const { store, admission, writer } = context;
  const { kind } = target;
  const entry = storedByName(store, target);
  const stored = entry.object;
  const { uid = target.uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== stored.metadata.uid) throw deletionConflict(stored, "UID", uid);
  if (resourceVersion !== undefined && resourceVersion !== stored.metadata.resourceVersion)
    throw deletionConflict(stored, "ResourceVersion", resourceVersion);
  const now = wholeSeconds(context);
  if (admission.handles(kind, "DELETE")) {
    admission.validate(stored, { operation: "DELETE", kind, user, object: stored, now, writeStatus: writer.writeStatus }, store);
  }
  const marked = markDeleted(kind, stored, options, now);
  if (marked === undefined) return writer.removed(kind, entry, preparedToGo(context, kind, entry, now));
  return marked === stored ? stored : writer.replaced(kind, entry, marked);
}

/**
 * The last state of an object that goes at once. A kind with grace periods is marked in a write of its own even where no grace is left, and
 * so are finalizers taken off that the request's propagation policy does away with. Source: store.go updateForGracefulDeletionAndFinalizers.
 */
function preparedToGo({ writer }: RegistryContext, kind: Kind, entry: StoreEntry, now: Timestamp): ApiObject {
  const { object } = entry;
  const { generation, deletionTimestamp, finalizers = [] } = object.metadata;
  const isMarked = kind !== "Pod" || deletionTimestamp !== undefined;
  if (isMarked && finalizers.length === 0) return object;
  const metadata = finalizers.length === 0 ? object.metadata : withoutField(object.metadata, "finalizers");
  if (isMarked) return writer.replaced(kind, entry, { ...object, metadata });
  const counted = generation !== undefined && { generation: generation + 1 };
  return writer.replaced(kind, entry, {
    ...object,
    metadata: { ...metadata, ...counted, deletionTimestamp: now, deletionGracePeriodSeconds: 0 },
  });
}
