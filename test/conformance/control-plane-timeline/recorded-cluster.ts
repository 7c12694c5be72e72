/** The cluster of a recording: stand-in kubelets under the defaults of Kubernetes 1.36 and the recording's own flags. */
import type { Pod } from "../../../src/api/types/pod.js";
import { Cluster } from "../../../src/cluster/cluster.js";
import type { ClusterDescription, NodeGroupDescription } from "../../../src/cluster/description.js";
import type { MetricsSource, PodMetrics } from "../../../src/control-plane/controllers/podautoscaler/metrics-source.js";
import { lognormal } from "../../../src/engine/distribution-families.js";
import { MILLISECOND, SECOND, type SimTime } from "../../../src/engine/simulation.js";
import type { NodeGroup, TimelineCase } from "./case.js";
import { settingsOf } from "./flags.js";
import { lastRenewalOf, returnsOf, tickPhaseOf } from "./phases.js";

/** The cluster has been up for about this long at a recording's first action. */
const WARM_UP: SimTime = 60 * SECOND;

/** A whole minute of the wall clock: 2026-01-01T00:00:00Z. */
const WHOLE_MINUTE = Date.UTC(2026, 0, 1) * MILLISECOND;
/** Where in a second a recording begins is not known; about the middle is nearest to all. Clocks turn 0.6 s after the actions, when nothing else happens. */
const MIDDLE_OF_SECOND = 0.4;

const MONITOR_PERIOD_MS = 5000;
/**
 * The node controller's tick before the last one ahead of the first action was the first of all: pods were collected at that phase
 * of their 20 s. The scheduler came one tick and 0.05 to 0.45 s later: it looked for pods that had waited too long at that phase of its 30 s, and, without
 * SchedulerPopFromBackoffQ, for pods whose back-off was over at that phase of its seconds.
 */
const CONTROLLERS_STARTED_MS = 2 * MONITOR_PERIOD_MS;
const SCHEDULER_DELAY: SimTime = (MONITOR_PERIOD_MS + 300) * MILLISECOND;
/** Middle of the stand-ins' renewal period of 10.0 to 10.4 s. */
const RENEW_PERIOD_MS = 10_200;
/** Nodes of recordings were made about this long before the first action. */
const NODES_STARTED_MS = -8000;

const DEFAULT_CPU = "4";
const DEFAULT_MEMORY = "8Gi";
const DEFAULT_PODS = "110";

/** Averaging window of the recordings' metrics server. */
const METRIC_WINDOW: SimTime = 15 * SECOND;

/**
 * The recordings were made with everything on one machine of two cores, which the requests that were worked on shared. Fitted to the
 * medians of all recordings before their outages, some 5,000 times: on average a simulated time is 34 ms from the recorded median.
 */
const MACHINE_CORES = 2;
/** Spread of each step: the 99th percentile is 2.5 times the median. */
const SIGMA = 0.4;
const MACHINE_LATENCIES: ClusterDescription["latencies"] = {
  network: lognormal(0.7 * MILLISECOND, SIGMA),
  authorization: lognormal(0.37 * MILLISECOND, SIGMA),
  mutatingAdmission: lognormal(3 * MILLISECOND, SIGMA),
  validation: lognormal(2.5 * MILLISECOND, SIGMA),
  etcdFsync: lognormal(2.2 * MILLISECOND, SIGMA),
  watchDelivery: lognormal(0.5 * MILLISECOND, SIGMA),
  schedulerCycle: lognormal(0.8 * MILLISECOND, SIGMA),
  // The stand-ins' own time: pods were Running 39 ms after they were bound.
  containerStart: lognormal(10 * MILLISECOND, SIGMA),
};

export class RecordedCluster {
  readonly cluster: Cluster;
  /** CPU by label selector, millicores shared evenly by the pods that match. */
  readonly load = new Map<string, number>();
  private readonly nodesByKubelet = new Map<string, string[]>();
  /** Simulated time of the recording's first action. The controllers were started at 0, with the node controller's first tick. */
  readonly start: SimTime;

  /** @param draw which of the runs that differ by chance alone */
  constructor(
    private readonly testCase: TimelineCase,
    draw = 0,
  ) {
    const settings = settingsOf(testCase.extraFlags ?? {});
    this.start = WARM_UP + Math.round((CONTROLLERS_STARTED_MS - (tickPhaseOf(testCase) % MONITOR_PERIOD_MS)) * MILLISECOND);
    const description: ClusterDescription = {
      name: testCase.name,
      kubernetesVersion: "1.36.3",
      profile: "kubernetes-1.36",
      nodeGroups: testCase.nodes.flatMap((group) => this.describe(group)),
      scaling: [],
      controlPlane: {
        etcdMembers: 1,
        apiServers: 1,
        cores: MACHINE_CORES,
        apiServer: settings.apiServer,
        controllerManager: settings.controllerManager,
        featureGates: settings.featureGates,
      },
      network: { plugin: "calico", podCIDR: "10.244.0.0/16", serviceCIDR: "10.96.0.0/16", proxyMode: "iptables" },
      kubelet: { bootDuration: 0, startupDuration: 0 },
      latencies: MACHINE_LATENCIES,
    };
    const second = testCase.startSecondOfMinute ?? MIDDLE_OF_SECOND;
    this.cluster = new Cluster(description, {
      seed: testCase.name,
      replication: draw,
      epoch: WHOLE_MINUTE + second * SECOND - this.start,
      metrics: this.metrics(),
      schedulerDelay: SCHEDULER_DELAY,
    });
  }

  /** Runs up to the first action. */
  bringUp(): void {
    const { simulation, machines } = this.cluster;
    this.cluster.start();
    for (const [name, machine] of machines) {
      // A process that is started again renews from then on.
      simulation.at(this.start + this.startOf(name) * MILLISECOND, () => {
        machine.stopKubelet();
        machine.startKubelet();
      });
    }
    simulation.run(this.start);
  }

  stopKubelet(process: string): void {
    for (const name of this.nodesByKubelet.get(process) ?? []) this.cluster.machines.get(name)?.stopKubelet();
  }

  /** A process sees after up to 11 s that it has to report; where it is recorded when, it does so then. */
  startKubelet(process: string): void {
    const { simulation, machines } = this.cluster;
    const returns = returnsOf(this.testCase);
    for (const name of this.nodesByKubelet.get(process) ?? []) {
      const at = Math.max(simulation.now, this.start + Math.round((returns.get(name) ?? 0) * MILLISECOND));
      simulation.at(at, () => machines.get(name)?.startKubelet());
    }
  }

  addNodes(groups: readonly NodeGroup[]): void {
    for (const group of groups) for (const node of this.describe(group)) this.cluster.addMachines(node);
  }

  private describe(group: NodeGroup): NodeGroupDescription[] {
    const { name, count, first = 1, cpu = DEFAULT_CPU, memory = DEFAULT_MEMORY, pods = DEFAULT_PODS, kubelet = "" } = group;
    const names = count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${first + index}`);
    const siblings = this.nodesByKubelet.get(kubelet) ?? [];
    this.nodesByKubelet.set(kubelet, [...siblings, ...names]);
    return names.map((node) => ({
      name: node,
      agent: "fake" as const,
      capacity: { cpu, memory, pods },
      ...(group.labels !== undefined && { labels: group.labels }),
      ...(group.annotations !== undefined && { annotations: group.annotations }),
      ...(group.taints !== undefined && { taints: group.taints }),
      ...(group.zone !== undefined && { zones: [group.zone] }),
    }));
  }

  /** When a node's process was started, so that its renewals come when the recorded ones came. Milliseconds from the first action. */
  private startOf(node: string): number {
    const recorded = lastRenewalOf(this.testCase, node);
    if (recorded === undefined) return NODES_STARTED_MS;
    return recorded - Math.max(0, Math.ceil(recorded / RENEW_PERIOD_MS)) * RENEW_PERIOD_MS;
  }

  private metrics(): MetricsSource {
    return {
      resourceMetric: (resource, _namespace, pods) => (resource === "cpu" ? this.cpuOf(pods) : new Map()),
      podsMetric: () => new Map(),
      objectMetric: () => undefined,
      externalMetric: () => [],
    };
  }

  private cpuOf(pods: readonly Pod[]): PodMetrics {
    const { simulation, epoch } = this.cluster;
    const metrics = new Map<string, { milli: number; timestamp: number; window: number }>();
    for (const [selector, total] of this.load) {
      const [key, value] = selector.split("=");
      const matching = pods.filter(({ metadata, status }) => metadata.labels?.[key] === value && status?.phase === "Running");
      for (const { metadata } of matching)
        metrics.set(metadata.name, {
          milli: Math.round(total / matching.length),
          timestamp: epoch + simulation.now,
          window: METRIC_WINDOW,
        });
    }
    return metrics;
  }
}
