/** The stored object that a request is about. */
import { kindInfo } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { Target } from "../../control-plane/apiserver/client.js";
import type { ObjectReader } from "../../control-plane/apiserver/object-store.js";

export function storedTarget(stored: ObjectReader, { kind, namespace, name }: Target): ApiObject | undefined {
  return stored.get(kind, kindInfo(kind)?.namespaced === true ? (namespace ?? "default") : undefined, name);
}
