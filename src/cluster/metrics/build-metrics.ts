/** The metrics of a cluster, wired to its machines and its traffic. */
import { quantityMilliValue } from "../../api/quantity.js";
import type { Pod } from "../../api/types/pod.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { ApiServer } from "../../control-plane/apiserver/api-server.js";
import type { HostLinks } from "../../control-plane/apiserver/host-links.js";
import type { MetricsSource } from "../../control-plane/controllers/podautoscaler/metrics-source.js";
import { SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { Machine } from "../../node/machine.js";
import type { Traffic } from "../../traffic/traffic.js";
import { ClusterMetrics } from "./cluster-metrics.js";
import { DEFAULT_RESOLUTION, MetricsServer, type ContainerCounters, type PodCounters } from "./metrics-server.js";
import type { MetricsDescription } from "./signal.js";

/** A cluster that says nothing of metrics: metrics-server is there, and nothing else. */
const DEFAULT_METRICS: MetricsDescription = { server: true, resolution: DEFAULT_RESOLUTION, fromStart: false, signals: [] };

const MILLICORES = 1_000;

export interface MetricsSurroundings {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly traffic: Traffic;
  readonly links: HostLinks;
  /** Part of a pod's service time in which it computes. */
  readonly serviceCpu: (pod: Pod) => number;
}

/** What autoscalers ask. Machines that are already there begin to count with the first read that is wanted. */
export function buildMetrics(
  { simulation, epoch, machines, traffic, links, serviceCpu }: MetricsSurroundings,
  apiServer: ApiServer,
  description: MetricsDescription = DEFAULT_METRICS,
): MetricsSource {
  function* read(): Generator<PodCounters> {
    for (const [name, machine] of machines) {
      machine.meterContainers();
      if (!machine.powered || !machine.kubelet.running || !links.isUp(name)) continue;
      for (const { pod, containers } of machine.podUsage()) {
        const computing = (traffic.busyTime(pod) * serviceCpu(pod)) / SECOND;
        yield {
          pod,
          containers: containers.map((one, index) => counters(pod, one, index === 0 ? computing : 0)),
          served: traffic.served(pod),
        };
      }
    }
  }
  const server = new MetricsServer({ simulation, epoch, resolution: description.resolution, read });
  const start = (): void => {
    for (const machine of machines.values()) machine.meterContainers();
    server.start();
  };
  if (description.fromStart) start();
  else if (description.server || description.signals.length > 0) {
    apiServer.onCommit(({ kind }) => {
      if (kind === "HorizontalPodAutoscaler") start();
    });
  }
  return new ClusterMetrics({ simulation, epoch, server, description });
}

interface Measured {
  readonly name: string;
  readonly startedAt: SimTime;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** Requests are computed by the pod's first container. */
function counters({ spec }: Pod, { name, startedAt, cpuSeconds, memoryBytes }: Measured, computing: number): ContainerCounters {
  const limit = spec.containers.find((container) => container.name === name)?.resources?.limits?.["cpu"];
  return {
    name,
    startedAt,
    cpuSeconds: cpuSeconds + computing,
    memoryBytes,
    ...(limit !== undefined && { cpuLimitCores: quantityMilliValue(limit) / MILLICORES }),
  };
}
