/** Where a request's object is: its namespace, and the entry that the store has of it. */
import { kindInfo, type Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Target } from "../client.js";
import type { ObjectStore, StoreEntry } from "../object-store.js";
import { badRequest, notFound, storedUidConflict } from "../status-errors.js";
import { withoutField } from "./without-field.js";

const DEFAULT_NAMESPACE = "default";

/** None for kinds of the whole cluster. */
export function namespaceOf(kind: Kind, namespace: string | undefined): string | undefined {
  if (kindInfo(kind)?.namespaced === false) return undefined;
  return namespace === undefined || namespace === "" ? DEFAULT_NAMESPACE : namespace;
}

/** A new object in the namespace to which its kind belongs. @throws ApiStatusError 400 where there is no such kind */
export function placed(object: ApiObject, kind: Kind): ApiObject {
  if (kindInfo(kind) === undefined) throw badRequest(`no kind "${kind}" is registered for version "${object.apiVersion}"`);
  const namespace = namespaceOf(kind, object.metadata.namespace);
  if (namespace === object.metadata.namespace) return object;
  return {
    ...object,
    metadata: namespace === undefined ? withoutField(object.metadata, "namespace") : { ...object.metadata, namespace },
  };
}

/** What is stored under a name, whatever its uid. @throws ApiStatusError 404 */
export function storedByName(store: ObjectStore, { kind, namespace, name }: Target): StoreEntry {
  const entry = store.entry(kind, namespaceOf(kind, namespace), name);
  if (entry === undefined) throw notFound(kind, name);
  return entry;
}

/** @throws ApiStatusError 404, 409 where the target names another uid */
export function storedTarget(store: ObjectStore, target: Target): StoreEntry {
  const entry = storedByName(store, target);
  const { uid } = target;
  if (uid !== undefined && uid !== entry.object.metadata.uid) throw storedUidConflict(entry.object, uid);
  return entry;
}
