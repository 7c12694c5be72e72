/**
 * Controllers that keep deleted claims and volumes for as long as something uses them: each has a finalizer, which is put back where
 * somebody took it off and goes when nothing uses the object any more.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection and kubernetes
 * pkg/controller/volume/pvcprotection/pvc_protection_controller.go, pvprotection/pv_protection_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { ApiObject, PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/types/index.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal } from "../pod-conditions.js";
import { unless, type Task } from "../task.js";
import { BY_CLAIM, claimKeys } from "./pods-by-claim.js";

const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
const VOLUME_FINALIZER = "kubernetes.io/pv-protection";
/** Source: cmd/kube-controller-manager/app/core.go. */
const WORKERS = 1;

/** Being deleted, and held by the finalizer. */
function isHeld({ metadata }: ApiObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
}

/** Not being deleted, and without the finalizer: admission gives it to each new object. */
function isUnprotected({ metadata }: ApiObject, finalizer: string): boolean {
  return metadata.deletionTimestamp === undefined && metadata.finalizers?.includes(finalizer) !== true;
}

function withFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  return { ...object, metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), finalizer] } };
}

function withoutFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/** The kubelet of a scheduled pod knows of the claim; that the pod has ended does not matter, only that it is gone. */
function usesClaim(pod: Pod, key: string): boolean {
  return (pod.spec.nodeName ?? "") !== "" && claimKeys(pod).includes(key);
}

export function startClaimProtectionController(context: ControllerContext): void {
  const calls = context.calls("pvc-protection-controller", "pvc-protection-controller");
  const claims = context.informer("PersistentVolumeClaim");
  const pods = context.informer("Pod");
  /** Keys of the claims to look at, by namespace: one list of the namespace's pods serves them all. */
  const pending = new Map<string, Set<string>>();
  const queue = context.queue({ workers: WORKERS, sync });
  pods.addIndex(BY_CLAIM, claimKeys);

  function note(namespace: string, keys: readonly string[]): void {
    pending.set(namespace, new Set([...(pending.get(namespace) ?? []), ...keys]));
  }
  function add(namespace: string, key: string): void {
    note(namespace, [key]);
    queue.add(namespace);
  }
  const claimChanged = (claim: PersistentVolumeClaim): void => {
    if (isHeld(claim, CLAIM_FINALIZER) || isUnprotected(claim, CLAIM_FINALIZER)) add(claim.metadata.namespace!, objectKey(claim));
  };
  const podChanged = (pod: Pod): void => {
    for (const key of claimKeys(pod)) add(pod.metadata.namespace!, key);
  };
  claims.addHandlers({ added: claimChanged, updated: (_, claim) => claimChanged(claim) });
  pods.addHandlers({
    updated: (previous, current) => {
      if (!isPodTerminal(previous) && isPodTerminal(current)) podChanged(current);
    },
    deleted: podChanged,
  });

  function* sync(namespace: string): Task<void> {
    const keys = [...(pending.get(namespace) ?? [])];
    pending.delete(namespace);
    let live: readonly Pod[] | undefined;
    for (const [index, key] of keys.entries()) {
      const claim = claims.get(key);
      if (claim === undefined) continue;
      try {
        if (isUnprotected(claim, CLAIM_FINALIZER)) yield* calls.update<"PersistentVolumeClaim">(withFinalizer(claim, CLAIM_FINALIZER));
        if (!isHeld(claim, CLAIM_FINALIZER) || [...pods.byIndex(BY_CLAIM, key)].some((pod) => usesClaim(pod, key))) continue;
        // The cache may not show a pod yet.
        live ??= yield* calls.list("Pod", { namespace });
        if (live.some((pod) => usesClaim(pod, key))) continue;
        yield* unless(["NotFound"], calls.update<"PersistentVolumeClaim">(withoutFinalizer(claim, CLAIM_FINALIZER)));
      } catch (error) {
        note(namespace, keys.slice(index));
        throw error;
      }
    }
  }
}

export function startVolumeProtectionController(context: ControllerContext): void {
  const calls = context.calls("pv-protection-controller", "pv-protection-controller");
  const volumes = context.informer("PersistentVolume");
  const queue = context.queue({ workers: WORKERS, sync });
  const volumeChanged = (volume: PersistentVolume): void => {
    if (isHeld(volume, VOLUME_FINALIZER) || isUnprotected(volume, VOLUME_FINALIZER)) queue.add(volume.metadata.name);
  };
  volumes.addHandlers({ added: volumeChanged, updated: (_, volume) => volumeChanged(volume) });

  function* sync(name: string): Task<void> {
    const volume = volumes.get(name);
    if (volume === undefined) return;
    if (isUnprotected(volume, VOLUME_FINALIZER)) yield* calls.update<"PersistentVolume">(withFinalizer(volume, VOLUME_FINALIZER));
    else if (isHeld(volume, VOLUME_FINALIZER) && volume.status?.phase !== "Bound")
      yield* unless(["NotFound"], calls.update<"PersistentVolume">(withoutFinalizer(volume, VOLUME_FINALIZER)));
  }
}
