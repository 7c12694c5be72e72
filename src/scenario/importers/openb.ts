/**
 * The openb trace of a production GPU cluster (Alibaba, USENIX ATC 2023, "Beware of Fragmentation"): lists of nodes and pods as CSV.
 *
 * Columns: nodes `sn, cpu_milli, memory_mib, gpu, model`; pods `name, cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec, qos,
 * pod_phase, creation_time, deletion_time, scheduled_time`, times in seconds. A pod that asked for a part of a GPU gets a whole one,
 * since Kubernetes counts GPUs whole.
 */
import { BEHAVIOR_ANNOTATIONS } from "../../api/behavior-annotations.js";
import type { Pod, PodSpec } from "../../api/types/pod.js";
import { SECOND } from "../../engine/simulation.js";
import type { TracedPod } from "../scenario.js";
import type { NodeGroup } from "../schema/node-group.js";
import { readCsv, type CsvRow } from "./csv.js";

/** Label of nodes with GPUs, and key of the node affinity of pods that demand certain models. */
export const GPU_MODEL_LABEL = "gpu-model";
const GPU = "nvidia.com/gpu";
/** Most pods of a node: the kubelet's default; the trace does not say. */
const PODS_PER_NODE = 110;
const IMAGE = "registry.k8s.io/pause:3.10";
const NODE_COLUMNS = ["sn", "cpu_milli", "memory_mib", "gpu"];
const POD_COLUMNS = ["name", "cpu_milli", "memory_mib", "num_gpu", "creation_time"];

/** A row that cannot be used. */
export class TraceError extends Error {
  override readonly name = "TraceError";
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** Whether a text is a node list of the trace. */
export function isNodeList(text: string): boolean {
  return hasColumns(text, NODE_COLUMNS);
}

function hasColumns(text: string, columns: readonly string[]): boolean {
  const header = text.slice(0, text.indexOf("\n")).trim().split(",");
  return columns.every((column) => header.includes(column));
}

function number(row: CsvRow, column: string): number {
  const text = row.fields[column];
  const value = Number(text);
  if (text === undefined || text === "" || !Number.isFinite(value) || value < 0)
    throw new TraceError(row.line, `${column}: Invalid value: ${JSON.stringify(text)}: must be a number, 0 or more`);
  return value;
}

/** @throws TraceError */
export function readNodes(text: string): readonly NodeGroup[] {
  if (!isNodeList(text)) throw new TraceError(1, `is no node list of the openb trace; must have the columns ${NODE_COLUMNS.join(", ")}`);
  return readCsv(text).map((row) => {
    const gpus = number(row, "gpu");
    const model = row.fields.model ?? "";
    return {
      name: row.fields.sn,
      capacity: {
        cpu: `${number(row, "cpu_milli")}m`,
        memory: `${number(row, "memory_mib")}Mi`,
        pods: PODS_PER_NODE,
        ...(gpus > 0 && { [GPU]: gpus }),
      },
      ...(model !== "" && { labels: { [GPU_MODEL_LABEL]: model } }),
    };
  });
}

export interface PodListOptions {
  readonly namespace: string;
  /** Whether a pod is deleted at its time of deletion, exits by itself after so long a run, or stays. */
  readonly end: "deletion" | "completion" | "never";
  readonly timeScale: number;
  readonly limit?: number;
  /** Added to every arrival, microseconds. */
  readonly start: number;
}

/** The pods in order of arrival. @throws TraceError */
export function readPods(text: string, options: PodListOptions): readonly TracedPod[] {
  if (!hasColumns(text, POD_COLUMNS))
    throw new TraceError(1, `is no pod list of the openb trace; must have the columns ${POD_COLUMNS.join(", ")}`);
  const specs = new Map<string, PodSpec>();
  const pods = readCsv(text).map((row): TracedPod => {
    const created = number(row, "creation_time");
    const ended = row.fields.deletion_time === undefined || row.fields.deletion_time === "" ? undefined : number(row, "deletion_time");
    const scaled = (seconds: number) => Math.round(seconds * options.timeScale * SECOND);
    const life = ended === undefined || options.end === "never" ? undefined : scaled(Math.max(0, ended - created));
    const runs = options.end === "completion" && life !== undefined;
    return {
      arrival: options.start + scaled(created),
      pod: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: row.fields.name,
          namespace: options.namespace,
          ...(row.fields.qos !== undefined && row.fields.qos !== "" && { labels: { qos: row.fields.qos } }),
          ...(runs && { annotations: { [BEHAVIOR_ANNOTATIONS.runDuration]: `${life / SECOND}s` } }),
        },
        spec: sharedSpec(specs, row),
      } satisfies Pod,
      ...(life !== undefined && !runs && { lifetime: life }),
    };
  });
  pods.sort((a, b) => a.arrival - b.arrival);
  return options.limit === undefined ? pods : pods.slice(0, options.limit);
}

/** Pods that ask for the same share one spec. */
function sharedSpec(specs: Map<string, PodSpec>, row: CsvRow): PodSpec {
  const gpus = number(row, "num_gpu");
  const resources = {
    cpu: `${number(row, "cpu_milli")}m`,
    memory: `${number(row, "memory_mib")}Mi`,
    ...(gpus > 0 && { [GPU]: String(gpus) }),
  };
  const models = (row.fields.gpu_spec ?? "").split("|").filter((model) => model !== "");
  const key = JSON.stringify([resources, models]);
  let spec = specs.get(key);
  if (spec === undefined) {
    spec = {
      restartPolicy: "Never",
      containers: [{ name: "main", image: IMAGE, resources: { requests: resources, limits: resources } }],
      ...(models.length > 0 && {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: GPU_MODEL_LABEL, operator: "In", values: models }] }],
            },
          },
        },
      }),
    };
    specs.set(key, spec);
  }
  return spec;
}
