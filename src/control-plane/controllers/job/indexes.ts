/**
 * Sets of completion indexes, written as "1,3-5,7".
 *
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus (completedIndexes) and kubernetes
 * pkg/controller/job/indexed_job_utils.go.
 */
import type { Pod } from "../../../api/types/index.js";

export const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

/** The indexes of a text that are below the number of completions. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const part of text === undefined || text === "" ? [] : text.split(",")) {
    const [first, last = first] = part.split("-").map(Number);
    for (let index = first; index <= last && index < completions; index++) indexes.add(index);
  }
  return indexes;
}

/** Runs of two are written as "1,2", longer ones as "1-3". */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end] + 1) end++;
    if (end === i) parts.push(String(sorted[i]));
    else parts.push(`${sorted[i]}${end === i + 1 ? "," : "-"}${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(",");
}

/** The completion index of a pod, -1 where it has none. */
export function completionIndex(pod: Pod): number {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : -1;
}

/** The first indexes that have neither ended nor a pod. */
export function firstPendingIndexes(count: number, completions: number, taken: (index: number) => boolean): number[] {
  const pending: number[] = [];
  for (let index = 0; index < completions && pending.length < count; index++) if (!taken(index)) pending.push(index);
  return pending;
}
