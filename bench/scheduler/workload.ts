/** A workload for the scheduler: nodes and pods, one v1 object a line, in the order in which they come. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { decode } from "../../src/api/decode.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import { mergeLabelKeys } from "../../src/api/prepare.js";
import type { Node, Pod, PodSpec } from "../../src/api/types/index.js";

export interface Workload {
  readonly nodes: readonly Node[];
  /** Pods that are on a node before the first one is scheduled. */
  readonly bound: readonly Pod[];
  readonly pending: readonly Pod[];
}

/** A file of the folder, plain or gzip-compressed. */
export function readLines(folder: string, file: string): unknown[] {
  const plain = join(folder, file);
  const text = existsSync(plain) ? readFileSync(plain, "utf8") : gunzipSync(readFileSync(`${plain}.gz`)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** Reads nodes.jsonl and pods.jsonl of the folder, at most so many pending pods. */
export function readWorkload(folder: string, limit = Number.POSITIVE_INFINITY): Workload {
  const nodes = readLines(folder, "nodes.jsonl").map((manifest) => applyDefaults(decode(manifest)) as Node);
  const specs = new Map<string, PodSpec>();
  const pods = readLines(folder, "pods.jsonl").map((manifest): Pod => {
    const pod = applyDefaults(decode(manifest)) as Pod;
    const spec = mergeLabelKeys(pod.spec, pod.metadata.labels ?? {});
    // Pods of one template share its spec, as they do in a simulation.
    const text = JSON.stringify(spec);
    const shared = specs.get(text) ?? spec;
    specs.set(text, shared);
    return { ...pod, spec: shared };
  });
  return {
    nodes,
    bound: pods.filter((pod) => pod.spec.nodeName !== undefined),
    pending: pods.filter((pod) => pod.spec.nodeName === undefined).slice(0, limit),
  };
}
