/**
 * What each verb does to the stored objects: optimistic concurrency, metadata, subresources, finalizers.
 *
 * Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go and k8s.io/apiserver/pkg/registry/rest.
 */
import { normalizeClusterIPs } from "../../../api/prepare.js";
import { kindInfo, type Kind, type ObjectsByKind } from "../../../api/kinds.js";
import type { ApiObject, ObjectMeta, Timestamp } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import type { Pod } from "../../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../../api/types/policy.js";
import type { Scale } from "../../../api/types/scale.js";
import type { RandomStream } from "../../../engine/random.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { type AdmissionChain, type AdmissionRequest, admittedName, RefusedSpec } from "../admission/admission.js";
import type { Change } from "../change.js";
import type { DeleteOptions, Scalable, Target } from "../client.js";
import type { ObjectIdentities } from "../object-identities.js";
import type { ObjectRules } from "../object-rules.js";
import type { ObjectStore, StoreEntry } from "../object-store.js";
import type { ServiceAllocations } from "../services/service-allocations.js";
import { withAllocatedValues, withoutFieldsOfOldType } from "../services/service-change.js";
import {
  alreadyExists,
  ApiStatusError,
  badRequest,
  ChangedSinceRead,
  deletionConflict,
  type FieldCause,
  forbidden,
  invalid,
  modifiedConflict,
  notFound,
  storedUidConflict,
  unconditionalUpdate,
} from "../status-errors.js";
import { bindPod } from "./binding.js";
import { budgetsOf, evictionRetries, ignoresBudgets, takeDisruption, withDisruptionTarget } from "./eviction.js";
import { isFinished, markDeleted } from "./graceful-deletion.js";
import { sameContent } from "./same-content.js";
import { rescaled, scaleOf } from "./scale.js";
import { prepareForUpdate } from "./prepare-update.js";
import { changedBeyondMetadata, countsGenerations, needsResourceVersion } from "./strategy.js";
import { withoutField } from "./without-field.js";

/** Attempts at a free generated name. Source: k8s.io/apiserver/pkg/endpoints/handlers/create.go maxNameGenerationCreateAttempts. */
const NAME_ATTEMPTS = 8;
const DEFAULT_NAMESPACE = "default";

type Subresource = "" | "status";
type WithStatus = ApiObject & { readonly status?: unknown };

export interface RegistryOptions {
  readonly store: ObjectStore;
  readonly identities: ObjectIdentities;
  readonly rules: ObjectRules;
  readonly admission: AdmissionChain;
  readonly services: ServiceAllocations;
  /** Microseconds since the Unix epoch. */
  readonly now: () => Timestamp;
  /** Spreads the tries of evictions that are in each other's way. */
  readonly evictionJitter: RandomStream;
  /** Gets each change in the order in which it has to be committed. */
  readonly emit: (change: Change) => void;
}

export class Registry {
  private isRehearsal = false;

  constructor(private readonly options: RegistryOptions) {}

  /**
   * Does what a request asks for, checks and all, and stores nothing of it: the dry run of a request.
   *
   * Source: k8s.io/apiserver/pkg/registry/generic/registry/dryrun.go, https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
   */
  rehearse<T>(work: () => T): T {
    this.isRehearsal = true;
    try {
      return work();
    } finally {
      this.isRehearsal = false;
    }
  }

  /** @throws ApiStatusError 400, 403, 404, 409 AlreadyExists, 422 or 500 */
  create(submitted: ApiObject, user: string): ApiObject {
    const kind = submitted.kind as Kind;
    const { store, rules, admission, identities } = this.options;
    const now = this.wholeSeconds();
    const object = rules.applyDefaults(this.placed(submitted, kind));
    const request: AdmissionRequest = { operation: "CREATE", kind, user, object, now, writeStatus: this.writeStatus };
    const uid = identities.uid();
    // A name is generated only for what admission lets through.
    const admitted = this.named(
      refusedAs(kind, admittedName(object), () => admission.admit(request, store)),
      kind,
    );
    const prepared = rules.applyDefaults(rules.prepareForCreate(admitted, { uid, now }));
    return kind === "Service"
      ? this.createService(prepared as Service, request, uid)
      : this.createValid(prepared, rules.validateCreate(prepared), request, uid);
  }

  /** Addresses and ports are taken before anything else is looked at, and given back where the service is refused. */
  private createService(prepared: Service, request: AdmissionRequest, uid: string): ApiObject {
    const { rules, services } = this.options;
    const { service, revert } = services.allocate(normalizeClusterIPs(prepared));
    try {
      const created = this.createValid(service, rules.validateCreate(service), request, uid);
      if (this.isRehearsal) revert();
      return created;
    } catch (error) {
      revert();
      throw error;
    }
  }

  private createValid(object: ApiObject, causes: readonly FieldCause[], request: AdmissionRequest, uid: string): ApiObject {
    const { store, admission } = this.options;
    const { kind, now } = request;
    const { name, namespace } = object.metadata;
    if (causes.length > 0) throw invalid(kind, name ?? "", causes);
    refusedAs(kind, name, () => {
      admission.validate(object, request, store);
    });
    const existing = store.entry(kind, namespace, name);
    if (existing !== undefined) throw alreadyExists(kind, name, existing.object.metadata.deletionTimestamp !== undefined);
    if (this.isRehearsal) return { ...object, metadata: { ...object.metadata, uid, creationTimestamp: now } };
    const revision = store.nextRevision();
    const metadata: ObjectMeta = { ...object.metadata, uid, resourceVersion: String(revision), creationTimestamp: now };
    return this.added(kind, { ...object, metadata }, revision);
  }

  /** Stores an object as it is, status and all, as if it had been there before the run: no admission, no latency. */
  load(object: ApiObject): ApiObject {
    const { store, rules, identities } = this.options;
    const kind = object.kind as Kind;
    const named = this.named(rules.applyDefaults(this.placed(object, kind)), kind);
    const placed = kind === "Service" ? this.options.services.allocate(named as Service).service : named;
    if (store.entry(kind, placed.metadata.namespace, placed.metadata.name) !== undefined) throw alreadyExists(kind, placed.metadata.name);
    const revision = store.nextRevision();
    const metadata: ObjectMeta = {
      ...(countsGenerations(kind) && { generation: 1 }),
      creationTimestamp: this.wholeSeconds(),
      ...placed.metadata,
      uid: placed.metadata.uid ?? identities.uid(),
      resourceVersion: String(revision),
    };
    return this.added(kind, { ...placed, metadata }, revision);
  }

  /** Stores an object as it was at a snapshot, version and all. */
  putBack(object: ApiObject): void {
    const { store, admission, emit, services } = this.options;
    const kind = object.kind as Kind;
    const entry = store.entry(kind, object.metadata.namespace, object.metadata.name);
    const previous = entry?.object;
    if (previous === object) return;
    if (kind === "Service") {
      services.allocate(object as Service, previous as Service | undefined);
      if (previous !== undefined) services.release(previous as Service, object as Service);
    }
    const revision = Number(object.metadata.resourceVersion ?? 0);
    if (entry === undefined) {
      this.added(kind, object, revision);
      return;
    }
    admission.changed(kind);
    store.replace(kind, entry, object);
    emit({ type: "MODIFIED", kind, key: entry.key, object, previous, revision, time: -1 });
  }

  /** Removes an object as it is, whatever holds it. */
  erase(object: ApiObject): void {
    const kind = object.kind as Kind;
    const { namespace, name } = object.metadata;
    this.removed(kind, this.options.store.entry(kind, namespace, name)!, object);
  }

  /** @throws ApiStatusError 404, 409 Conflict or 422 */
  update(object: ApiObject, subresource: Subresource, user: string): ApiObject {
    const kind = object.kind as Kind;
    const entry = this.found(kind, { namespace: this.namespaceOf(kind, object.metadata.namespace), name: object.metadata.name });
    const stored = entry.object;
    const { resourceVersion, uid } = object.metadata;
    if (uid !== undefined && uid !== stored.metadata.uid) throw storedUidConflict(stored, uid);
    const isUnconditional = resourceVersion === undefined || resourceVersion === "";
    if (isUnconditional && needsResourceVersion(kind)) throw unconditionalUpdate(kind, object.metadata.name);
    if (!isUnconditional && resourceVersion !== stored.metadata.resourceVersion) throw modifiedConflict(kind, object.metadata.name);
    return this.store(kind, entry, object, subresource, user);
  }

  /** @throws ApiStatusError 404, 409 where the uid is another, or 422 */
  patch<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    subresource: Subresource,
    user: string,
  ): ApiObject {
    const entry = this.foundTarget(target);
    return this.store(target.kind, entry, change(entry.object as ObjectsByKind[K]), subresource, user);
  }

  /** @throws ApiStatusError 404 or 409 */
  delete(target: Target, options: DeleteOptions, user: string): ApiObject {
    const { store, admission } = this.options;
    const { kind, name } = target;
    const entry = this.found(kind, { namespace: this.namespaceOf(kind, target.namespace), name });
    const stored = entry.object;
    const { uid = target.uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== stored.metadata.uid) throw deletionConflict(stored, "UID", uid);
    if (resourceVersion !== undefined && resourceVersion !== stored.metadata.resourceVersion)
      throw deletionConflict(stored, "ResourceVersion", resourceVersion);
    const now = this.wholeSeconds();
    if (admission.handles(kind, "DELETE")) {
      admission.validate(stored, { operation: "DELETE", kind, user, object: stored, now, writeStatus: this.writeStatus }, store);
    }
    const marked = markDeleted(kind, stored, options, now);
    if (marked === undefined) return this.removed(kind, entry, this.preparedToGo(kind, entry, now));
    return marked === stored ? stored : this.replaced(kind, entry, marked);
  }

  /**
   * The last state of an object that goes at once. A kind with grace periods is marked in a write of its own even where no grace is left, and
   * so are finalizers taken off that the request's propagation policy does away with. Source: store.go updateForGracefulDeletionAndFinalizers.
   */
  private preparedToGo(kind: Kind, entry: StoreEntry, now: Timestamp): ApiObject {
    const { object } = entry;
    const { generation, deletionTimestamp, finalizers = [] } = object.metadata;
    const isMarked = kind !== "Pod" || deletionTimestamp !== undefined;
    if (isMarked && finalizers.length === 0) return object;
    const metadata = finalizers.length === 0 ? object.metadata : withoutField(object.metadata, "finalizers");
    if (isMarked) return this.replaced(kind, entry, { ...object, metadata });
    const counted = generation !== undefined && { generation: generation + 1 };
    return this.replaced(kind, entry, {
      ...object,
      metadata: { ...metadata, ...counted, deletionTimestamp: now, deletionGracePeriodSeconds: 0 },
    });
  }

  /** @throws ApiStatusError 404 or 409 */
  bind(target: Target<"Pod">, nodeName: string): ApiObject {
    const entry = this.foundTarget(target);
    const { admission, store } = this.options;
    return this.replaced(
      "Pod",
      entry,
      admission.admitBinding(bindPod(entry.object as Pod, nodeName, this.wholeSeconds()), nodeName, store),
    );
  }

  /** The budgets that an eviction of the pod has to respect, as they are now. */
  budgetsOf(target: Target<"Pod">): readonly PodDisruptionBudget[] {
    const { store } = this.options;
    const pod = store.entry("Pod", this.namespaceOf("Pod", target.namespace), target.name)?.object as Pod | undefined;
    return pod === undefined ? [] : budgetsOf(pod, store.list("PodDisruptionBudget", pod.metadata.namespace));
  }

  /** Delays between the tries of one eviction. */
  evictionRetries(): () => SimTime | undefined {
    return evictionRetries(this.options.evictionJitter);
  }

  /**
   * @param budgets as {@link budgetsOf} gave them a moment before
   * @throws ApiStatusError 404, 429 or 500; ChangedSinceRead where a budget that has a disruption to give was changed meanwhile
   */
  evict(target: Target<"Pod">, budgets: readonly PodDisruptionBudget[], options: DeleteOptions, user: string): ApiObject {
    const { store } = this.options;
    const entry = this.foundTarget(target);
    const pod = entry.object as Pod;
    const now = this.wholeSeconds();
    if (!ignoresBudgets(pod)) {
      const budget = takeDisruption(pod, budgets, now);
      if (budget !== undefined) {
        const { namespace, name } = budget.metadata;
        const stored = store.entry("PodDisruptionBudget", namespace, name);
        if (stored?.object !== budgets[0]) throw new ChangedSinceRead("PodDisruptionBudget", name);
        this.replaced("PodDisruptionBudget", stored, budget);
      }
    }
    const announced = withDisruptionTarget(pod, now);
    if (announced !== pod) this.replaced("Pod", entry, announced);
    return this.delete(target, options, user);
  }

  /** @throws ApiStatusError 404 */
  scaleOf(target: Target<Scalable>): Scale {
    return scaleOf(this.foundTarget(target).object as ObjectsByKind[Scalable]);
  }

  /** @throws ApiStatusError 400, 404, 409 or 422 */
  rescale(target: Target<Scalable>, change: (current: Scale) => Scale, user: string): Scale {
    const entry = this.foundTarget(target);
    const workload = entry.object as ObjectsByKind[Scalable];
    const stored = this.store(target.kind, entry, rescaled(workload, change(scaleOf(workload))), "", user);
    return scaleOf(stored as ObjectsByKind[Scalable]);
  }

  /** @throws ApiStatusError 404 */
  get(target: Target): ApiObject {
    return this.found(target.kind, { namespace: this.namespaceOf(target.kind, target.namespace), name: target.name }).object;
  }

  private wholeSeconds(): Timestamp {
    const now = this.options.now();
    return now - (now % SECOND);
  }

  private namespaceOf(kind: Kind, namespace: string | undefined): string | undefined {
    if (kindInfo(kind)?.namespaced === false) return undefined;
    return namespace === undefined || namespace === "" ? DEFAULT_NAMESPACE : namespace;
  }

  private placed(object: ApiObject, kind: Kind): ApiObject {
    if (kindInfo(kind) === undefined) throw badRequest(`no kind "${kind}" is registered for version "${object.apiVersion}"`);
    const namespace = this.namespaceOf(kind, object.metadata.namespace);
    if (namespace === object.metadata.namespace) return object;
    return {
      ...object,
      metadata: namespace === undefined ? withoutField(object.metadata, "namespace") : { ...object.metadata, namespace },
    };
  }

  private named(object: ApiObject, kind: Kind): ApiObject {
    const { name, generateName, namespace } = object.metadata;
    // That there is neither is said with all else that is wrong.
    if ((name !== undefined && name !== "") || generateName === undefined || generateName === "") return object;
    let generated = "";
    for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
      generated = this.options.identities.generatedName(generateName);
      if (this.options.store.entry(kind, namespace, generated) === undefined) break;
    }
    return { ...object, metadata: { ...object.metadata, name: generated } };
  }

  private found(kind: Kind, { namespace, name }: { namespace: string | undefined; name: string }): StoreEntry {
    const entry = this.options.store.entry(kind, namespace, name);
    if (entry === undefined) throw notFound(kind, name);
    return entry;
  }

  private foundTarget(target: Target): StoreEntry {
    const { kind, name, uid } = target;
    const entry = this.found(kind, { namespace: this.namespaceOf(kind, target.namespace), name });
    if (uid !== undefined && uid !== entry.object.metadata.uid) throw storedUidConflict(entry.object, uid);
    return entry;
  }

  /** Stores what an update or patch asks for; nothing happens where it asks for what is there. */
  private store(kind: Kind, entry: StoreEntry, asked: ApiObject, subresource: Subresource, user: string): ApiObject {
    const stored = entry.object as WithStatus;
    if (asked === stored) return stored;
    const { name } = stored.metadata;
    if (asked.metadata.name !== name)
      throw badRequest(`the name of the object (${asked.metadata.name}) does not match the name on the URL (${name})`);
    if (subresource === "status") {
      const { status } = asked as WithStatus;
      // A Deployment's status carries its annotations along, upstream as well: its revision is written so.
      const { annotations } = asked.metadata;
      const annotated = kind === "Deployment" && !sameContent(annotations, stored.metadata.annotations);
      if (!annotated && sameContent(status, stored.status)) return stored;
      const metadata = annotated && annotations !== undefined ? { ...stored.metadata, annotations } : stored.metadata;
      return this.replaced(kind, entry, { ...stored, metadata, status } as ApiObject);
    }
    const { rules, admission, store } = this.options;
    let next = rules.applyDefaults(this.withServerFields(kind, asked, stored));
    const request: AdmissionRequest = {
      operation: "UPDATE",
      kind,
      user,
      object: next,
      previous: stored,
      now: this.wholeSeconds(),
      writeStatus: this.writeStatus,
    };
    if (admission.handles(kind, "UPDATE")) next = admission.admit(request, store);
    next = prepareForUpdate(next, stored);
    const generationMoves = countsGenerations(kind) && changedBeyondMetadata(stored, next, sameContent);
    if (
      !generationMoves &&
      sameContent({ ...next, metadata: undefined }, { ...stored, metadata: undefined }) &&
      sameContent(next.metadata, stored.metadata)
    ) {
      return stored;
    }
    return kind === "Service"
      ? this.storeService(entry, next as Service, request, generationMoves)
      : this.storeValid(entry, next, request, generationMoves);
  }

  private storeService(entry: StoreEntry, asked: Service, request: AdmissionRequest, generationMoves: boolean): ApiObject {
    const { services } = this.options;
    const stored = entry.object as Service;
    const { service, revert } = services.allocate(normalizeClusterIPs(withAllocatedValues(asked, stored), stored), stored);
    try {
      const written = this.storeValid(entry, withoutFieldsOfOldType(service, stored), request, generationMoves);
      if (this.isRehearsal) revert();
      else services.release(stored, written as Service);
      return written;
    } catch (error) {
      revert();
      throw error;
    }
  }

  private storeValid(entry: StoreEntry, asked: ApiObject, request: AdmissionRequest, generationMoves: boolean): ApiObject {
    const { rules, admission, store } = this.options;
    const { kind } = request;
    const stored = entry.object;
    const causes = rules.validateUpdate(asked, stored);
    if (causes.length > 0) throw invalid(kind, asked.metadata.name, causes);
    if (admission.handles(kind, "UPDATE")) admission.validate(asked, request, store);
    const next = generationMoves ? { ...asked, metadata: { ...asked.metadata, generation: (stored.metadata.generation ?? 0) + 1 } } : asked;
    return isFinished(kind, stored, next) ? this.removed(kind, entry, next) : this.replaced(kind, entry, next);
  }

  /** What a client cannot change stays as it is stored. */
  private withServerFields(kind: Kind, asked: ApiObject, stored: WithStatus): ApiObject {
    const { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion } =
      stored.metadata;
    const metadata: ObjectMeta =
      asked.metadata === stored.metadata
        ? stored.metadata
        : {
            ...(asked.metadata.deletionTimestamp === undefined ? asked.metadata : withoutField(asked.metadata, "deletionTimestamp")),
            name,
            ...(namespace !== undefined && { namespace }),
            uid: asked.metadata.uid ?? uid,
            ...(creationTimestamp !== undefined && { creationTimestamp }),
            ...(deletionTimestamp !== undefined && { deletionTimestamp, deletionGracePeriodSeconds }),
            ...(generation !== undefined && { generation }),
            ...(resourceVersion !== undefined && { resourceVersion }),
          };
    const next: WithStatus = { ...asked, kind, metadata };
    if ((asked as WithStatus).status === stored.status) return next;
    if (stored.status === undefined) return withoutField(next, "status");
    const restored: WithStatus = { ...next, status: stored.status };
    return restored;
  }

  private readonly writeStatus = (object: ApiObject): void => {
    const kind = object.kind as Kind;
    const { namespace, name } = object.metadata;
    this.replaced(kind, this.options.store.entry(kind, namespace, name)!, object);
  };

  private added(kind: Kind, object: ApiObject, revision: number): ApiObject {
    const { key } = this.options.store.add(kind, object);
    this.options.admission.changed(kind);
    this.options.emit({ type: "ADDED", kind, key, object, previous: undefined, revision, time: -1 });
    return object;
  }

  /** @param object a copy that nobody else holds yet: its metadata is replaced here */
  private replaced(kind: Kind, entry: StoreEntry, object: ApiObject): ApiObject {
    if (this.isRehearsal) return object;
    const { store, emit, admission } = this.options;
    admission.changed(kind);
    const previous = entry.object;
    const revision = store.nextRevision();
    (object as { metadata: ObjectMeta }).metadata = { ...object.metadata, resourceVersion: String(revision) };
    store.replace(kind, entry, object);
    emit({ type: "MODIFIED", kind, key: entry.key, object, previous, revision, time: -1 });
    return object;
  }

  private removed(kind: Kind, entry: StoreEntry, last: ApiObject): ApiObject {
    if (this.isRehearsal) return last;
    const { store, emit, admission } = this.options;
    admission.changed(kind);
    if (kind === "Service") this.options.services.release(entry.object as Service);
    store.remove(kind, entry);
    emit({ type: "DELETED", kind, key: entry.key, object: last, previous: entry.object, revision: store.nextRevision(), time: -1 });
    return last;
  }
}

/** Does what admission does; what it refuses about a spec is said of the object of that name. */
function refusedAs<T>(kind: Kind, name: string, admit: () => T): T {
  try {
    return admit();
  } catch (error) {
    if (error instanceof RefusedSpec) throw forbidden(kind, name, error.message);
    throw error;
  }
}

/** Whether something thrown while a request was handled is its refusal, and not a mistake of the simulator. */
export function isRefusal(error: unknown): error is ApiStatusError {
  return error instanceof ApiStatusError;
}
