/** What kube-controller-manager hands to each of its controllers. */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import { wholeSecond } from "../../api/duration.js";
import type { Timestamp } from "../../api/types/index.js";
import { MILLISECOND, type EventId, type Simulation, type SimTime } from "../../engine/simulation.js";
import type { ApiServerEndpoint, ConnectOptions, Informer, InformerFactory } from "../apiserver/client.js";
import type { NodeHeartbeats } from "../apiserver/heartbeats.js";
import { ApiCalls } from "./api-calls.js";
import type { AttachTimes } from "./attach-detach/attach-times.js";
import type { ControllerManagerOptions } from "./options.js";
import type { MetricsSource } from "./podautoscaler/metrics-source.js";
import type { QuotaRules } from "./resourcequota/quota-rules.js";
import { perform, type Task } from "./task.js";
import { WorkQueue, type WorkQueueOptions } from "./work-queue.js";

/** Starts a controller: it registers with the informers that it needs, and works until the context ends. */
export type StartController = (context: ControllerContext) => void;

export interface ControllerContextOptions {
  readonly simulation: Simulation;
  /** Timestamp of simulated time 0. */
  readonly epoch: Timestamp;
  readonly api: ApiServerEndpoint;
  readonly heartbeats: NodeHeartbeats;
  readonly options: ControllerManagerOptions;
  /** Machine on which the controller manager runs. */
  readonly host?: string;
  /** What objects use of resource quotas; without it quotas are not counted. */
  readonly quotaRules?: QuotaRules;
  /** What the autoscaler measures pods by; without it every metric is missing. */
  readonly metrics?: MetricsSource;
  /** How long attaching and detaching a volume takes; without it as cloud block stores do. */
  readonly attachTimes?: AttachTimes;
}

/** Groups of every service account of kube-system. Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens */
const SERVICE_ACCOUNT_GROUPS = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"];

/** How often a starting controller manager looks whether its caches are filled. Source: syncedPollPeriod in client-go tools/cache/shared_informer.go. */
const SYNCED_POLL_PERIOD: SimTime = 100 * MILLISECOND;

/** The life of one process from its start, or its election as leader, to its end. */
export class ControllerContext {
  readonly simulation: Simulation;
  readonly heartbeats: NodeHeartbeats;
  readonly options: ControllerManagerOptions;
  readonly quotaRules: QuotaRules | undefined;
  readonly metrics: MetricsSource | undefined;
  readonly attachTimes: AttachTimes | undefined;
  private readonly informers: InformerFactory;
  private readonly used = new Map<Kind, Informer<never>>();
  private readonly queues: WorkQueue[] = [];
  private readonly starts: (() => void)[] = [];
  private running = true;

  constructor(private readonly given: ControllerContextOptions) {
    this.simulation = given.simulation;
    this.heartbeats = given.heartbeats;
    this.options = given.options;
    this.quotaRules = given.quotaRules;
    this.metrics = given.metrics;
    this.attachTimes = given.attachTimes;
    this.informers = given.api.informers({ component: "kube-controller-manager", ...(given.host !== undefined && { host: given.host }) });
  }

  /** Whether the process still lives; handlers of informers outlive it and have to look. */
  get active(): boolean {
    return this.running;
  }

  /** The present moment as a MicroTime. */
  now(): Timestamp {
    return this.given.epoch + this.simulation.now;
  }

  /** The present moment as a metav1.Time, in whole seconds. */
  nowInSeconds(): Timestamp {
    return wholeSecond(this.now());
  }

  /** A client of its own identity and rate limit for a controller. @param account name of the service account in kube-system. */
  calls(account: string, component: string): ApiCalls {
    const { kubeApiQps: qps, kubeApiBurst: burst } = this.given.options;
    return this.connect(account, component, { qps, burst });
  }

  /** The same without a rate limit, for work that upstream has the API server do. */
  unlimitedCalls(account: string, component: string): ApiCalls {
    return this.connect(account, component, {});
  }

  private connect(account: string, component: string, limit: Pick<ConnectOptions, "qps" | "burst">): ApiCalls {
    const { api, host } = this.given;
    const user = `system:serviceaccount:kube-system:${account}`;
    return new ApiCalls(api.connect({ component, user, groups: SERVICE_ACCOUNT_GROUPS, ...(host !== undefined && { host }), ...limit }));
  }

  /** The informer of a kind, shared by all controllers of the process. */
  informer<K extends Kind>(kind: K): Informer<ObjectsByKind[K]> {
    const informer = this.informers.informer(kind);
    this.used.set(kind, informer as unknown as Informer<never>);
    return informer;
  }

  /** Runs an action when all caches have been filled for the first time; nobody may act on a cache before. */
  whenSynced(action: () => void): void {
    this.starts.push(action);
  }

  /** Lets queues and {@link whenSynced} actions go as soon as the caches of all informers used so far are filled. */
  startWhenSynced(): void {
    if (!this.running) return;
    for (const { isFollowing } of this.used.values()) {
      if (isFollowing !== false) continue;
      this.simulation.after(SYNCED_POLL_PERIOD, () => this.startWhenSynced());
      return;
    }
    for (const queue of this.queues) queue.start();
    for (const start of this.starts) start();
  }

  /** A work queue that ends with the process. */
  queue(options: Omit<WorkQueueOptions, "simulation" | "syncDuration">): WorkQueue {
    const queue = new WorkQueue({ simulation: this.simulation, syncDuration: this.options.syncDuration, ...options });
    this.queues.push(queue);
    return queue;
  }

  /** Runs an action after a delay in microseconds, unless the process has ended by then. */
  after(delay: SimTime, action: () => void): EventId {
    return this.simulation.after(delay, () => {
      if (this.running) action();
    });
  }

  /** Runs a task of its own; a request of it that is refused ends it. */
  run(task: Task<void>): void {
    perform(task, () => undefined);
  }

  stop(): void {
    this.running = false;
    for (const queue of this.queues) queue.stop();
  }
}
