/**
 * The API server: its clients and informers, its objects, and who is told what.
 *
 * A request's conditions (resourceVersion, preconditions, budgets) are judged in the order in which requests reach the head of
 * etcd's log; recorders, answers and watches follow when etcd has committed. So a write is one event for its arrival, a share in
 * the event of an etcd flush, a share in the delivery to watches, and one for the answer where somebody waits for it.
 */
import { type Kind, objectKey, type ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import type { Event, PolicyRule } from "../../api/types/policy.js";
import { TokenBucket } from "../../engine/resource/token-bucket.js";
import type { SimTime, Simulation } from "../../engine/simulation.js";
import { EtcdCluster } from "../etcd/etcd-cluster.js";
import { Compaction } from "../etcd/compaction.js";
import type { WriteLog } from "../etcd/write-log.js";
import { AdmissionChain, type AdmissionPlugin } from "./admission/admission.js";
import { defaultAdmissionPlugins } from "./admission/default-plugins.js";
import { ApiClientConnection } from "./api-client-connection.js";
import { type AccessQuestion, ALLOW_ALL, type Authorizer } from "./authorizer.js";
import { BOOTSTRAP_OBJECTS, kubernetesService } from "./bootstrap-objects.js";
import type { Change } from "./change.js";
import type { ApiClient, ApiServerEndpoint, ConnectOptions, Informer, InformerFactory, WatchOptions } from "./client.js";
import { type CommitListener, CommitPipeline } from "./commit-pipeline.js";
import { type EventRetention, EventRecording } from "./event-recording.js";
import { HostLinks } from "./host-links.js";
import { type ApiServerLatencies, DEFAULT_LATENCIES, LatencySampler, type LatencyStep } from "./latencies.js";
import { ObjectIdentities } from "./object-identities.js";
import { KUBERNETES_RULES, type ObjectRules } from "./object-rules.js";
import { type ObjectReader, ObjectStore } from "./object-store.js";
import { Registry } from "./registry/registry.js";
import type { Caller, HandlingListener, TracedRequest } from "./request.js";
import { RequestPath } from "./request-path.js";
import { ServiceAllocations, type ServiceAllocationsOptions } from "./services/service-allocations.js";
import { restoreSnapshot, type Snapshot, takeSnapshot } from "./snapshot.js";
import { type ListedObject, WatchCache } from "./watch-cache.js";
import { WatchConnections } from "./watch-connections.js";
import type { WatchInformer } from "./watch-informer.js";

/** HTTP status code for a watch from a revision that has been compacted: `too old resource version`. */
const GONE = 410;

/** How etcd goes on after a restore; see etcdutl snapshot restore --bump-revision --mark-compacted. */
export interface RestoreOptions {
  /** Revisions go on so much above the snapshot's. */
  readonly bumpRevision?: number;
  /** Whether all that lies before counts as compacted, so that watches notice. */
  readonly markCompacted?: boolean;
}

export interface ApiServerOptions {
  readonly simulation: Simulation;
  /** Time of the wall clock at the start of the run. */
  readonly epoch: Timestamp;
  /** The default is one member without limit to its database. */
  readonly etcd?: WriteLog;
  /** What is not given has its default. */
  readonly latencies?: Partial<ApiServerLatencies>;
  /** The default allows everything to everybody. */
  readonly authorizer?: Authorizer;
  /** The default is all plugins of {@link defaultAdmissionPlugins}. */
  readonly admission?: readonly AdmissionPlugin[];
  /** Defaulting and validation; the default is Kubernetes' own. */
  readonly rules?: ObjectRules;
  readonly links?: HostLinks;
  /** Ranges of cluster IPs and node ports. */
  readonly services?: Omit<ServiceAllocationsOptions, "simulation">;
  /** What becomes of recorded events; the default is "stored". */
  readonly events?: EventRetention;
  /** Requests that are handled at the same time; more wait. */
  readonly maxInFlight?: number;
  /** Cores of the machine, which the requests in flight share; absent: enough for all of them. */
  readonly cores?: number;
  /** Whether namespaces and priority classes that every cluster has are there from the start; the default is true. */
  readonly bootstrap?: boolean;
}

/** Told of requests when they are handled and when they have been answered, and of changes and lists as informers get them. */
export interface TraceListener {
  readonly handling?: HandlingListener;
  readonly request?: (request: TracedRequest) => void;
  readonly delivered?: (change: Change, component: string, host: string | undefined, time: SimTime) => void;
  /** Of objects that are new to the informer. */
  readonly listed?: (object: ListedObject, component: string, host: string | undefined, time: SimTime) => void;
}

export class ApiServer implements ApiServerEndpoint {
  readonly links: HostLinks;
  /** The stored objects, for recorders and checks; components go through clients and informers. */
  readonly objects: ObjectReader;
  private readonly simulation: Simulation;
  private readonly authorizer: Authorizer;
  private readonly store = new ObjectStore();
  private readonly registry: Registry;
  private readonly events: EventRecording;
  private readonly watches: WatchCache;
  private readonly watchConnections: WatchConnections;
  private readonly path: RequestPath;
  private readonly pipeline: CommitPipeline;
  private readonly traceListeners: TraceListener[] = [];
  private readonly compaction = new Compaction();
  private loading = false;
  private restoring = false;
  private readonly restoreListeners: (() => void)[] = [];

  constructor(options: ApiServerOptions) {
    const { simulation, epoch, authorizer = ALLOW_ALL, links = new HostLinks(), admission = defaultAdmissionPlugins() } = options;
    const etcd = options.etcd ?? new EtcdCluster({ simulation, quotaBackendBytes: Number.POSITIVE_INFINITY });
    const latencies = { ...DEFAULT_LATENCIES, ...options.latencies };
    const sampler = (step: LatencyStep) => new LatencySampler(simulation, step, latencies[step]);
    const { store } = this;
    const services = new ServiceAllocations({ simulation, ...options.services });
    this.simulation = simulation;
    this.authorizer = authorizer;
    this.links = links;
    this.objects = store;
    this.registry = new Registry({
      store,
      identities: new ObjectIdentities(simulation),
      rules: options.rules ?? KUBERNETES_RULES,
      admission: new AdmissionChain(admission),
      services,
      now: () => epoch + simulation.now,
      evictionJitter: simulation.stream("kube-apiserver/eviction-retry"),
      emit: (change) => {
        if (this.restoring) this.pipeline.announce({ ...change, restored: true, time: simulation.now });
        else if (this.loading) this.pipeline.publishAtOnce(change);
        else this.pipeline.write(change);
        this.compaction.note(simulation.now, change.revision);
        if (authorizer.changed?.(change.kind) === true) this.watchConnections.permissionsChanged();
      },
    });
    this.watches = new WatchCache(store);
    this.watchConnections = new WatchConnections({
      simulation,
      watches: this.watches,
      links,
      authorizer,
      objects: store,
      list: sampler("list"),
      reconnect: sampler("reconnect"),
      compaction: this.compaction,
      gone: () => {
        this.path.countAnswer(GONE);
      },
    });
    this.path = new RequestPath({
      simulation,
      links,
      authorizer,
      objects: store,
      etcd,
      latencies: {
        network: sampler("network"),
        authorization: sampler("authorization"),
        mutatingAdmission: sampler("mutatingAdmission"),
        validation: sampler("validation"),
      },
      ...(options.maxInFlight !== undefined && { maxInFlight: options.maxInFlight }),
      ...(options.cores !== undefined && { cores: options.cores }),
    });
    this.pipeline = new CommitPipeline(simulation, etcd, this.watches, sampler("watchDelivery"), (request) => {
      this.path.committed(request);
    });
    this.path.writeTo(this.pipeline);
    this.events = new EventRecording(simulation, epoch, options.events ?? "stored", {
      announce: (event, isNew) => {
        this.announce(event, isNew);
      },
      expire: (namespace, name, before) => this.expireEvent(namespace, name, before),
    });
    if (options.bootstrap !== false)
      this.load([...BOOTSTRAP_OBJECTS, kubernetesService(services.firstAddress), ...(authorizer.bootstrapObjects ?? [])]);
  }

  connect(options: ConnectOptions): ApiClient {
    const { component, user, groups = [], host, qps, burst, eventQps, eventBurst, eventSeries = false, dryRun = false } = options;
    const caller: Caller = { component, user, groups, host };
    const connection = (reserve: (() => SimTime) | undefined, eventClient?: ApiClient) =>
      new ApiClientConnection(caller, reserve, this.path, this.registry, this.objects, this.events, eventSeries, eventClient, dryRun);
    return connection(this.limit(qps, burst), eventQps === undefined ? undefined : connection(this.limit(eventQps, eventBurst)));
  }

  private limit(qps: number | undefined, burst: number | undefined): (() => SimTime) | undefined {
    if (qps === undefined) return undefined;
    const bucket = new TokenBucket(qps, burst ?? qps);
    return () => bucket.reserve(this.simulation.now);
  }

  /** Whether somebody may do something, as an access review answers. */
  allows({ user, groups }: Pick<Caller, "user" | "groups">, question: AccessQuestion): boolean {
    return this.authorizer.permits({ component: "", user, groups, host: undefined }, question, this.objects);
  }

  /** All that somebody may do in a namespace, as a rules review answers. */
  rulesOf({ user, groups }: Pick<Caller, "user" | "groups">, namespace: string): readonly PolicyRule[] {
    return this.authorizer.rulesIn({ component: "", user, groups, host: undefined }, namespace, this.objects);
  }

  informers(options: WatchOptions): InformerFactory {
    const byKind = new Map<Kind, WatchInformer>();
    return {
      informer: <K extends Kind>(kind: K) => {
        let informer = byKind.get(kind);
        if (informer === undefined) byKind.set(kind, (informer = this.watchConnections.connect(kind, options)));
        return informer as unknown as Informer<ObjectsByKind[K]>;
      },
    };
  }

  /** Called for each change when etcd has committed it, before anybody else knows of it. */
  onCommit(listener: CommitListener): void {
    this.pipeline.onCommit(listener);
  }

  trace(listener: TraceListener): void {
    this.traceListeners.push(listener);
    if (listener.request !== undefined) this.path.trace(listener.request);
    if (listener.handling !== undefined) this.path.traceHandling(listener.handling);
    this.watches.listener ??= (change, { component, host }) => {
      for (const { delivered } of this.traceListeners) delivered?.(change, component, host, this.simulation.now);
    };
    this.watches.listListener ??= (object, { component, host }) => {
      for (const { listed } of this.traceListeners) listed?.(object, component, host, this.simulation.now);
    };
  }

  /** Answers to requests so far, by HTTP status code. */
  get answersByCode(): ReadonlyMap<number, number> {
    return this.path.answersByCode;
  }

  /** Puts objects, with the status that they have, into the store at once, as if they had been there before the run: call it before. */
  load(objects: Iterable<ApiObject>): void {
    this.loading = true;
    try {
      for (const object of objects) this.registry.load(object);
    } finally {
      this.loading = false;
    }
  }

  /** Everything that is stored, to {@link restore} it later. */
  snapshot(): Snapshot {
    return takeSnapshot(this.objects);
  }

  /**
   * Makes the store what it was at the snapshot, as API servers that start on a restored etcd find it. All watches break: those whose
   * last change lies before the restored revision list anew, those for which it lies in the future go on without noticing.
   */
  restore(snapshot: Snapshot, { bumpRevision = 0, markCompacted = false }: RestoreOptions = {}): void {
    this.watchConnections.breakAll();
    this.path.forgetWrites();
    this.restoring = true;
    try {
      restoreSnapshot(snapshot, this.objects, this.registry);
    } finally {
      this.restoring = false;
    }
    this.store.revision = snapshot.revision + bumpRevision;
    this.compaction.restart(this.simulation.now, this.store.revision, markCompacted);
    this.watches.rebuild();
    for (const listener of this.restoreListeners) listener();
    this.watchConnections.returnAll();
  }

  /** Drops etcd's history up to a revision, the newest where none is given; returns it. @throws CompactionError */
  compact(revision: number = this.objects.revision): number {
    this.compaction.compact(this.simulation.now, revision);
    return revision;
  }

  /** Called when a snapshot has been restored: what was known of revisions, versions and uids no longer holds. */
  onRestore(listener: () => void): void {
    this.restoreListeners.push(listener);
  }

  private announce(event: Event, isNew: boolean): void {
    this.pipeline.announce({
      type: isNew ? "ADDED" : "MODIFIED",
      kind: "Event",
      key: objectKey(event),
      object: event,
      previous: undefined,
      revision: this.objects.revision,
      time: this.simulation.now,
    });
  }

  /** Removes the Event unless it was updated since. Returns whether it is gone. */
  private expireEvent(namespace: string, name: string, before: Timestamp): boolean {
    const event = this.objects.get("Event", namespace, name);
    if (event === undefined) return true;
    if (event.lastTimestamp > before) return false;
    this.registry.delete({ kind: "Event", namespace, name }, {}, "");
    return true;
  }
}
