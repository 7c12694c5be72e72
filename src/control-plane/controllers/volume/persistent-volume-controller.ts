/**
 * The persistent volume binder: brings claims and volumes together, has volumes made for claims of classes with a provisioner, and
 * reclaims volumes whose claims are gone. Provisioners of storage vendors are played by it as well.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/ and kubernetes
 * pkg/controller/volume/persistentvolume/pv_controller.go.
 */
import { ZONE_LABEL } from "../../../api/topology-labels.js";
import { objectKey } from "../../../api/kinds.js";
import type { CSIDriver, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { sleep, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { BY_CLAIM, claimKeys } from "./pods-by-claim.js";
import { classOf, isReservedFor, matchingVolume } from "./volume-matching.js";

const ACCOUNT = "persistent-volume-binder";
const COMPONENT = "persistentvolume-controller";
/** One worker for claims and one for volumes. Source: pv_controller_base.go. */
const WORKERS = 1;
/** Claims that wait are looked at again after this time. Source: --pvclaimbinder-sync-period. */
const RESYNC_PERIOD: SimTime = 15 * SECOND;
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
/** Node that the scheduler has chosen for the first pod that uses the claim. */
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const PROVISIONER = "volume.kubernetes.io/storage-provisioner";
/** A class with this provisioner has its volumes made by administrators. */
const NO_PROVISIONER = "kubernetes.io/no-provisioner";

class PersistentVolumeController {
  private readonly calls: ApiCalls;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly classes: Informer<StorageClass>;
  private readonly nodes: Informer<Node>;
  private readonly drivers: Informer<CSIDriver>;
  private readonly pods: Informer<Pod>;
  private readonly claimQueue: WorkQueue;
  private readonly volumeQueue: WorkQueue;
  private readonly provisioning = new Set<string>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.claimQueue = context.queue({ workers: WORKERS, sync: (key) => this.syncClaim(key) });
    this.volumeQueue = context.queue({ workers: WORKERS, sync: (key) => this.syncVolume(key) });
    this.claims = context.informer("PersistentVolumeClaim");
    this.volumes = context.informer("PersistentVolume");
    this.classes = context.informer("StorageClass");
    this.nodes = context.informer("Node");
    this.drivers = context.informer("CSIDriver");
    this.pods = context.informer("Pod");
    this.pods.addIndex(BY_CLAIM, claimKeys);
    this.claims.addHandlers({
      added: (claim) => this.claimQueue.add(objectKey(claim)),
      updated: (_, claim) => this.claimQueue.add(objectKey(claim)),
      deleted: (claim) => {
        if (claim.spec.volumeName !== undefined) this.volumeQueue.add(claim.spec.volumeName);
      },
    });
    this.volumes.addHandlers({
      added: (volume) => this.volumeChanged(volume),
      updated: (_, volume) => this.volumeChanged(volume),
      deleted: (volume) => this.volumeChanged(volume),
    });
  }

  private volumeChanged(volume: PersistentVolume): void {
    this.volumeQueue.add(volume.metadata.name);
    const { claimRef } = volume.spec;
    if (claimRef !== undefined) this.claimQueue.add(`${claimRef.namespace}/${claimRef.name}`);
  }

  private *syncClaim(key: string): Task<void> {
    const claim = this.claims.get(key);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
    if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) yield* this.keepBinding(claim);
    else if ((claim.spec.volumeName ?? "") !== "") yield* this.bindAsAsked(claim);
    else yield* this.findVolume(claim);
  }

  /** For a claim that names no volume. Source: syncUnboundClaim in pv_controller.go. */
  private *findVolume(claim: PersistentVolumeClaim): Task<void> {
    const className = classOf(claim);
    const storageClass = this.classes.get(className);
    const volume = matchingVolume(claim, this.volumes.list());
    const waits = storageClass?.volumeBindingMode === "WaitForFirstConsumer" && claim.metadata.annotations?.[SELECTED_NODE] === undefined;
    if (volume !== undefined && (!waits || isReservedFor(volume, claim))) yield* this.bind(volume, claim);
    else if (waits) this.waitForConsumer(claim);
    else if (className === "")
      this.wait(claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
    else if (storageClass === undefined)
      this.wait(claim, "ProvisioningFailed", `storageclass.storage.k8s.io "${className}" not found`, "Warning");
    else if (storageClass.provisioner === NO_PROVISIONER)
      this.wait(claim, "ProvisioningFailed", `no volume plugin matched name: ${NO_PROVISIONER}`, "Warning");
    else yield* this.provision(claim, storageClass);
  }

  /** Source: emitEventForUnboundDelayBindingClaim in pv_controller.go. */
  private waitForConsumer(claim: PersistentVolumeClaim): void {
    const pods = [...this.pods.byIndex(BY_CLAIM, objectKey(claim))].filter(({ spec }) => (spec.nodeName ?? "") === "");
    const names = pods.map(({ metadata }) => metadata.name).join(",");
    if (pods.length === 0) this.wait(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
    else this.wait(claim, "WaitForPodScheduled", `waiting for ${pods.length > 1 ? "pods" : "pod"} ${names} to be scheduled`);
  }

  /** For a claim whose user names the volume. */
  private *bindAsAsked(claim: PersistentVolumeClaim): Task<void> {
    const name = claim.spec.volumeName!;
    const volume = this.volumes.get(name);
    if (volume === undefined) this.claimQueue.addAfter(objectKey(claim), RESYNC_PERIOD);
    else if (volume.spec.claimRef === undefined || isReservedFor(volume, claim)) yield* this.bind(volume, claim);
    else this.wait(claim, "FailedBinding", `volume "${name}" already bound to a different claim.`, "Warning");
  }

  /** For a claim that was bound. Source: syncBoundClaim in pv_controller.go. */
  private *keepBinding(claim: PersistentVolumeClaim): Task<void> {
    const name = claim.spec.volumeName ?? "";
    const volume = this.volumes.get(name);
    const lost = "Data on the volume is lost!";
    if (name === "") yield* this.lose(claim, "ClaimLost", `Bound claim has lost reference to PersistentVolume. ${lost}`);
    else if (volume === undefined) yield* this.lose(claim, "ClaimLost", `Bound claim has lost its PersistentVolume. ${lost}`);
    else if (volume.spec.claimRef === undefined) yield* this.bind(volume, claim);
    else if (volume.spec.claimRef.uid === claim.metadata.uid) yield* this.tellBound(volume, claim);
    else yield* this.lose(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
  }

  private *lose(claim: PersistentVolumeClaim, reason: string, message: string): Task<void> {
    if (claim.status?.phase === "Lost") return;
    yield* this.calls.patchStatus<"PersistentVolumeClaim">(targetOf<"PersistentVolumeClaim">(claim), (current) => ({
      ...current,
      status: { phase: "Lost" },
    }));
    this.calls.recordEvent(referenceTo(claim), "Warning", reason, message);
  }

  private wait(claim: PersistentVolumeClaim, reason: string, message: string, type: "Normal" | "Warning" = "Normal"): void {
    this.calls.recordEvent(referenceTo(claim), type, reason, message);
    this.claimQueue.addAfter(objectKey(claim), RESYNC_PERIOD);
  }

  /** The volume is told of the claim first, so that no other claim can take it, then the claim of the volume. */
  private *bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Task<void> {
    const { namespace, name, uid } = claim.metadata;
    let told = volume;
    if (volume.spec.claimRef?.uid !== uid) {
      const claimRef = { ...referenceTo(claim), namespace: namespace!, name, uid: uid! };
      const annotations = { ...volume.metadata.annotations, ...(volume.spec.claimRef === undefined && { [BOUND_BY_CONTROLLER]: "yes" }) };
      told = yield* this.calls.update<"PersistentVolume">({
        ...volume,
        metadata: { ...volume.metadata, annotations },
        spec: { ...volume.spec, claimRef },
      });
    }
    yield* this.setPhase(told, "Bound");
    const bound = yield* this.calls.patch<"PersistentVolumeClaim">(targetOf<"PersistentVolumeClaim">(claim), (current) => {
      const chosen = current.spec.volumeName !== volume.metadata.name && { [BOUND_BY_CONTROLLER]: "yes" };
      const annotations = { ...current.metadata.annotations, ...chosen, [BIND_COMPLETED]: "yes" };
      return { ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, volumeName: volume.metadata.name } };
    });
    yield* this.tellBound(volume, bound);
  }

  private *tellBound(volume: PersistentVolume, claim: PersistentVolumeClaim): Task<void> {
    if (claim.status?.phase === "Bound") return;
    const { accessModes, capacity } = volume.spec;
    const status = {
      phase: "Bound",
      ...(accessModes !== undefined && { accessModes }),
      ...(capacity !== undefined && { capacity }),
    } as const;
    yield* this.calls.patchStatus<"PersistentVolumeClaim">(targetOf<"PersistentVolumeClaim">(claim), (current) => ({ ...current, status }));
  }

  /** Has the class's provisioner make a volume, which takes its time, while other claims are looked at. */
  private *provision(claim: PersistentVolumeClaim, storageClass: StorageClass): Task<void> {
    const uid = claim.metadata.uid!;
    const name = `pvc-${uid}`;
    if (this.provisioning.has(uid) || this.volumes.get(name) !== undefined) return;
    this.provisioning.add(uid);
    const { provisioner } = storageClass;
    if (claim.metadata.annotations?.[PROVISIONER] !== provisioner) {
      yield* this.calls.patch<"PersistentVolumeClaim">(targetOf<"PersistentVolumeClaim">(claim), (current) => ({
        ...current,
        metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, [PROVISIONER]: provisioner } },
      }));
    }
    const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    this.calls.recordEvent(referenceTo(claim), "Normal", "ExternalProvisioning", message);
    this.context.after(this.context.options.volumeProvisioningTime, () => {
      this.provisioning.delete(uid);
      this.context.run(this.createVolume(objectKey(claim), uid, name, storageClass));
    });
  }

  private *createVolume(key: string, uid: string, name: string, storageClass: StorageClass): Task<void> {
    const claim = this.claims.get(key);
    if (claim?.metadata.uid !== uid) return;
    const zone = this.zoneOf(claim, storageClass);
    const volume: PersistentVolume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, annotations: { [PROVISIONED_BY]: storageClass.provisioner } },
      spec: {
        capacity: { storage: claim.spec.resources?.requests?.storage ?? "0" },
        ...(claim.spec.accessModes !== undefined && { accessModes: claim.spec.accessModes }),
        claimRef: referenceTo(claim),
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
        storageClassName: storageClass.metadata.name,
        volumeMode: claim.spec.volumeMode ?? "Filesystem",
        csi: { driver: storageClass.provisioner, volumeHandle: name },
        ...(zone !== undefined && {
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE_LABEL, operator: "In", values: [zone] }] }] } },
        }),
      },
    };
    if ((yield* unless(["AlreadyExists"], this.calls.create<"PersistentVolume">(volume))) === undefined) return;
    this.calls.recordEvent(referenceTo(claim), "Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${name}`);
  }

  /** A disk is made in the zone of the pod that waits for it; a share of the network, which needs no attachment, is reached from everywhere. */
  private zoneOf(claim: PersistentVolumeClaim, { provisioner }: StorageClass): string | undefined {
    if (this.drivers.get(provisioner)?.spec.attachRequired === false) return undefined;
    return this.nodes.get(claim.metadata.annotations?.[SELECTED_NODE] ?? "")?.metadata.labels?.[ZONE_LABEL];
  }

  private *syncVolume(name: string): Task<void> {
    const volume = this.volumes.get(name);
    if (volume === undefined || volume.metadata.deletionTimestamp !== undefined) return;
    const { claimRef } = volume.spec;
    if (claimRef?.uid === undefined || claimRef.uid === "") {
      yield* this.setPhase(volume, "Available");
      return;
    }
    const claim = this.claims.get(`${claimRef.namespace}/${claimRef.name}`);
    const bound = claim?.metadata.uid === claimRef.uid ? (claim.spec.volumeName ?? "") : undefined;
    if (bound === name) {
      yield* this.setPhase(volume, "Bound");
      return;
    }
    if (bound === "") {
      this.claimQueue.add(`${claimRef.namespace}/${claimRef.name}`);
      return;
    }
    if (bound !== undefined && volume.metadata.annotations?.[PROVISIONED_BY] === undefined) {
      yield* this.unbind(volume);
      return;
    }
    yield* this.setPhase(volume, "Released");
    if (volume.spec.persistentVolumeReclaimPolicy !== "Delete") return;
    yield* sleep(this.context.simulation, this.context.options.volumeDeletionTime);
    yield* unless(["NotFound"], this.calls.delete<"PersistentVolume">(targetOf<"PersistentVolume">(volume)));
  }

  /** The claim has another volume: this one is free, or waits for the claim for which an administrator has set it aside. */
  private *unbind(volume: PersistentVolume): Task<void> {
    const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {};
    const { claimRef, ...spec } = volume.spec;
    const free: PersistentVolume =
      byController === undefined
        ? { ...volume, spec: { ...spec, claimRef: { ...claimRef!, uid: "" } } }
        : { ...volume, metadata: { ...volume.metadata, annotations }, spec };
    yield* this.setPhase(yield* this.calls.update<"PersistentVolume">(free), "Available");
  }

  private *setPhase(volume: PersistentVolume, phase: "Available" | "Bound" | "Released"): Task<void> {
    if (volume.status?.phase === phase) return;
    yield* this.calls.patchStatus<"PersistentVolume">(targetOf<"PersistentVolume">(volume), (current) => ({
      ...current,
      status: { ...current.status, phase },
    }));
  }
}

export function startPersistentVolumeController(context: ControllerContext): void {
  new PersistentVolumeController(context);
}
