/**
 * The API server: requests travel to it, pass the checks, are written to etcd, answered, and their changes delivered to watches.
 *
 * A request's conditions (resourceVersion, preconditions, budgets) are judged in the order in which requests reach the head of
 * etcd's log; watches, recorders and answers follow when etcd has committed. So a write is one event for its arrival, a share in
 * the event of an etcd flush, a share in the delivery to watches, and one for the answer where somebody waits for it.
 */
import { type Kind, objectKey, type ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject, ObjectReference, Timestamp } from "../../api/types/meta.js";
import type { Event } from "../../api/types/policy.js";
import { constant } from "../../engine/distribution.js";
import { SECOND, type HandlerId, type SimTime, type Simulation } from "../../engine/simulation.js";
import { SingleMemberLog } from "../etcd/single-member-log.js";
import type { WriteLog } from "../etcd/write-log.js";
import { AdmissionChain, type AdmissionPlugin } from "./admission/admission.js";
import { defaultAdmissionPlugins } from "./admission/default-plugins.js";
import { ApiClientConnection } from "./api-client-connection.js";
import { ALLOW_ALL, type Authorizer } from "./authorizer.js";
import { BOOTSTRAP_OBJECTS } from "./bootstrap-objects.js";
import type { Change } from "./change.js";
import type { ApiClient, ApiServerEndpoint, ConnectOptions, Informer, InformerFactory, Result, Target, WatchOptions } from "./client.js";
import { type EventRetention, EventRecording } from "./event-recording.js";
import { HostLinks } from "./host-links.js";
import { type ApiServerLatencies, DEFAULT_LATENCIES, LatencySampler, type LatencyStep } from "./latencies.js";
import { ObjectIdentities } from "./object-identities.js";
import { KUBERNETES_RULES, type ObjectRules } from "./object-rules.js";
import { type ObjectReader, ObjectStore } from "./object-store.js";
import { isRefusal, Registry } from "./registry/registry.js";
import type { Request, Subresource, TracedRequest, Verb } from "./request.js";
import { CLIENT_TIMEOUT, ETCD_TIMEOUT, forbiddenRequest } from "./status-errors.js";
import { TokenBucket } from "./token-bucket.js";
import { WatchCache } from "./watch-cache.js";
import { WatchInformer } from "./watch-informer.js";

/** A client gives up after this long. Source: the kubelet's heartbeat client, kubernetes/cmd/kubelet/app/server.go (10 s). */
const CLIENT_TIMEOUT_AFTER: SimTime = 10 * SECOND;
/** etcd gives up on a proposal after 5 s plus two election timeouts of 1 s. Source: go.etcd.io/etcd/server/config ReqTimeout. */
const ETCD_TIMEOUT_AFTER: SimTime = 7 * SECOND;

export interface ApiServerOptions {
  readonly simulation: Simulation;
  /** Time of the wall clock at the start of the run. */
  readonly epoch: Timestamp;
  readonly etcd?: WriteLog;
  /** What is not given has its default. */
  readonly latencies?: Partial<ApiServerLatencies>;
  readonly authorizer?: Authorizer;
  /** The default is all plugins of {@link defaultAdmissionPlugins}. */
  readonly admission?: readonly AdmissionPlugin[];
  /** Defaulting and validation; the default is Kubernetes' own. */
  readonly rules?: ObjectRules;
  readonly links?: HostLinks;
  /** What becomes of recorded events; the default is "stored". */
  readonly events?: EventRetention;
  /** Whether namespaces and priority classes that every cluster has are there from the start; the default is true. */
  readonly bootstrap?: boolean;
}

export type CommitListener = (change: Change) => void;

/** Told of requests that have been answered, and of changes as informers get them. */
export interface TraceListener {
  readonly request?: (request: TracedRequest) => void;
  readonly delivered?: (change: Change, component: string, host: string | undefined, time: SimTime) => void;
}

export class ApiServer implements ApiServerEndpoint {
  readonly links: HostLinks;
  /** The stored objects, for recorders and checks; components go through clients and informers. */
  readonly objects: ObjectReader;
  private readonly simulation: Simulation;
  private readonly epoch: Timestamp;
  private readonly etcd: WriteLog;
  private readonly authorizer: Authorizer;
  private readonly registry: Registry;
  private readonly watches: WatchCache;
  private readonly events: EventRecording;
  private readonly latency: Readonly<Record<LatencyStep, LatencySampler>>;
  private readonly commitListeners: CommitListener[] = [];
  private readonly traceListeners: TraceListener[] = [];
  private readonly informersByHost = new Map<string, { readonly informer: WatchInformer; readonly follow: () => void }[]>();

  private readonly requests: (Request | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  /** Changes in etcd's log that are not committed, and the request that waits for each, or -1. */
  private readonly uncommitted = new Queue<Change>();
  private readonly waiting = new Queue<number>();
  private readonly undelivered = new Queue<Change>();
  private readonly stalled = new Set<number>();
  private lastDelivery: SimTime = 0;
  private loading = false;

  private readonly arrived: HandlerId;
  private readonly answered: HandlerId;
  private readonly delivered: HandlerId;
  private readonly gaveUp: HandlerId;
  private readonly etcdGaveUp: HandlerId;

  constructor(options: ApiServerOptions) {
    const { simulation, epoch } = options;
    this.simulation = simulation;
    this.epoch = epoch;
    this.links = options.links ?? new HostLinks();
    this.etcd = options.etcd ?? new SingleMemberLog(simulation, constant(1_600));
    this.authorizer = options.authorizer ?? ALLOW_ALL;
    const store = new ObjectStore();
    this.objects = store;
    this.registry = new Registry({
      store,
      identities: new ObjectIdentities(simulation),
      rules: options.rules ?? KUBERNETES_RULES,
      admission: new AdmissionChain(options.admission ?? defaultAdmissionPlugins()),
      now: () => this.epoch + this.simulation.now,
      emit: (change) => {
        this.write(change);
      },
    });
    this.watches = new WatchCache(store);
    this.events = new EventRecording(simulation, epoch, options.events ?? "stored", {
      announce: (event, isNew) => {
        this.announce(event, isNew);
      },
      expire: (namespace, name, before) => this.expireEvent(namespace, name, before),
    });
    const latencies = { ...DEFAULT_LATENCIES, ...options.latencies };
    const sampler = (step: LatencyStep) => new LatencySampler(simulation, step, latencies[step]);
    this.latency = {
      network: sampler("network"),
      authorization: sampler("authorization"),
      mutatingAdmission: sampler("mutatingAdmission"),
      validation: sampler("validation"),
      watchDelivery: sampler("watchDelivery"),
      list: sampler("list"),
      reconnect: sampler("reconnect"),
    };
    this.arrived = simulation.register((slot) => {
      this.arrive(slot);
    });
    this.answered = simulation.register((slot) => {
      this.answer(slot);
    });
    this.delivered = simulation.register((count) => {
      for (let left = count; left > 0; left--) this.watches.deliver(this.undelivered.shift());
    });
    this.gaveUp = simulation.register((slot) => {
      this.finish(slot, { ok: false, status: CLIENT_TIMEOUT });
    });
    this.etcdGaveUp = simulation.register((slot) => {
      if (this.stalled.delete(slot)) this.respond(slot, { ok: false, status: ETCD_TIMEOUT });
    });
    this.etcd.onCommit((count) => {
      this.commit(count);
    });
    this.etcd.onWritable(() => {
      const slots = [...this.stalled];
      this.stalled.clear();
      for (const slot of slots) this.process(slot);
    });
    this.links.onChange((host, up) => {
      this.linkChanged(host, up);
    });
    if (options.bootstrap !== false) this.load(BOOTSTRAP_OBJECTS);
  }

  connect(options: ConnectOptions): ApiClient {
    const { component, user, groups = [], host, qps, burst } = options;
    const bucket = qps === undefined ? undefined : new TokenBucket(qps, burst ?? qps);
    const reserve = bucket === undefined ? undefined : () => bucket.reserve(this.simulation.now);
    return new ApiClientConnection({ component, user, groups, host }, reserve, this, this.registry, this.objects, this);
  }

  informers(options: WatchOptions): InformerFactory {
    const byKind = new Map<Kind, WatchInformer>();
    return {
      informer: <K extends Kind>(kind: K) => {
        let informer = byKind.get(kind);
        if (informer === undefined) byKind.set(kind, (informer = this.watch(kind, options)));
        return informer as unknown as Informer<ObjectsByKind[K]>;
      },
    };
  }

  /** Called for each change when etcd has committed it, before anybody else knows of it. */
  onCommit(listener: CommitListener): void {
    this.commitListeners.push(listener);
  }

  trace(listener: TraceListener): void {
    this.traceListeners.push(listener);
    if (listener.delivered !== undefined) {
      this.watches.listener = (change, { component, host }) => {
        for (const { delivered } of this.traceListeners) delivered?.(change, component, host, this.simulation.now);
      };
    }
  }

  /** Puts objects, with the status that they have, into the store at once, as if they had been there before the run. */
  load(objects: Iterable<ApiObject>): void {
    this.loading = true;
    try {
      for (const object of objects) this.registry.load(object);
    } finally {
      this.loading = false;
    }
  }

  /** Sends a request on its way; clients call this. */
  send(
    connection: ApiClientConnection,
    verb: Verb,
    subresource: Subresource,
    target: Target,
    handle: () => ApiObject | readonly ApiObject[],
    done: ((result: Result<never>) => void) | undefined,
  ): void {
    const { caller, reserve } = connection;
    const issued = this.simulation.now;
    const request: Request = { caller, verb, subresource, target, handle, done, issued, result: undefined, steps: undefined };
    const slot = this.freeSlots.pop() ?? this.requests.length;
    this.requests[slot] = request;
    const wait = reserve?.() ?? 0;
    const received = wait + this.latency.network.sample();
    const authorized = received + this.latency.authorization.sample();
    const admitted = authorized + this.latency.mutatingAdmission.sample();
    const validated = admitted + this.latency.validation.sample();
    if (this.traceListeners.length > 0) {
      request.steps = {
        sent: issued + wait,
        received: issued + received,
        authorized: issued + authorized,
        admitted: issued + admitted,
        validated: issued + validated,
        committed: undefined,
        answered: undefined,
      };
    }
    connection.lastArrival = Math.max(connection.lastArrival, issued + validated);
    this.simulation.schedule(connection.lastArrival - issued, this.arrived, slot);
  }

  recordEvent(source: ApiClientConnection, regarding: ObjectReference, type: "Normal" | "Warning", reason: string, message: string): void {
    this.events.record(source, regarding, type, reason, message);
  }

  private announce(event: Event, isNew: boolean): void {
    const change: Change = {
      type: isNew ? "ADDED" : "MODIFIED",
      kind: "Event",
      key: objectKey(event),
      object: event,
      previous: undefined,
      revision: this.objects.revision,
      time: this.simulation.now,
    };
    for (const listener of this.commitListeners) listener(change);
  }

  /** Removes the Event unless it was updated since. Returns whether it is gone. */
  private expireEvent(namespace: string, name: string, before: Timestamp): boolean {
    const event = this.objects.get("Event", namespace, name);
    if (event === undefined) return true;
    if (event.lastTimestamp > before) return false;
    this.registry.delete({ kind: "Event", namespace, name }, {}, "");
    this.etcd.append(0);
    return true;
  }

  private arrive(slot: number): void {
    const { caller, issued } = this.requests[slot]!;
    if (!this.links.isUp(caller.host)) {
      this.simulation.schedule(Math.max(0, issued + CLIENT_TIMEOUT_AFTER - this.simulation.now), this.gaveUp, slot);
      return;
    }
    this.process(slot);
  }

  private process(slot: number): void {
    const request = this.requests[slot]!;
    const { caller, verb, subresource, target } = request;
    if (!this.authorizer.allows(caller, verb, target.kind, subresource, target.namespace, target.name)) {
      this.respond(slot, { ok: false, status: forbiddenRequest(caller.user, verb, target, subresource) });
      return;
    }
    if (!this.etcd.writable && verb !== "get" && verb !== "list") {
      this.stalled.add(slot);
      this.simulation.schedule(ETCD_TIMEOUT_AFTER, this.etcdGaveUp, slot);
      return;
    }
    const before = this.uncommitted.length;
    try {
      request.result = { ok: true, object: request.handle() };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      request.result = { ok: false, status: error.status };
    }
    if (this.uncommitted.length > before) this.waiting.replaceLast(slot);
    else this.respond(slot, request.result);
    for (let count = this.uncommitted.length - before; count > 0; count--) this.etcd.append(0);
  }

  private write(change: Change): void {
    if (this.loading) {
      change.time = this.simulation.now;
      this.publish(change);
      return;
    }
    this.uncommitted.push(change);
    this.waiting.push(-1);
  }

  private commit(count: number): void {
    let watched = 0;
    for (let left = count; left > 0; left--) {
      const change = this.uncommitted.shift();
      const slot = this.waiting.shift();
      change.time = this.simulation.now;
      if (this.publish(change)) watched++;
      if (slot < 0) continue;
      const request = this.requests[slot]!;
      if (request.steps !== undefined) request.steps.committed = this.simulation.now;
      this.respond(slot, request.result!);
    }
    if (watched > 0) this.scheduleDelivery(watched);
  }

  /** Tells recorders; returns whether the change has to be delivered to watches. */
  private publish(change: Change): boolean {
    for (const listener of this.commitListeners) listener(change);
    if (!this.watches.isWatched(change.kind)) return false;
    this.undelivered.push(change);
    if (this.loading) this.scheduleDelivery(1);
    return true;
  }

  private scheduleDelivery(count: number): void {
    const { now } = this.simulation;
    // One stream of events: none overtakes another.
    this.lastDelivery = Math.max(this.lastDelivery, now + this.latency.watchDelivery.sample());
    this.simulation.schedule(this.lastDelivery - now, this.delivered, count);
  }

  private respond(slot: number, result: Result<ApiObject | readonly ApiObject[]>): void {
    const request = this.requests[slot]!;
    request.result = result;
    if (request.done === undefined) this.finish(slot, result);
    else this.simulation.schedule(this.latency.network.sample(), this.answered, slot);
  }

  private answer(slot: number): void {
    const request = this.requests[slot]!;
    if (this.links.isUp(request.caller.host)) this.finish(slot, request.result!);
    else this.simulation.schedule(Math.max(0, request.issued + CLIENT_TIMEOUT_AFTER - this.simulation.now), this.gaveUp, slot);
  }

  private finish(slot: number, result: Result<ApiObject | readonly ApiObject[]>): void {
    const request = this.requests[slot]!;
    this.requests[slot] = undefined;
    this.freeSlots.push(slot);
    if (request.steps !== undefined) this.traced(request, result);
    request.done?.(result as Result<never>);
  }

  private traced(request: Request, result: Result<ApiObject | readonly ApiObject[]>): void {
    const { caller, verb, subresource, target, issued } = request;
    const steps = request.steps!;
    if (request.done !== undefined) steps.answered = this.simulation.now;
    const code = result.ok ? (verb === "create" ? 201 : 200) : result.status.code;
    const name = result.ok && "metadata" in result.object ? result.object.metadata.name : target.name;
    const { kind, namespace } = target;
    for (const listener of this.traceListeners) listener.request?.({ caller, verb, subresource, kind, namespace, name, issued, steps, code });
  }

  private watch(kind: Kind, { component, host, podsOfNode }: WatchOptions): WatchInformer {
    const informer = new WatchInformer(component, host);
    this.watches.register(kind, informer, podsOfNode);
    const follow = (): void => {
      if (this.links.isUp(host)) this.watches.follow(kind, informer, podsOfNode);
    };
    if (host !== undefined) {
      const others = this.informersByHost.get(host);
      if (others === undefined) this.informersByHost.set(host, [{ informer, follow }]);
      else others.push({ informer, follow });
    }
    this.simulation.after(this.latency.list.sample(), follow);
    return informer;
  }

  private linkChanged(host: string, up: boolean): void {
    const watches = this.informersByHost.get(host);
    if (watches === undefined) return;
    if (up) {
      this.simulation.after(this.latency.reconnect.sample(), () => {
        for (const { follow } of watches) follow();
      });
    } else for (const { informer } of watches) informer.detach();
  }
}

/** First in, first out, without moving what waits at each take. */
class Queue<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  replaceLast(item: T): void {
    this.items[this.items.length - 1] = item;
  }

  shift(): T {
    const item = this.items[this.head++];
    if (this.head === this.items.length) {
      this.items.length = 0;
      this.head = 0;
    } else if (this.head > 1_024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
