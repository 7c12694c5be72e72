/**
 * The garbage collector: deletes objects whose owners are all gone, and carries out foreground and orphaning deletions.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/ and kubernetes
 * pkg/controller/garbagecollector/garbagecollector.go.
 */
import { type Kind, kindInfo, KINDS } from "../../../api/kinds.js";
import type { ApiObject, ObjectMeta, OwnerReference } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { BY_OWNER, ownerUids } from "../owner-references.js";
import { referenceTo } from "../pod-control.js";
import { firstError, inParallel, RetryLater, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { AbsentOwners } from "./absent-owners.js";
import { deleteAsRead } from "./deletion.js";
import { keyOf, ownerTarget, splitKey, targetFor, unseenKeyOf, unseenOwner } from "./item.js";
import {
  dependentsPolicy,
  FOREGROUND,
  invalidNamespace,
  isDeletingDependents,
  isOrphaning,
  ORPHAN,
  splitOwners,
  type OwnerState,
} from "./ownership.js";

const ACCOUNT = "generic-garbage-collector";
const COMPONENT = "garbage-collector-controller";
/** Kinds that own nothing, are owned by nothing and change all the time. Source: DefaultIgnoredResources in pkg/controller/garbagecollector. */
const IGNORED: ReadonlySet<Kind> = new Set<Kind>(["Event", "Lease"]);
/** Requests at a time while the dependents of one object are let go. */
const ORPHANING_PARALLEL = 20;

class GarbageCollector {
  private readonly calls: ApiCalls;
  private readonly informers = new Map<Kind, Informer<ApiObject>>();
  private readonly deleting: WorkQueue;
  private readonly orphaning: WorkQueue;
  private readonly absent = new AbsentOwners();
  /** Keys, by uid, of owners that were read of and not seen yet. */
  private readonly unseen = new Map<string, string>();

  constructor(context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    const workers = context.options.concurrentGcSyncs;
    this.deleting = context.queue({ workers, sync: (key) => this.attemptToDelete(key) });
    this.orphaning = context.queue({ workers, sync: (key) => this.attemptToOrphan(key) });
    for (const { kind } of KINDS) {
      if (IGNORED.has(kind)) continue;
      const informer = context.informer(kind) as unknown as Informer<ApiObject>;
      informer.addIndex(BY_OWNER, ownerUids);
      this.informers.set(kind, informer);
      informer.addHandlers({
        added: (object) => this.added(object),
        updated: (previous, current) => this.updated(previous, current),
        deleted: (object) => this.deleted(object),
      });
    }
  }

  private added(object: ApiObject): void {
    this.seen(object);
    this.ownersAdded(object, object.metadata.ownerReferences ?? []);
    if (object.metadata.deletionTimestamp !== undefined) this.deletionBegan(object);
  }

  /** An owner that comes into view: dependents that name it from another namespace do so wrongly. */
  private seen(owner: ApiObject): void {
    const { uid, namespace } = owner.metadata;
    if (!this.unseen.delete(uid!)) return;
    for (const dependent of this.dependentsOf(uid!)) {
      const reference = dependent.metadata.ownerReferences!.find((one) => one.uid === uid)!;
      if (this.cachedIn(dependent.metadata.namespace, reference) !== undefined) continue;
      if (namespace !== undefined && dependent.metadata.namespace !== namespace) this.reportInvalidNamespace(dependent, reference);
      this.deleting.add(keyOf(dependent));
    }
  }

  /** Whether owners exist that nobody has seen is found out once; a dependent that names one otherwise than others do is looked at itself. */
  private ownersAdded(object: ApiObject, references: readonly OwnerReference[]): void {
    let isInvalid = false;
    for (const reference of references) {
      if (this.isCached(object, reference)) continue;
      if (this.isElsewhere(reference)) {
        if (!isInvalid) this.reportInvalidNamespace(object, reference);
        isInvalid = true;
        continue;
      }
      const key = unseenKeyOf(reference, object.metadata.namespace);
      const known = this.unseen.get(reference.uid);
      if (known === undefined) {
        this.unseen.set(reference.uid, key);
        this.deleting.add(key);
      } else if (known !== key) isInvalid = true;
    }
    if (isInvalid) this.deleting.add(keyOf(object));
  }

  private reportInvalidNamespace(dependent: ApiObject, reference: OwnerReference): void {
    this.calls.recordEvent(referenceTo(dependent), "Warning", "OwnerRefInvalidNamespace", invalidNamespace(dependent, reference));
  }

  private updated(previous: ApiObject, current: ApiObject): void {
    const before = previous.metadata;
    const after = current.metadata;
    if (before === after) return;
    if (after.deletionTimestamp !== undefined && (before.deletionTimestamp === undefined || before.finalizers !== after.finalizers))
      this.deletionBegan(current);
    if (before.ownerReferences === after.ownerReferences) return;
    // An owner that no longer blocks, or that the object no longer has, may go now.
    for (const owner of before.ownerReferences ?? []) this.ownerMayGo(previous, owner);
    const known = new Set(ownerUids(previous));
    this.ownersAdded(
      current,
      (after.ownerReferences ?? []).filter(({ uid }) => !known.has(uid)),
    );
  }

  private deleted(object: ApiObject): void {
    const { uid, name, namespace } = object.metadata;
    const dependents = [...this.dependentsOf(uid!)];
    if (dependents.length > 0) this.absent.add({ apiVersion: object.apiVersion, kind: object.kind, name, uid: uid! }, namespace);
    for (const dependent of dependents) this.deleting.add(keyOf(dependent));
    for (const owner of object.metadata.ownerReferences ?? []) this.ownerMayGo(object, owner);
  }

  /** An object with a finalizer of the collector is being deleted: its dependents have to be dealt with first. */
  private deletionBegan(object: ApiObject): void {
    if (isOrphaning(object)) this.orphaning.add(keyOf(object));
    if (!isDeletingDependents(object)) return;
    for (const dependent of this.dependentsOf(object.metadata.uid!)) this.deleting.add(keyOf(dependent));
    this.deleting.add(keyOf(object));
  }

  private ownerMayGo(dependent: ApiObject, reference: OwnerReference): void {
    const owner = this.cachedIn(dependent.metadata.namespace, reference);
    if (owner !== undefined && isDeletingDependents(owner)) this.deleting.add(keyOf(owner));
  }

  private cachedIn(namespace: string | undefined, reference: OwnerReference): ApiObject | undefined {
    const target = ownerTarget(namespace, reference);
    if (target === undefined) return undefined;
    const owner = this.informers.get(target.kind)?.get(target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  /** Whether the owner is in another namespace than where it was looked for. */
  private isElsewhere(reference: OwnerReference): boolean {
    for (const { metadata } of this.informers.get("Namespace")?.list() ?? [])
      if (this.cachedIn(metadata.name, reference) !== undefined) return true;
    return false;
  }

  /** Whether the owner is known to exist; owners of kinds that are not served count as existing. */
  private isCached(dependent: ApiObject, reference: OwnerReference): boolean {
    return kindInfo(reference.kind) === undefined || this.cachedIn(dependent.metadata.namespace, reference) !== undefined;
  }

  private *dependentsOf(uid: string): Iterable<ApiObject> {
    for (const informer of this.informers.values()) yield* [...informer.byIndex(BY_OWNER, uid)];
  }

  /** The cached object that a key names, if it is still the same one. */
  private objectOf(key: string): ApiObject | undefined {
    const [kind, name, uid] = splitKey(key);
    const object = this.informers.get(kind)?.get(name);
    return object?.metadata.uid === uid ? object : undefined;
  }

  private *attemptToDelete(key: string): Task<void> {
    const unseen = unseenOwner(key);
    if (unseen === undefined) yield* this.attemptToDeleteSeen(key);
    else yield* this.attemptToFind(unseen.reference, unseen.namespace);
  }

  /** Asks for an owner that nobody has seen. One that exists is waited for; the dependents of one that does not are looked at. */
  private *attemptToFind(reference: OwnerReference, namespace: string | undefined): Task<void> {
    const target = ownerTarget(namespace, reference);
    if (target === undefined || this.cachedIn(namespace, reference) !== undefined) return;
    const found = (yield* unless(["NotFound"], this.calls.get(target))) as ApiObject | undefined;
    if (found?.metadata.uid === reference.uid) throw new RetryLater(`${target.kind} ${target.name} has not been observed yet`);
    this.absent.add(reference, namespace);
    this.unseen.delete(reference.uid);
    for (const dependent of this.dependentsOf(reference.uid)) this.deleting.add(keyOf(dependent));
  }

  private *attemptToDeleteSeen(key: string): Task<void> {
    const object = this.objectOf(key);
    if (object === undefined) return;
    if (object.metadata.deletionTimestamp !== undefined && !isDeletingDependents(object)) return;
    const target = targetFor(object);
    const latest = (yield* unless(["NotFound"], this.calls.get(target))) as ApiObject | undefined;
    if (latest?.metadata.uid === undefined || latest.metadata.uid !== object.metadata.uid) return;
    if (isDeletingDependents(latest)) {
      yield* this.finishForeground(latest);
      return;
    }
    const references = latest.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    // Of an owner that cannot be looked up nobody knows whether it exists: the object stays.
    if (references.some((reference) => ownerTarget(latest.metadata.namespace, reference) === undefined)) return;
    const states = new Map<string, OwnerState>();
    for (const reference of references) states.set(reference.uid, yield* this.stateOf(latest, reference));
    const { solid, dangling, waiting } = splitOwners(references, (uid) => states.get(uid)!);
    if (solid.length > 0) {
      const gone = new Set([...dangling, ...waiting].map(({ uid }) => uid));
      if (gone.size > 0) yield* this.dropOwners(latest, gone);
      return;
    }
    const dependents = [...this.dependentsOf(latest.metadata.uid)];
    if (waiting.length > 0 && dependents.length > 0) {
      yield* this.unblockCycle(latest, dependents);
      yield* deleteAsRead(this.calls, latest, "Foreground");
      return;
    }
    yield* deleteAsRead(this.calls, latest, dependentsPolicy(latest));
  }

  /** Objects that own each other would wait for each other for ever. */
  private *unblockCycle(object: ApiObject, dependents: readonly ApiObject[]): Task<void> {
    if (!dependents.some(isDeletingDependents)) return;
    yield* this.patchMetadata(object, (metadata) => ({
      ...metadata,
      ownerReferences: (metadata.ownerReferences ?? []).map((reference) => ({ ...reference, blockOwnerDeletion: false })),
    }));
  }

  private *stateOf(dependent: ApiObject, reference: OwnerReference): Task<OwnerState> {
    const { namespace } = dependent.metadata;
    if (this.absent.has(reference, namespace)) return "dangling";
    const target = ownerTarget(namespace, reference)!;
    const owner = (yield* unless(["NotFound"], this.calls.get(target))) as ApiObject | undefined;
    if (owner?.metadata.uid !== reference.uid) {
      this.absent.add(reference, namespace);
      return "dangling";
    }
    return isDeletingDependents(owner) ? "waiting" : "solid";
  }

  /** Lets an owner go that waits for its dependents, once no dependent blocks it any more. */
  private *finishForeground(owner: ApiObject): Task<void> {
    const blocking = [...this.dependentsOf(owner.metadata.uid!)].filter((dependent) =>
      dependent.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true),
    );
    if (blocking.length === 0) {
      yield* this.dropFinalizer(owner, FOREGROUND);
      return;
    }
    for (const dependent of blocking) if (!isDeletingDependents(dependent)) this.deleting.add(keyOf(dependent));
  }

  private *attemptToOrphan(key: string): Task<void> {
    const owner = this.objectOf(key);
    if (owner === undefined) return;
    const gone = new Set([owner.metadata.uid!]);
    const outcomes = yield* inParallel([...this.dependentsOf(owner.metadata.uid!)], ORPHANING_PARALLEL, (dependent) =>
      this.dropOwners(dependent, gone),
    );
    const error = firstError(outcomes);
    if (error !== undefined) throw error;
    yield* this.dropFinalizer(owner, ORPHAN);
  }

  private dropOwners(object: ApiObject, gone: ReadonlySet<string>): Task<void> {
    return this.patchMetadata(object, (metadata) => ({
      ...metadata,
      ownerReferences: (metadata.ownerReferences ?? []).filter(({ uid }) => !gone.has(uid)),
    }));
  }

  private dropFinalizer(object: ApiObject, finalizer: string): Task<void> {
    return this.patchMetadata(object, (metadata) => ({
      ...metadata,
      finalizers: (metadata.finalizers ?? []).filter((name) => name !== finalizer),
    }));
  }

  private *patchMetadata(object: ApiObject, change: (metadata: ObjectMeta) => ObjectMeta): Task<void> {
    yield* unless(
      ["NotFound"],
      this.calls.patch(targetFor(object), (current) => ({ ...current, metadata: change(current.metadata) })),
    );
  }
}

export function startGarbageCollector(context: ControllerContext): void {
  new GarbageCollector(context);
}
