/** All objects as etcd has committed them, with what the invariants find them by, and when each was changed last. */
import { objectKey, type Kind, type ObjectsByKind } from "../../api/kinds.js";
import { controllerOf } from "../../api/owner-references.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import type { Change } from "../../control-plane/apiserver/change.js";
import type { SimTime } from "../../engine/simulation.js";

const NEVER: SimTime = 0;

export class CommittedObjects {
  private readonly byKind = new Map<string, Map<string, ApiObject>>();
  private readonly objectsByUid = new Map<string, ApiObject>();
  private readonly byOwner = new Map<string, Set<string>>();
  private readonly podUidsByNode = new Map<string, Set<string>>();
  private readonly changed = new Map<string, SimTime>();
  private readonly removed = new Map<string, SimTime>();
  private readonly nodePods = new Map<string, SimTime>();

  get<K extends Kind>(kind: K, key: string): ObjectsByKind[K] | undefined {
    return this.byKind.get(kind)?.get(key) as ObjectsByKind[K] | undefined;
  }

  /** Whether the namespace is being deleted: nothing can be created in it any more. */
  isEnding(namespace: string | undefined): boolean {
    return namespace !== undefined && this.get("Namespace", namespace)?.metadata.deletionTimestamp !== undefined;
  }

  *list<K extends Kind>(kind: K, namespace?: string): Iterable<ObjectsByKind[K]> {
    for (const object of this.byKind.get(kind)?.values() ?? []) {
      if (namespace === undefined || object.metadata.namespace === namespace) yield object as ObjectsByKind[K];
    }
  }

  *all(): Iterable<ApiObject> {
    for (const objects of this.byKind.values()) yield* objects.values();
  }

  byUid(uid: string | undefined): ApiObject | undefined {
    return uid === undefined ? undefined : this.objectsByUid.get(uid);
  }

  /** Objects with a reference to the owner. */
  *dependentsOf(uid: string | undefined): Iterable<ApiObject> {
    for (const dependent of this.byOwner.get(uid ?? "") ?? []) yield this.objectsByUid.get(dependent)!;
  }

  /** Pods that the owner controls. */
  *podsOf(owner: ApiObject): Iterable<Pod> {
    for (const dependent of this.dependentsOf(owner.metadata.uid)) {
      if (dependent.kind === "Pod" && controllerUid(dependent) === owner.metadata.uid) yield dependent as Pod;
    }
  }

  *podsOnNode(node: string): Iterable<Pod> {
    for (const uid of this.podUidsByNode.get(node) ?? []) yield this.objectsByUid.get(uid) as Pod;
  }

  /** Time of the last change of the object, or of one that it owns, directly or not. */
  changedAt({ metadata: { uid } }: ApiObject): SimTime {
    return this.changed.get(uid ?? "") ?? NEVER;
  }

  /** When the object with that uid was removed; 0 where it never was there. */
  removedAt(uid: string): SimTime {
    return this.removed.get(uid) ?? NEVER;
  }

  /** Time of the last change of the pods on the node, or of their number. */
  podsChangedAt(node: string): SimTime {
    return this.nodePods.get(node) ?? NEVER;
  }

  /** Takes over an object from before the first change. */
  add(object: ApiObject): void {
    this.put(objectKey(object), object, undefined);
  }

  apply({ type, key, object, previous, time }: Change): void {
    if (type === "DELETED") this.remove(key, previous ?? object, time);
    else this.put(key, object, previous);
    this.touch(object, time);
    if (previous !== undefined && previous.metadata.ownerReferences !== object.metadata.ownerReferences) this.touch(previous, time);
  }

  private put(key: string, object: ApiObject, previous: ApiObject | undefined): void {
    const { kind } = object;
    const { uid = "" } = object.metadata;
    let objects = this.byKind.get(kind);
    if (objects === undefined) this.byKind.set(kind, (objects = new Map<string, ApiObject>()));
    objects.set(key, object);
    this.objectsByUid.set(uid, object);
    if (previous?.metadata.ownerReferences !== object.metadata.ownerReferences) {
      for (const owner of previous?.metadata.ownerReferences ?? []) take(this.byOwner, owner.uid, uid);
      for (const owner of object.metadata.ownerReferences ?? []) put(this.byOwner, owner.uid, uid);
    }
    if (kind !== "Pod") return;
    const before = (previous as Pod | undefined)?.spec.nodeName;
    const { nodeName } = (object as Pod).spec;
    if (before === nodeName) return;
    if (before !== undefined) take(this.podUidsByNode, before, uid);
    if (nodeName !== undefined) put(this.podUidsByNode, nodeName, uid);
  }

  private remove(key: string, object: ApiObject, time: SimTime): void {
    const { uid = "" } = object.metadata;
    this.byKind.get(object.kind)?.delete(key);
    this.objectsByUid.delete(uid);
    this.removed.set(uid, time);
    for (const owner of object.metadata.ownerReferences ?? []) take(this.byOwner, owner.uid, uid);
    const { nodeName } = (object as Pod).spec ?? {};
    if (object.kind === "Pod" && nodeName !== undefined) take(this.podUidsByNode, nodeName, uid);
  }

  private touch(object: ApiObject, time: SimTime): void {
    const { uid = "", ownerReferences } = object.metadata;
    this.changed.set(uid, time);
    const nodeName = object.kind === "Pod" ? (object as Pod).spec.nodeName : undefined;
    if (nodeName !== undefined) this.nodePods.set(nodeName, time);
    for (const reference of ownerReferences ?? []) {
      const owner = this.objectsByUid.get(reference.uid);
      // Objects that own each other are touched once.
      if (owner !== undefined && this.changed.get(reference.uid) !== time) this.touch(owner, time);
    }
  }
}

/** Uid of the object's controller. */
export function controllerUid(object: ApiObject): string | undefined {
  return controllerOf(object)?.uid;
}

function put(index: Map<string, Set<string>>, key: string, value: string): void {
  let values = index.get(key);
  if (values === undefined) index.set(key, (values = new Set()));
  values.add(value);
}

function take(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values?.delete(value) === true && values.size === 0) index.delete(key);
}
