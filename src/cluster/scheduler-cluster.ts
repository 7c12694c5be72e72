/**
 * A control plane that does nothing but schedule: API server, etcd and scheduler, as scheduler_perf starts them. Nodes are mere objects
 * without kubelets; no controllers run. Pods that are deleted end at once.
 *
 * Source: mustSetupCluster in test/integration/scheduler_perf/util.go
 */
import type { Pod } from "../api/types/pod.js";
import type { Timestamp } from "../api/types/meta.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import type { ApiClient } from "../control-plane/apiserver/client.js";
import { HostLinks } from "../control-plane/apiserver/host-links.js";
import type { Distribution } from "../engine/distribution.js";
import { Simulation } from "../engine/simulation.js";
import type { PluginFactories } from "../scheduler/configuration/build-profiles.js";
import type { SchedulerConfiguration } from "../scheduler/configuration/types.js";
import type { Extender } from "../scheduler/extenders/extender.js";
import type { TieBreakRule } from "../scheduler/node-selection.js";
import type { SchedulerObserver } from "../scheduler/observer.js";
import { Scheduler } from "../scheduler/scheduler.js";
import { buildControlPlane } from "./control-plane.js";

/** Rate limit of all clients there. */
const CLIENT = { qps: 5000, burst: 5000 };

/** Who creates the objects. */
const ADMINISTRATOR = { component: "scheduler-perf", user: "scheduler-perf", groups: ["system:masters", "system:authenticated"] };

export interface SchedulerClusterOptions {
  readonly seed: number | string;
  readonly replication?: number;
  readonly epoch: Timestamp;
  readonly configuration?: SchedulerConfiguration;
  readonly plugins?: PluginFactories;
  readonly extenders?: readonly Extender[];
  readonly tieBreak?: TieBreakRule;
  readonly attemptDuration?: Distribution;
  /** Feature gate SchedulerPopFromBackoffQ; absent: on, as by default. */
  readonly popFromBackoffQ?: boolean;
  readonly observer?: SchedulerObserver;
}

export class SchedulerCluster {
  readonly simulation: Simulation;
  readonly apiServer: ApiServer;
  readonly scheduler: Scheduler;
  readonly client: ApiClient;

  constructor(options: SchedulerClusterOptions) {
    const { seed, replication, epoch, configuration, plugins, extenders, tieBreak, attemptDuration, popFromBackoffQ, observer } = options;
    this.simulation = new Simulation({ seed, ...(replication !== undefined && { replication }) });
    const { simulation } = this;
    const parts = {
      controlPlane: { etcdMembers: 1, apiServers: 1, controllerManager: {}, apiServer: API_SERVER },
      latencies: {},
      network: SERVICES,
    };
    this.apiServer = buildControlPlane(parts, simulation, epoch, new HostLinks()).apiServer;
    const component = "default-scheduler";
    this.client = this.apiServer.connect({ ...ADMINISTRATOR, ...CLIENT });
    this.scheduler = new Scheduler({
      simulation,
      epoch,
      client: this.apiServer.connect({ component, user: "system:kube-scheduler", ...CLIENT }),
      informers: this.apiServer.informers({ component }),
      ...(configuration !== undefined && { configuration }),
      ...(plugins !== undefined && { plugins }),
      ...(extenders !== undefined && { extenders }),
      ...(tieBreak !== undefined && { tieBreak }),
      ...(attemptDuration !== undefined && { attemptDuration }),
      ...(popFromBackoffQ !== undefined && { popFromBackoffQ }),
      ...(observer !== undefined && { observer }),
    });
    this.endDeletedPods();
  }

  start(): void {
    this.scheduler.start();
  }

  /** In place of kubelets: a bound pod that is to be deleted has ended. */
  private endDeletedPods(): void {
    this.apiServer.onCommit(({ kind, type, object, previous }) => {
      if (kind !== "Pod" || type === "DELETED") return;
      const { metadata, spec } = object as Pod;
      if (metadata.deletionTimestamp === undefined || previous?.metadata.deletionTimestamp !== undefined || spec.nodeName === undefined)
        return;
      const { name, namespace, uid } = metadata;
      const target = { kind: "Pod" as const, name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
      this.simulation.after(0, () => this.client.delete(target, { gracePeriodSeconds: 0 }));
    });
  }
}

/** No controllers run that these plugins depend on. */
const API_SERVER = { "disable-admission-plugins": "ServiceAccount,TaintNodesByCondition,Priority" };
const SERVICES = { serviceCIDR: "10.96.0.0/12" };
