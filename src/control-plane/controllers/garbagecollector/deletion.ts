/** Deletion of an object for which the collector decided on what it read of it. Source: deleteObject in pkg/controller/garbagecollector/operations.go. */
import type { ApiObject } from "../../../api/types/index.js";
import type { ApiCalls } from "../api-calls.js";
import { sameValue } from "../same-value.js";
import { ApiError, unless, type Task } from "../task.js";
import { targetFor } from "./item.js";

/** Deletes the object as it was read; one that was changed meanwhile, too, unless it has other owners now. @throws ApiError where it was refused */
export function* deleteAsRead(calls: ApiCalls, object: ApiObject, propagationPolicy: "Orphan" | "Background" | "Foreground"): Task<void> {
  const target = targetFor(object);
  const { uid, resourceVersion, ownerReferences } = object.metadata;
  try {
    yield* unless(
      ["NotFound"],
      calls.delete(target, { propagationPolicy, preconditions: { uid: uid!, resourceVersion: resourceVersion! } }),
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.status.reason !== "Conflict") throw error;
    const live = (yield* unless(["NotFound"], calls.get(target))) as ApiObject | undefined;
    if (live === undefined || live.metadata.uid !== uid) return;
    if (!sameValue(live.metadata.ownerReferences, ownerReferences)) throw error;
    yield* unless(["NotFound", "Conflict"], calls.delete(target, { propagationPolicy, preconditions: { uid: uid! } }));
  }
}
