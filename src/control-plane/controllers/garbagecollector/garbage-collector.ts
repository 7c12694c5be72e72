/**
 * The garbage collector: deletes objects whose owners are all gone, and carries out foreground and orphaning deletions.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/ and kubernetes
 * pkg/controller/garbagecollector/garbagecollector.go.
 */
import { type Kind, kindInfo, KINDS, objectKey } from "../../../api/kinds.js";
import type { ApiObject, ObjectMeta, OwnerReference } from "../../../api/types/index.js";
import type { Informer, Target } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { BY_OWNER, ownerUids } from "../owner-references.js";
import { sameValue } from "../same-value.js";
import { ApiError, firstError, inParallel, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { dependentsPolicy, FOREGROUND, isDeletingDependents, isOrphaning, ORPHAN, splitOwners, type OwnerState } from "./ownership.js";

const ACCOUNT = "generic-garbage-collector";
/** Kinds that own nothing, are owned by nothing and change all the time. Source: DefaultIgnoredResources in pkg/controller/garbagecollector. */
const IGNORED: ReadonlySet<Kind> = new Set<Kind>(["Event", "Lease"]);
/** Requests at a time while the dependents of one object are let go. */
const ORPHANING_PARALLEL = 20;

/** Separates the parts of a queue's key: names hold no such character. */
const SEPARATOR = "|";

class GarbageCollector {
  private readonly calls: ApiCalls;
  private readonly informers = new Map<Kind, Informer<ApiObject>>();
  private readonly deleting: WorkQueue;
  private readonly orphaning: WorkQueue;
  /** Uids of owners that are known not to exist. */
  private readonly absent = new Set<string>();

  constructor(context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
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
    if (object.metadata.ownerReferences?.some((owner) => !this.isCached(object, owner)) === true) this.deleting.add(keyOf(object));
    if (object.metadata.deletionTimestamp !== undefined) this.deletionBegan(object);
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
    if (after.ownerReferences?.some((owner) => !this.isCached(current, owner)) === true) this.deleting.add(keyOf(current));
  }

  private deleted(object: ApiObject): void {
    const uid = object.metadata.uid!;
    for (const dependent of this.dependentsOf(uid)) {
      this.absent.add(uid);
      this.deleting.add(keyOf(dependent));
    }
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
    const owner = this.cached(dependent, reference);
    if (owner !== undefined && isDeletingDependents(owner)) this.deleting.add(keyOf(owner));
  }

  private cached(dependent: ApiObject, { kind, name, uid }: OwnerReference): ApiObject | undefined {
    const target = ownerTarget(dependent, kind, name);
    const owner =
      target === undefined
        ? undefined
        : this.informers.get(target.kind)?.get(target.namespace === undefined ? name : `${target.namespace}/${name}`);
    return owner?.metadata.uid === uid ? owner : undefined;
  }

  /** Whether the owner is known to exist; owners of kinds that are not served count as existing. */
  private isCached(dependent: ApiObject, reference: OwnerReference): boolean {
    return kindInfo(reference.kind) === undefined || this.cached(dependent, reference) !== undefined;
  }

  private *dependentsOf(uid: string): Iterable<ApiObject> {
    for (const informer of this.informers.values()) yield* [...informer.byIndex(BY_OWNER, uid)];
  }

  /** The cached object that a key names, if it is still the same one. */
  private objectOf(key: string): ApiObject | undefined {
    const [kind, name, uid] = key.split(SEPARATOR) as [Kind, string, string];
    const object = this.informers.get(kind)?.get(name);
    return object?.metadata.uid === uid ? object : undefined;
  }

  private *attemptToDelete(key: string): Task<void> {
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
    if (references.some(({ kind, name }) => ownerTarget(latest, kind, name) === undefined)) return;
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
      yield* this.remove(latest, "Foreground");
      return;
    }
    yield* this.remove(latest, dependentsPolicy(latest));
  }

  /** Deletes the object as it was read; one that was changed meanwhile, too, unless it has other owners now. Source: deleteObject in operations.go. */
  private *remove(object: ApiObject, propagationPolicy: "Orphan" | "Background" | "Foreground"): Task<void> {
    const target = targetFor(object);
    const { uid, resourceVersion, ownerReferences } = object.metadata;
    try {
      yield* unless(
        ["NotFound"],
        this.calls.delete(target, { propagationPolicy, preconditions: { uid: uid!, resourceVersion: resourceVersion! } }),
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.status.reason !== "Conflict") throw error;
      const live = (yield* unless(["NotFound"], this.calls.get(target))) as ApiObject | undefined;
      if (live === undefined || live.metadata.uid !== uid) return;
      if (!sameValue(live.metadata.ownerReferences, ownerReferences)) throw error;
      yield* unless(["NotFound", "Conflict"], this.calls.delete(target, { propagationPolicy, preconditions: { uid: uid! } }));
    }
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
    if (this.absent.has(reference.uid)) return "dangling";
    const target = ownerTarget(dependent, reference.kind, reference.name)!;
    const owner = (yield* unless(["NotFound"], this.calls.get(target))) as ApiObject | undefined;
    if (owner?.metadata.uid !== reference.uid) {
      this.absent.add(reference.uid);
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

function keyOf(object: ApiObject): string {
  return [object.kind, objectKey(object), object.metadata.uid].join(SEPARATOR);
}

function targetFor(object: ApiObject): Target {
  const { namespace, name } = object.metadata;
  return { kind: object.kind as Kind, ...(namespace !== undefined && { namespace }), name };
}

/** An owner is in the dependent's namespace or cluster-scoped; undefined for kinds that are not served, and for a namespaced owner of an object without namespace. */
function ownerTarget(dependent: ApiObject, kind: string, name: string): Target | undefined {
  const info = kindInfo(kind);
  if (info === undefined) return undefined;
  const { namespace } = dependent.metadata;
  if (!info.namespaced) return { kind: info.kind, name };
  return namespace === undefined ? undefined : { kind: info.kind, namespace, name };
}

export function startGarbageCollector(context: ControllerContext): void {
  new GarbageCollector(context);
}
