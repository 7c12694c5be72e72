import type { SimTime } from "../../engine/simulation.js";
import { secondsText, type Table } from "../csv.js";

/** The cluster, or one node of it, at a moment. Figures that a node has not are absent there. */
export interface SeriesRow {
  readonly time: SimTime;
  readonly node: string | undefined;
  readonly pods: number;
  readonly pending: number | undefined;
  readonly starting: number | undefined;
  readonly running: number;
  readonly ready: number | undefined;
  readonly terminating: number | undefined;
  readonly succeeded: number | undefined;
  readonly failed: number | undefined;
  readonly nodes: number | undefined;
  readonly readyNodes: number;
  readonly requestedCpu: number;
  readonly allocatableCpu: number;
  readonly usedCpu: number;
  readonly requestedMemory: number;
  readonly allocatableMemory: number;
  readonly usedMemory: number;
}

const RATIO_DIGITS = 6;

function ratio(part: number, whole: number): string {
  return whole === 0 ? "" : (part / whole).toFixed(RATIO_DIGITS);
}

export const SERIES: Table<SeriesRow> = {
  name: "series",
  row: "the cluster (node empty) or one node, at each sampling time",
  columns: [
    { name: "time_seconds", meaning: "sampling time", value: ({ time }) => secondsText(time) },
    { name: "node", meaning: "node, or empty for the whole cluster", value: ({ node }) => node },
    { name: "pods", meaning: "pods that have not ended; on a node those bound to it", value: ({ pods }) => pods },
    { name: "pods_pending", meaning: "pods without a node", value: ({ pending }) => pending },
    { name: "pods_starting", meaning: "pods bound, not yet Running", value: ({ starting }) => starting },
    { name: "pods_running", meaning: "pods in phase Running", value: ({ running }) => running },
    { name: "pods_ready", meaning: "pods with condition Ready", value: ({ ready }) => ready },
    { name: "pods_terminating", meaning: "pods with a deletion timestamp", value: ({ terminating }) => terminating },
    { name: "pods_succeeded", meaning: "pods in phase Succeeded that still exist", value: ({ succeeded }) => succeeded },
    { name: "pods_failed", meaning: "pods in phase Failed that still exist", value: ({ failed }) => failed },
    { name: "nodes", meaning: "nodes that are registered", value: ({ nodes }) => nodes },
    { name: "nodes_ready", meaning: "Ready nodes; 1 or 0 for a node", value: ({ readyNodes }) => readyNodes },
    {
      name: "cpu_requested_millicores",
      meaning: "sum of requests of bound pods that have not ended",
      value: ({ requestedCpu }) => requestedCpu,
    },
    { name: "cpu_allocatable_millicores", meaning: "allocatable CPU", value: ({ allocatableCpu }) => allocatableCpu },
    {
      name: "cpu_requested_ratio",
      meaning: "requested over allocatable",
      value: ({ requestedCpu, allocatableCpu }) => ratio(requestedCpu, allocatableCpu),
    },
    { name: "cpu_used_millicores", meaning: "CPU that containers use", value: ({ usedCpu }) => Math.round(usedCpu) },
    {
      name: "memory_requested_bytes",
      meaning: "sum of requests of bound pods that have not ended",
      value: ({ requestedMemory }) => requestedMemory,
    },
    { name: "memory_allocatable_bytes", meaning: "allocatable memory", value: ({ allocatableMemory }) => allocatableMemory },
    {
      name: "memory_requested_ratio",
      meaning: "requested over allocatable",
      value: ({ requestedMemory, allocatableMemory }) => ratio(requestedMemory, allocatableMemory),
    },
    { name: "memory_used_bytes", meaning: "memory that containers use", value: ({ usedMemory }) => Math.round(usedMemory) },
  ],
};
