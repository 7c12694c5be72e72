/**
 * In which order pods are evicted for a resource.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction and
 * pkg/kubelet/eviction/helpers.go (rankMemoryPressure, rankDiskPressureFunc, rankPIDPressure).
 */
import { podPriority, podRequestsWithoutOverhead } from "../../api/resources.js";
import type { Pod, Volume } from "../../api/types/pod.js";
import { amounts, EPHEMERAL_STORAGE, MEMORY } from "../admission/resources.js";
import type { ContainerStats, FsStats, PodStats } from "./summary.js";

/** Statistics of a pod, or undefined where there are none. */
export type StatsOf = (pod: Pod) => PodStats | undefined;

/** Parts of a pod's storage. */
export type StoragePart = "root" | "logs" | "volumes";

type Compare = (a: Pod, b: Pod) => number;

function orderedBy(pods: readonly Pod[], ...comparisons: readonly Compare[]): Pod[] {
  return [...pods].sort((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Pods without statistics first, then the greater measure. */
function byMeasure(statsOf: StatsOf, measure: (pod: Pod, stats: PodStats) => number): Compare {
  return (a, b) => {
    const [own, other] = [statsOf(a), statsOf(b)];
    if (own === undefined || other === undefined) return Number(own !== undefined) - Number(other !== undefined);
    return measure(b, other) - measure(a, own);
  };
}

const byPriority: Compare = (a, b) => podPriority(a) - podPriority(b);

/** A pod's request; its overhead counts only where it asks for some itself. */
function requestOf(pod: Pod, resource: string): number {
  const own = amounts(podRequestsWithoutOverhead(pod.spec)).get(resource) ?? 0;
  return own === 0 ? 0 : own + (amounts(pod.spec.overhead).get(resource) ?? 0);
}

function memoryOf(stats: PodStats): number {
  return stats.memory?.workingSetBytes ?? 0;
}

/** For memory: above its request, lower priority, further above its request. */
export function rankForMemory(pods: readonly Pod[], statsOf: StatsOf): Pod[] {
  const beyond = (pod: Pod, stats: PodStats): number => memoryOf(stats) - requestOf(pod, MEMORY);
  return orderedBy(
    pods,
    byMeasure(statsOf, (pod, stats) => Number(beyond(pod, stats) > 0)),
    byPriority,
    byMeasure(statsOf, beyond),
  );
}

/** For storage: as for memory, with the parts of storage that the file system holds. Inodes have no request, so that any use is above it. */
export function rankForStorage(
  pods: readonly Pod[],
  statsOf: StatsOf,
  parts: readonly StoragePart[],
  resource: "ephemeral-storage" | "inodes",
): Pod[] {
  const used = (pod: Pod, stats: PodStats): number => storageUse(pod, stats, parts, resource);
  const request = (pod: Pod): number => (resource === "inodes" ? 0 : requestOf(pod, EPHEMERAL_STORAGE));
  return orderedBy(
    pods,
    byMeasure(statsOf, (pod, stats) => Number(used(pod, stats) > request(pod))),
    byPriority,
    // Upstream subtracts the request in bytes from inodes as well.
    byMeasure(statsOf, (pod, stats) => used(pod, stats) - requestOf(pod, EPHEMERAL_STORAGE)),
  );
}

/** For process numbers: lower priority, more processes. */
export function rankForPids(pods: readonly Pod[], statsOf: StatsOf): Pod[] {
  return orderedBy(
    pods,
    byPriority,
    byMeasure(statsOf, (_pod, stats) => stats.processCount ?? 0),
  );
}

function storageUse(pod: Pod, stats: PodStats, parts: readonly StoragePart[], resource: "ephemeral-storage" | "inodes"): number {
  const amount = (fs: FsStats | undefined): number => (resource === "inodes" ? fs?.inodesUsed : fs?.usedBytes) ?? 0;
  const ofContainers = (part: (container: ContainerStats) => FsStats | undefined): number =>
    stats.containers.reduce((sum, container) => sum + amount(part(container)), 0);
  let total = 0;
  if (parts.includes("root")) total += ofContainers(({ rootfs }) => rootfs);
  if (parts.includes("logs")) total += ofContainers(({ logs }) => logs);
  if (parts.includes("volumes")) {
    const local = new Set((pod.spec.volumes ?? []).filter(isLocalEphemeral).map(({ name }) => name));
    for (const volume of stats.volumes ?? []) if (local.has(volume.name)) total += amount(volume);
  }
  return total;
}

/** Volumes that live on the node's own disk and end with the pod. */
function isLocalEphemeral({ emptyDir, configMap, gitRepo }: Volume): boolean {
  return (emptyDir !== undefined && (emptyDir.medium ?? "") === "") || configMap !== undefined || gitRepo !== undefined;
}
