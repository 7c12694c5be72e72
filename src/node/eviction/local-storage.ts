/** Pods that use more local storage than their own limits allow. Source: pkg/kubelet/eviction/eviction_manager.go (localStorageEviction). */
import { parseQuantity } from "../../api/quantity.js";
import { podLimits } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import { EPHEMERAL_STORAGE } from "../admission/resources.js";
import type { PodStats } from "./summary.js";

/** Why the pod has to go; undefined where it keeps within its limits. */
export function localStorageBreach(pod: Pod, stats: PodStats, dedicatedImageFs: boolean): string | undefined {
  return emptyDirBreach(pod, stats) ?? podBreach(pod, stats) ?? containerBreach(pod, stats, dedicatedImageFs);
}

function emptyDirBreach({ spec }: Pod, stats: PodStats): string | undefined {
  for (const { name, emptyDir } of spec.volumes ?? []) {
    if (emptyDir?.sizeLimit === undefined) continue;
    const limit = parseQuantity(emptyDir.sizeLimit);
    const used = stats.volumes?.find((volume) => volume.name === name)?.usedBytes;
    if (used !== undefined && limit.sign > 0 && used > limit.value)
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit.toString()}". `;
  }
  return undefined;
}

function podBreach({ spec }: Pod, stats: PodStats): string | undefined {
  const text = podLimits(spec)[EPHEMERAL_STORAGE];
  if (text === undefined) return undefined;
  const limit = parseQuantity(text);
  if ((stats.ephemeralStorage?.usedBytes ?? 0) <= limit.value) return undefined;
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${limit.toString()}. `;
}

function containerBreach({ spec }: Pod, stats: PodStats, dedicatedImageFs: boolean): string | undefined {
  for (const { name, logs, rootfs } of stats.containers) {
    const text = spec.containers.find((container) => container.name === name)?.resources?.limits?.[EPHEMERAL_STORAGE];
    if (text === undefined) continue;
    const limit = parseQuantity(text);
    const used = (logs?.usedBytes ?? 0) + (dedicatedImageFs ? 0 : (rootfs?.usedBytes ?? 0));
    if (limit.value !== 0 && used > limit.value)
      return `Container ${name} exceeded its local ephemeral storage limit "${limit.toString()}". `;
  }
  return undefined;
}
