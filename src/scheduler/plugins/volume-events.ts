/**
 * Which changes of storage objects may make room for a pod that a volume plugin rejected.
 *
 * Source: the queueing hints (isSchedulableAfter...) of pkg/scheduler/framework/plugins/volumebinding and nodevolumelimits
 */
import { compareQuantities } from "../../api/quantity.js";
import type { CSIDriver, CSINode, CSIStorageCapacity, Pod, StorageClass } from "../../api/types/index.js";

/** In-tree plugins that the node has handed over to CSI drivers: k8s.io/api/core/v1 (MigratedPluginsAnnotationKey) */
const MIGRATED_PLUGINS = "storage.alpha.kubernetes.io/migrated-plugins";

export function migratesMore(previous: CSINode | undefined, current: CSINode | undefined): boolean {
  return previous === undefined || previous.metadata.annotations?.[MIGRATED_PLUGINS] !== current?.metadata.annotations?.[MIGRATED_PLUGINS];
}

/** Whether a driver of the node can attach more volumes than before; one that names no limit counts as 0. */
export function limitsRose(previous: CSINode | undefined, current: CSINode | undefined): boolean {
  const before = new Map((previous?.spec.drivers ?? []).map(({ name, allocatable }) => [name, allocatable?.count ?? 0]));
  return (current?.spec.drivers ?? []).some(({ name, allocatable }) => (allocatable?.count ?? 0) > (before.get(name) ?? 0));
}

export function topologiesChanged(previous: StorageClass | undefined, current: StorageClass | undefined): boolean {
  return previous === undefined || JSON.stringify(previous.allowedTopologies) !== JSON.stringify(current?.allowedTopologies);
}

/** Whether the capacity of the driver's storage is no longer reckoned with. */
export function stopsCounting(previous: CSIDriver | undefined, current: CSIDriver | undefined): boolean {
  return previous?.spec.storageCapacity === true && current?.spec.storageCapacity !== true;
}

/** Whether the pod has an inline volume of the driver. */
export function mounts({ spec }: Pod, driver: CSIDriver | undefined): boolean {
  return (spec.volumes ?? []).some(({ csi }) => csi !== undefined && csi.driver === driver?.metadata.name);
}

export function capacityRose(previous: CSIStorageCapacity | undefined, current: CSIStorageCapacity | undefined): boolean {
  if (previous === undefined) return true;
  const [before, now] = [previous, current].map((storage) => storage?.maximumVolumeSize ?? storage?.capacity);
  return now !== undefined && (before === undefined || compareQuantities(now, before) > 0);
}
