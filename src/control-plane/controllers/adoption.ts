/**
 * The look at an owner, past all caches, before it adopts anything: one that is being deleted or was replaced may not.
 *
 * Source: kubernetes pkg/controller/controller_ref_manager.go (RecheckDeletionTimestamp) and the controllers' canAdoptFunc.
 */
import type { Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/index.js";
import type { ApiCalls } from "./api-calls.js";
import { RetryLater, type Task } from "./task.js";

/** @throws ApiError where the owner is gone, RetryLater where it was replaced or is being deleted */
export function* checkAdoption(calls: ApiCalls, owner: ApiObject): Task<void> {
  const { namespace, name, uid } = owner.metadata;
  const kind = owner.kind as Kind;
  const { metadata } = yield* calls.get({ kind, namespace: namespace!, name });
  if (metadata.uid !== uid) throw new RetryLater(`original ${kind} ${namespace}/${name} is gone: got uid ${metadata.uid}, wanted ${uid}`);
  if (metadata.deletionTimestamp !== undefined) throw new RetryLater(`${namespace}/${name} has just been deleted`);
}
