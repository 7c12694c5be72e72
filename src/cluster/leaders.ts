/** kube-controller-manager and kube-scheduler on each control-plane machine, of which one leads. */
import type { Timestamp } from "../api/types/meta.js";
import { matchesScopes, QUOTA_KINDS, usageOf } from "../control-plane/apiserver/admission/quota-usage.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import type { HostLinks } from "../control-plane/apiserver/host-links.js";
import type { LeaseHeartbeats } from "../control-plane/apiserver/lease-heartbeats.js";
import { DEFAULT_ATTACH_TIMES } from "../control-plane/controllers/attach-detach/attach-times.js";
import { ControllerManager } from "../control-plane/controllers/controller-manager.js";
import { withFlags } from "../control-plane/controllers/options.js";
import type { MetricsSource } from "../control-plane/controllers/podautoscaler/metrics-source.js";
import type { EtcdCluster } from "../control-plane/etcd/etcd-cluster.js";
import { LeaderElection } from "../control-plane/leader-election.js";
import type { SimTime, Simulation } from "../engine/simulation.js";
import type { TieBreakRule } from "../scheduler/node-selection.js";
import type { SchedulerObserver } from "../scheduler/observer.js";
import { Scheduler } from "../scheduler/scheduler.js";
import type { ClusterDescription } from "./description.js";
import type { RunObserver } from "./observer.js";
import type { Profile } from "./profile.js";

export interface LeadersOptions {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly description: ClusterDescription;
  readonly profile: Profile;
  readonly apiServer: ApiServer;
  readonly etcd: EtcdCluster;
  readonly links: HostLinks;
  readonly heartbeats: LeaseHeartbeats;
  readonly metrics: MetricsSource;
  /** The control plane's machines; none where the description has none. */
  readonly hosts: readonly string[];
  readonly observer?: RunObserver;
  /** How the scheduler tells nodes of equal score apart; absent: as the description says. */
  readonly tieBreak?: TieBreakRule;
}

/** Rate limits of kube-scheduler's two clients, one of them for events alone. Source: clientConnection in https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/ */
const SCHEDULER_CLIENT = { qps: 50, burst: 100, eventQps: 50, eventBurst: 100, eventSeries: true };

export class Leaders {
  readonly elections: readonly LeaderElection[];
  private readonly controllerManagers: LeaderElection;
  private readonly schedulers: LeaderElection;
  private leadingScheduler: Scheduler | undefined;

  constructor(private readonly options: LeadersOptions) {
    const { simulation, hosts, etcd, links } = options;
    const candidates = hosts.length === 0 ? [undefined] : hosts;
    const canWrite = (host: string | undefined): boolean => etcd.writable && !etcd.full && links.isUp(host);
    this.controllerManagers = new LeaderElection({
      simulation,
      name: "kube-controller-manager",
      candidates,
      canWrite,
      lead: (host) => this.leadControllerManager(host),
    });
    this.schedulers = new LeaderElection({
      simulation,
      name: "kube-scheduler",
      candidates,
      canWrite,
      lead: (host) => this.leadScheduler(host),
    });
    this.elections = [this.controllerManagers, this.schedulers];
    const changed = (): void => {
      for (const election of this.elections) election.reachabilityChanged();
    };
    etcd.onWritable(changed);
    etcd.onFull(changed);
    links.onChange(changed);
  }

  /** @param schedulerDelay how long after the controller manager's the scheduler's process starts */
  start(schedulerDelay: SimTime): void {
    this.controllerManagers.start();
    if (schedulerDelay === 0) this.schedulers.start();
    else this.options.simulation.after(schedulerDelay, () => this.schedulers.start());
  }

  /** The scheduler that leads; undefined while none does. */
  get scheduler(): Scheduler | undefined {
    return this.leadingScheduler;
  }

  /** Whether a controller manager leads and a scheduler does. */
  get areThere(): boolean {
    return this.elections.every(({ hasLeader }) => hasLeader);
  }

  private leadControllerManager(host: string | undefined): ControllerManager {
    const { simulation, epoch, apiServer, heartbeats, profile, description, metrics } = this.options;
    const manager = new ControllerManager({
      simulation,
      epoch,
      api: apiServer,
      heartbeats,
      options: withFlags(profile.controllerManager, description.controlPlane.controllerManager),
      ...(host !== undefined && { host }),
      quotaRules: { kinds: QUOTA_KINDS, usageOf, matchesScopes },
      metrics,
      attachTimes: {
        attach: description.latencies["volumeAttach"] ?? DEFAULT_ATTACH_TIMES.attach,
        detach: description.latencies["volumeDetach"] ?? DEFAULT_ATTACH_TIMES.detach,
      },
    });
    manager.start();
    return manager;
  }

  private leadScheduler(host: string | undefined): Scheduler {
    const { description, simulation, epoch, apiServer, observer, tieBreak = description.schedulerTieBreak } = this.options;
    const component = "default-scheduler";
    const onHost = host !== undefined && { host };
    const popFromBackoffQ = description.controlPlane.featureGates?.["SchedulerPopFromBackoffQ"];
    const scheduler = new Scheduler({
      simulation,
      epoch,
      client: apiServer.connect({ component, user: "system:kube-scheduler", ...onHost, ...SCHEDULER_CLIENT }),
      informers: apiServer.informers({ component, ...onHost }),
      ...(description.scheduler !== undefined && { configuration: description.scheduler }),
      ...(description.schedulerPlugins !== undefined && { plugins: description.schedulerPlugins }),
      ...(description.schedulerExtenders !== undefined && { extenders: description.schedulerExtenders }),
      ...(description.latencies["schedulerCycle"] !== undefined && { attemptDuration: description.latencies["schedulerCycle"] }),
      ...(observer !== undefined && { observer: schedulerObserver(observer) }),
      ...(popFromBackoffQ !== undefined && { popFromBackoffQ }),
      ...(tieBreak !== undefined && { tieBreak }),
    });
    this.leadingScheduler = scheduler;
    scheduler.start();
    return scheduler;
  }
}

/** What is not asked for is not wired: the scheduler does no work for it. */
function schedulerObserver(observer: RunObserver): SchedulerObserver {
  return {
    ...(observer.attempt !== undefined && { attempt: (attempt) => observer.attempt?.(attempt) }),
    ...(observer.deciding !== undefined && { deciding: (cycle) => observer.deciding?.(cycle) }),
  };
}
