/**
 * What a component sees of the API server: a client to write with and informers to watch with.
 *
 * Calls return at once; the answer comes later in simulated time through the callback, after the client's own rate limit, the
 * request path of the API server (authorisation, admission, validation) and the etcd commit. Nobody gets an object by another way.
 */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject, LabelSelector, ObjectReference, Scale } from "../../api/types/index.js";

/** A refusal, as the metav1.Status that the real API server returns. */
export interface ApiStatus {
  /** HTTP status code: 400, 403, 404, 409, 422, 429, 500, 504, ... */
  readonly code: number;
  /** "" where upstream gives none: what etcd refuses goes to the client as it is. */
  readonly reason:
    | ""
    | "BadRequest"
    | "Unauthorized"
    | "Forbidden"
    | "NotFound"
    | "MethodNotAllowed"
    | "UnsupportedMediaType"
    | "AlreadyExists"
    | "Conflict"
    | "Gone"
    | "Invalid"
    | "TooManyRequests"
    | "InternalError"
    | "ServiceUnavailable"
    | "Timeout";
  readonly message: string;
  /** What the refusal is about; the kind is a resource's name, "pods", or a kind's own, "Pod", where validation found mistakes. */
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string };
  readonly causes?: readonly { readonly type: string; readonly field?: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
  /** No server has answered: this is what the client itself has to say. */
  readonly unanswered?: true;
}

export type Result<T> = { readonly ok: true; readonly object: T } | { readonly ok: false; readonly status: ApiStatus };
export type Callback<T> = (result: Result<T>) => void;

/** Names an object; a uid, where given, is a precondition. An ApiObject's own kind and metadata serve as well, see {@link targetOf}. */
export interface Target<K extends Kind = Kind> {
  readonly kind: K;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface GetOptions {
  /** "0": the server answers from its watch cache, though etcd may know better; else it asks a quorum of etcd's members first. */
  readonly resourceVersion?: "0";
}

/** For those who ask often and can do with an answer that is a moment old. */
export const FROM_CACHE: GetOptions = { resourceVersion: "0" };

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: LabelSelector;
}

/** Kinds with a number of replicas. */
export type Scalable = "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController";

/** The scale subresource: a workload's number of replicas without the rest of it. */
export interface ScaleClient {
  get(target: Target<Scalable>, done: Callback<Scale>): void;
  /** Answers 409 Conflict where the scale's resourceVersion is set and no longer current, 422 where it asks for less than none. */
  update(target: Target<Scalable>, scale: Scale, done?: Callback<Scale>): void;
  /** Applies the change to the scale as it is when the request commits. */
  patch(target: Target<Scalable>, change: (current: Scale) => Scale, done?: Callback<Scale>): void;
}

export interface ApiClient {
  readonly scales: ScaleClient;
  create<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void;
  /** Replaces all but the status; answers 409 Conflict where metadata.resourceVersion is set and no longer current. */
  update<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void;
  /** Replaces the status alone, with the same check of resourceVersion. */
  updateStatus<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void;
  /** Applies the change to whatever is stored when the request commits, as a patch without resourceVersion does. Return the same object to change nothing. */
  patch<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void;
  patchStatus<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void;
  delete<K extends Kind>(target: Target<K>, options?: DeleteOptions, done?: Callback<ObjectsByKind[K]>): void;
  /** The pods/binding subresource: sets spec.nodeName and the PodScheduled condition; 409 where the pod is bound already. */
  bind(pod: Target<"Pod">, nodeName: string, done?: Callback<ObjectsByKind["Pod"]>): void;
  /** The pods/eviction subresource: 429 TooManyRequests while a PodDisruptionBudget forbids it. */
  evict(pod: Target<"Pod">, options?: DeleteOptions, done?: Callback<ObjectsByKind["Pod"]>): void;
  get<K extends Kind>(target: Target<K>, done: Callback<ObjectsByKind[K]>, options?: GetOptions): void;
  list<K extends Kind>(kind: K, options: ListOptions, done: (result: Result<readonly ObjectsByKind[K][]>) => void): void;
  /** Records a v1 Event about an object, through the client library's aggregation and spam filter. */
  recordEvent(regarding: ObjectReference, type: "Normal" | "Warning", reason: string, message: string): void;
}

/** Read access to a local cache that a watch keeps up to date. Keys are "namespace/name", or "name" for cluster-scoped kinds. */
export interface Lister<T extends ApiObject> {
  readonly size: number;
  get(key: string): T | undefined;
  /** In order of arrival in the cache. */
  list(): Iterable<T>;
  inNamespace(namespace: string): Iterable<T>;
  /** Objects for which the index function gave that value; the index is added by {@link Informer.addIndex}. */
  byIndex(index: string, value: string): Iterable<T>;
}

export interface InformerHandlers<T extends ApiObject> {
  readonly added?: (object: T) => void;
  readonly updated?: (previous: T, current: T) => void;
  readonly deleted?: (last: T) => void;
}

/** A shared informer: one watch and one cache a process and kind, handlers called in order of registration. */
export interface Informer<T extends ApiObject> extends Lister<T> {
  /** False until the first list has arrived, and while the watch is broken. */
  readonly isFollowing?: boolean;
  /** Calls back once, as soon as the cache is what the API server has: at once where it follows, else after the next list. */
  whenFollowing?(action: () => void): void;
  /** The resourceVersion up to which changes of the kind are in the cache; absent where the cache is never behind. */
  readonly lastSyncResourceVersion?: number;
  /** Objects already in the cache are handed to `added` at once. */
  addHandlers(handlers: InformerHandlers<T>): void;
  /** Adds a named index; the function gives the values under which an object is found. Adding the same name again has no effect. */
  addIndex(name: string, values: (object: T) => readonly string[]): void;
}

export interface InformerFactory {
  informer<K extends Kind>(kind: K): Informer<ObjectsByKind[K]>;
}

/** Who connects. Permission checks see `user` and `groups`, events bear `component` and `host`. */
export interface ConnectOptions {
  /** Component name as in event sources: kubelet, default-scheduler, deployment-controller, ... */
  readonly component: string;
  /** User name, such as system:kube-scheduler or system:serviceaccount:kube-system:replicaset-controller. */
  readonly user: string;
  readonly groups?: readonly string[];
  /** Machine on which the component runs: while that machine cannot reach the API server, requests time out and watches stand still. */
  readonly host?: string;
  /** Client-side rate limit in requests a second, and its burst; absent means none. */
  readonly qps?: number;
  readonly burst?: number;
  /** Limit of a client of its own for events, as kubelet and scheduler have; absent means that events share the limit above. */
  readonly eventQps?: number;
  readonly eventBurst?: number;
  /** Whether its writes pass all checks and store nothing. */
  readonly dryRun?: boolean;
  /** Whether its events go by events.k8s.io/v1: series instead of aggregation and spam filter. */
  readonly eventSeries?: boolean;
}

export interface WatchOptions {
  readonly component: string;
  readonly host?: string;
  /** Who watches, for the permission check; absent means that nothing is checked. */
  readonly user?: string;
  readonly groups?: readonly string[];
  /** Only pods bound to this node, and only the node itself, as the kubelet's field selectors spec.nodeName and metadata.name. Other kinds are not filtered. */
  readonly podsOfNode?: string;
}

/** Where components connect. */
export interface ApiServerEndpoint {
  connect(options: ConnectOptions): ApiClient;
  /** One factory a process: informers of one factory share their caches. */
  informers(options: WatchOptions): InformerFactory;
}

export function targetOf<K extends Kind>(object: ObjectsByKind[K]): Target<K> {
  const { namespace, name, uid } = (object as ApiObject).metadata;
  return { kind: (object as ApiObject).kind as K, name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
}
