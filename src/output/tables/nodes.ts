import type { SimTime } from "../../engine/simulation.js";
import type { NodeGauge } from "../cluster-gauges.js";
import { optionalSeconds, secondsText, type Table } from "../csv.js";

export interface NodeRow {
  readonly gauge: NodeGauge;
  readonly end: SimTime;
}

export const NODES: Table<NodeRow> = {
  name: "nodes",
  row: "a node that was registered in the run, as it was at the end",
  columns: [
    { name: "node", meaning: "name", value: ({ gauge }) => gauge.name },
    { name: "zone", meaning: "label topology.kubernetes.io/zone", value: ({ gauge }) => gauge.zone },
    { name: "registered_seconds", meaning: "when the Node object was created", value: ({ gauge }) => secondsText(gauge.created) },
    { name: "deleted_seconds", meaning: "when it was removed", value: ({ gauge }) => optionalSeconds(gauge.deleted) },
    { name: "exists", meaning: "whether the Node object still exists", value: ({ gauge }) => gauge.object !== undefined },
    { name: "ready", meaning: "condition Ready is True", value: ({ gauge }) => gauge.ready },
    { name: "unschedulable", meaning: "cordoned", value: ({ gauge }) => gauge.object?.spec.unschedulable === true },
    { name: "taints", meaning: "taints as key=value:effect, joined by |", value: ({ gauge }) => taints(gauge) },
    {
      name: "not_ready_seconds",
      meaning: "time in which the node was not Ready, since it was registered",
      value: ({ gauge, end }) =>
        secondsText(gauge.notReadyTime + (gauge.notReadySince === undefined ? 0 : (gauge.deleted ?? end) - gauge.notReadySince)),
    },
    { name: "pods", meaning: "pods bound that have not ended", value: ({ gauge }) => gauge.pods },
    { name: "pods_started", meaning: "pods that ever ran here", value: ({ gauge }) => gauge.podsStarted },
    { name: "pods_allocatable", meaning: "most pods at a time", value: ({ gauge }) => gauge.allocatablePods },
    { name: "cpu_requested_millicores", meaning: "sum of requests of those pods", value: ({ gauge }) => gauge.requestedCpu },
    { name: "cpu_allocatable_millicores", meaning: "allocatable CPU", value: ({ gauge }) => gauge.allocatableCpu },
    { name: "memory_requested_bytes", meaning: "sum of requests of those pods", value: ({ gauge }) => gauge.requestedMemory },
    { name: "memory_allocatable_bytes", meaning: "allocatable memory", value: ({ gauge }) => gauge.allocatableMemory },
  ],
};

function taints({ object }: NodeGauge): string | undefined {
  return object?.spec.taints
    ?.map(({ key, value, effect }) => `${key}${value === undefined || value === "" ? "" : `=${value}`}:${effect}`)
    .join("|");
}
