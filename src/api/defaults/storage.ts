/** Defaults of storage kinds. Source: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, pkg/apis/storage/v1/defaults.go. */
import type { CSIDriver, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../types/storage.js";
import { change, fill } from "./fill.js";
import { defaultPersistentSource } from "./volume-sources.js";

function withPhase<T extends PersistentVolume | PersistentVolumeClaim>(object: T): T {
  return object.status?.phase === undefined ? { ...object, status: { ...object.status, phase: "Pending" } } : object;
}

export function defaultPersistentVolume(object: PersistentVolume): PersistentVolume {
  const spec = defaultPersistentSource(fill(object.spec, { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" }));
  return withPhase(spec === object.spec ? object : { ...object, spec });
}

export function defaultPersistentVolumeClaim(object: PersistentVolumeClaim): PersistentVolumeClaim {
  const spec = fill(object.spec, { volumeMode: "Filesystem" });
  return withPhase(spec === object.spec ? object : { ...object, spec });
}

export function defaultStorageClass(object: StorageClass): StorageClass {
  return fill(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });
}

export function defaultCSIDriver(object: CSIDriver): CSIDriver {
  return change(object, "spec", ({ volumeLifecycleModes = [], ...spec }) => ({
    ...fill(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: "ReadWriteOnceWithFSType",
      requiresRepublish: false,
      seLinuxMount: false,
    }),
    // An empty list is none given: pkg/apis/storage/v1/defaults.go asks for its length.
    volumeLifecycleModes: volumeLifecycleModes.length === 0 ? ["Persistent"] : volumeLifecycleModes,
  }));
}
