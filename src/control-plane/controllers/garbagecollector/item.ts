/** Keys of the collector's queues: objects that it saw, and owners that it only read of. */
import { type Kind, kindInfo, objectKey } from "../../../api/kinds.js";
import type { ApiObject, OwnerReference } from "../../../api/types/index.js";
import type { Target } from "../../apiserver/client.js";

/** Separates the parts of a queue's key: names hold no such character. */
const SEPARATOR = "|";
const UNSEEN = "unseen";

export function keyOf(object: ApiObject): string {
  return [object.kind, objectKey(object), object.metadata.uid].join(SEPARATOR);
}

/** The parts of {@link keyOf}. */
export function splitKey(key: string): readonly [kind: Kind, name: string, uid: string] {
  return key.split(SEPARATOR) as [Kind, string, string];
}

/** Key of an owner that is known from a reference alone. */
export function unseenKeyOf({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): string {
  return [UNSEEN, apiVersion, kind, name, uid, namespace ?? ""].join(SEPARATOR);
}

/** The reference and the namespace in which it was read, undefined where the key is that of an object that was seen. */
export function unseenOwner(key: string): { readonly reference: OwnerReference; readonly namespace: string | undefined } | undefined {
  const [prefix, apiVersion, kind, name, uid, namespace] = key.split(SEPARATOR);
  if (prefix !== UNSEEN) return undefined;
  return { reference: { apiVersion, kind, name, uid }, namespace: namespace === "" ? undefined : namespace };
}

export function targetFor(object: ApiObject): Target {
  const { namespace, name } = object.metadata;
  return { kind: object.kind as Kind, ...(namespace !== undefined && { namespace }), name };
}

/** An owner is in the dependent's namespace or cluster-scoped; undefined for kinds that are not served, and for a namespaced owner of an object without namespace. */
export function ownerTarget(namespace: string | undefined, { kind, name }: Pick<OwnerReference, "kind" | "name">): Target | undefined {
  const info = kindInfo(kind);
  if (info === undefined) return undefined;
  if (!info.namespaced) return { kind: info.kind, name };
  return namespace === undefined ? undefined : { kind: info.kind, namespace, name };
}
