/**
 * Controllers that let deleted claims and volumes go once nothing uses them.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection and kubernetes
 * pkg/controller/volume/pvcprotection/pvc_protection_controller.go, pvprotection/pv_protection_controller.go.
 */
import type { Kind, ObjectsByKind } from "../../../api/kinds.js";
import { objectKey } from "../../../api/kinds.js";
import type { ApiObject, Pod } from "../../../api/types/index.js";
import type { Target } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal } from "../pod-conditions.js";
import { unless, type Task } from "../task.js";
import { BY_CLAIM, claimKeys } from "./pods-by-claim.js";

const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
const VOLUME_FINALIZER = "kubernetes.io/pv-protection";
/** Source: cmd/kube-controller-manager/app/core.go. */
const WORKERS = 1;

function isHeld({ metadata }: ApiObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
}

function* release(calls: ApiCalls, object: ApiObject, finalizer: string): Task<void> {
  const { namespace, name, uid } = object.metadata;
  const target: Target = {
    kind: object.kind as Kind,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(uid !== undefined && { uid }),
  };
  yield* unless(
    ["NotFound"],
    calls.patch(target, (current) => ({
      ...current,
      metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((one) => one !== finalizer) },
    })),
  );
}

export function startClaimProtectionController(context: ControllerContext): void {
  const calls = context.calls("pvc-protection-controller", "pvc-protection-controller");
  const claims = context.informer("PersistentVolumeClaim");
  const pods = context.informer("Pod");
  const queue = context.queue({ workers: WORKERS, sync });
  pods.addIndex(BY_CLAIM, claimKeys);
  const claimChanged = (claim: ObjectsByKind["PersistentVolumeClaim"]): void => {
    if (isHeld(claim, CLAIM_FINALIZER)) queue.add(objectKey(claim));
  };
  const podEnded = (pod: Pod): void => {
    for (const key of claimKeys(pod)) queue.add(key);
  };
  claims.addHandlers({ added: claimChanged, updated: (_, claim) => claimChanged(claim) });
  pods.addHandlers({
    updated: (previous, current) => {
      if (!isPodTerminal(previous) && isPodTerminal(current)) podEnded(current);
    },
    deleted: podEnded,
  });

  function* sync(key: string): Task<void> {
    const claim = claims.get(key);
    if (claim === undefined || !isHeld(claim, CLAIM_FINALIZER)) return;
    for (const pod of pods.byIndex(BY_CLAIM, key)) if ((pod.spec.nodeName ?? "") !== "" && !isPodTerminal(pod)) return;
    yield* release(calls, claim, CLAIM_FINALIZER);
  }
}

export function startVolumeProtectionController(context: ControllerContext): void {
  const calls = context.calls("pv-protection-controller", "pv-protection-controller");
  const volumes = context.informer("PersistentVolume");
  const queue = context.queue({ workers: WORKERS, sync });
  const volumeChanged = (volume: ObjectsByKind["PersistentVolume"]): void => {
    if (isHeld(volume, VOLUME_FINALIZER)) queue.add(volume.metadata.name);
  };
  volumes.addHandlers({ added: volumeChanged, updated: (_, volume) => volumeChanged(volume) });

  function* sync(name: string): Task<void> {
    const volume = volumes.get(name);
    if (volume === undefined || !isHeld(volume, VOLUME_FINALIZER) || volume.status?.phase === "Bound") return;
    yield* release(calls, volume, VOLUME_FINALIZER);
  }
}
