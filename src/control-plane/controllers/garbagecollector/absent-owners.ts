/**
 * Owners that were found not to exist, by all that a reference says of them: one that names its owner wrongly, or from another namespace,
 * says nothing of those that name it rightly.
 *
 * Source: absentOwnerCache of pkg/controller/garbagecollector/{garbagecollector,uid_cache}.go.
 */
import { kindInfo } from "../../../api/kinds.js";
import type { OwnerReference } from "../../../api/types/index.js";

/** Entries; the one that was used longest ago goes first. Source: NewReferenceCache in NewGarbageCollector. */
const CAPACITY = 500;

export class AbsentOwners {
  private readonly keys = new Set<string>();

  add(reference: OwnerReference, namespace: string | undefined): void {
    const key = keyOf(reference, namespace);
    this.keys.delete(key);
    this.keys.add(key);
    if (this.keys.size > CAPACITY) this.keys.delete(this.keys.values().next().value!);
  }

  has(reference: OwnerReference, namespace: string | undefined): boolean {
    const key = keyOf(reference, namespace);
    if (!this.keys.delete(key)) return false;
    this.keys.add(key);
    return true;
  }
}

function keyOf({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): string {
  return [apiVersion, kind, name, uid, kindInfo(kind)?.namespaced === true ? namespace : ""].join("|");
}
