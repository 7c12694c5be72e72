/**
 * Finds volumes for a pod's claims on each node, and has them bound or provisioned before the pod is bound.
 *
 * Source: pkg/scheduler/framework/plugins/volumebinding (volume_binding.go, binder.go)
 */
import { compareQuantities } from "../../api/quantity.js";
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from "../../api/types/index.js";
import { SECOND } from "../../engine/simulation.js";
import type { VolumeBindingArgs } from "../configuration/types.js";
import type { CycleState, StateData } from "../framework/cycle-state.js";
import { ADD, queueIf, UPDATE, UPDATE_NODE_LABEL, type EventRegistration } from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Answer, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { SKIP, Status, unresolvable } from "../framework/status.js";
import { AssumedVolumes, keyOf, type PodVolumes } from "./assumed-volumes.js";
import {
  claimNameOf,
  claimNotFound,
  isFullyBound,
  isReachable,
  SELECTED_NODE,
  storageClassOfClaim,
  waitsForConsumer,
  signVolumes,
  usesClaim,
} from "./volume-claims.js";
import { capacityRose, migratesMore, mounts, stopsCounting, topologiesChanged } from "./volume-events.js";
import { checkProvision, findMatchingVolume, requestedStorage } from "./volume-matching.js";

/** How often a pod's claims are looked at while they are being bound: binder.go (BindPodVolumes) */
const BIND_CHECK_PERIOD = SECOND;

class Claims implements StateData {
  /** By node name; found by Filter, used by Reserve. */
  readonly volumes = new Map<string, PodVolumes>();

  constructor(
    readonly bound: readonly PersistentVolumeClaim[],
    readonly unbound: readonly PersistentVolumeClaim[],
  ) {}

  clone(): this {
    return this;
  }
}

export class VolumeBinding implements Plugin {
  static readonly NAME = "VolumeBinding";
  readonly name = VolumeBinding.NAME;
  readonly concerns = "pods with volumes";
  private readonly statuses = new Map<string, Status>();
  private readonly assumed: AssumedVolumes;

  constructor(
    private readonly args: VolumeBindingArgs,
    private readonly handle: Handle,
  ) {
    this.assumed = new AssumedVolumes(handle.listers);
  }

  preFilter(state: CycleState, { pod, shape }: PodInfo): { readonly status?: Status } | undefined {
    const bound: PersistentVolumeClaim[] = [];
    const unbound: PersistentVolumeClaim[] = [];
    let immediate = false;
    let any = false;
    for (const volume of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, volume);
      if (name === undefined) continue;
      any = true;
      const claim = this.assumed.claim(`${shape.namespace}/${name}`);
      if (claim === undefined) {
        const text =
          volume.ephemeral === undefined
            ? claimNotFound(name)
            : `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
        return { status: unresolvable(this.name, text) };
      }
      if (claim.status?.phase === "Lost") {
        return {
          status: unresolvable(
            this.name,
            `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`,
          ),
        };
      }
      if (claim.metadata.deletionTimestamp !== undefined)
        return { status: unresolvable(this.name, `persistentvolumeclaim "${name}" is being deleted`) };
      if (isFullyBound(claim)) {
        bound.push(claim);
        continue;
      }
      const className = storageClassOfClaim(claim);
      // A class that is not there is one that does not wait: IsDelayBindingMode in pkg/controller/volume/persistentvolume.
      const storageClass = this.handle.listers.informer("StorageClass").get(className);
      if (storageClass !== undefined && waitsForConsumer(storageClass) && (claim.spec.volumeName ?? "") === "") unbound.push(claim);
      else immediate = true;
    }
    if (!any) return { status: SKIP };
    if (immediate) return { status: unresolvable(this.name, "pod has unbound immediate PersistentVolumeClaims") };
    state.write(this.name, new Claims(bound, unbound));
    return undefined;
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Answer {
    const claims = state.read(this.name) as Claims;
    const reasons: string[] = [];
    const boundReason = this.checkBound(claims.bound, node);
    if (boundReason === NODE_CONFLICT) reasons.push(boundReason);
    const found = this.findVolumes(claims.unbound, node);
    if (typeof found === "string") reasons.push(found);
    else claims.volumes.set(node.name, found);
    if (boundReason === VOLUME_MISSING) reasons.push(boundReason);
    return reasons.length === 0 ? undefined : this.status(reasons);
  }

  private status(reasons: readonly string[]): Status {
    const key = reasons.join("|");
    let status = this.statuses.get(key);
    if (status === undefined) this.statuses.set(key, (status = unresolvable(this.name, ...reasons)));
    return status;
  }

  private checkBound(claims: readonly PersistentVolumeClaim[], { node }: NodeInfo): string | undefined {
    for (const claim of claims) {
      const volume = this.assumed.volume(claim.spec.volumeName!);
      if (volume === undefined) return VOLUME_MISSING;
      if (!isReachable(volume, node)) return NODE_CONFLICT;
    }
    return undefined;
  }

  /** Smallest claims first; those without a volume have to be provisioned. */
  private findVolumes(claims: readonly PersistentVolumeClaim[], { node, name }: NodeInfo): PodVolumes | string {
    const provisions: PersistentVolumeClaim[] = [];
    const toMatch: PersistentVolumeClaim[] = [];
    for (const claim of claims) {
      const selected = claim.metadata.annotations?.[SELECTED_NODE];
      if (selected === undefined) toMatch.push(claim);
      else if (selected === name) provisions.push(claim);
      else return NO_VOLUME;
    }
    const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
    const taken = new Set<string>();
    for (const claim of toMatch.sort((a, b) => compareQuantities(requestedStorage(a), requestedStorage(b)))) {
      const volume = findMatchingVolume(claim, this.assumed.volumes(storageClassOfClaim(claim)), node, taken);
      if (volume === undefined) provisions.push(claim);
      else {
        taken.add(volume.metadata.name);
        bindings.push({ claim, volume });
      }
    }
    for (const claim of provisions) {
      const storageClass = this.handle.listers.informer("StorageClass").get(storageClassOfClaim(claim))!;
      const provision = checkProvision(this.handle.listers, claim, storageClass, node);
      if (provision !== "possible") return provision === "impossible" ? NO_VOLUME : NOT_ENOUGH_STORAGE;
    }
    return { bindings, provisions };
  }

  /** Scoring by storage capacity is behind a feature gate that is off (StorageCapacityScoring). */
  preScore(): Answer {
    return SKIP;
  }

  score(): number {
    return 0;
  }

  reserve(state: CycleState, _pod: PodInfo, nodeName: string): Answer {
    const volumes = (state.read(this.name) as Claims | undefined)?.volumes.get(nodeName);
    if (volumes !== undefined) this.assumed.assume(volumes, nodeName);
    return undefined;
  }

  unreserve(state: CycleState, _pod: PodInfo, nodeName: string): void {
    const volumes = (state.read(this.name) as Claims | undefined)?.volumes.get(nodeName);
    if (volumes !== undefined) this.assumed.forget(volumes);
  }

  /** Tells volume controller and provisioner, and waits until all claims are bound. */
  preBind(state: CycleState, _pod: PodInfo, nodeName: string, done: (answer: Answer) => void): void {
    const volumes = (state.read(this.name) as Claims | undefined)?.volumes.get(nodeName);
    const { client } = this.handle;
    if (volumes === undefined || (volumes.bindings.length === 0 && volumes.provisions.length === 0) || client === undefined) {
      done(undefined);
      return;
    }
    for (const { volume } of volumes.bindings) {
      const { claimRef } = this.assumed.volume(volume.metadata.name)!.spec;
      client.patch({ kind: "PersistentVolume", name: volume.metadata.name }, (current) => ({
        ...current,
        spec: { ...current.spec, ...(claimRef !== undefined && { claimRef }) },
      }));
    }
    for (const claim of volumes.provisions) {
      const { name, namespace } = claim.metadata;
      client.patch({ kind: "PersistentVolumeClaim", name, ...(namespace !== undefined && { namespace }) }, (current) => ({
        ...current,
        metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, [SELECTED_NODE]: nodeName } },
      }));
    }
    this.awaitBound(
      [...volumes.bindings.map(({ claim }) => claim), ...volumes.provisions],
      this.handle.now() + this.args.bindTimeoutSeconds * SECOND,
      done,
    );
  }

  private awaitBound(claims: readonly PersistentVolumeClaim[], deadline: number, done: (answer: Answer) => void): void {
    this.handle.after!(BIND_CHECK_PERIOD, () => {
      const lister = this.handle.listers.informer("PersistentVolumeClaim");
      const missing = claims.find((claim) => lister.get(keyOf(claim)) === undefined);
      if (missing !== undefined)
        done(
          new Status(
            "Error",
            [`binding volumes: failed to check binding: could not find persistentvolumeclaim "${keyOf(missing)}"`],
            this.name,
          ),
        );
      else if (claims.every((claim) => isFullyBound(lister.get(keyOf(claim))!))) done(undefined);
      else if (this.handle.now() >= deadline) done(new Status("Error", ["binding volumes: context deadline exceeded"], this.name));
      else this.awaitBound(claims, deadline, done);
    });
  }

  postBind(state: CycleState, pod: PodInfo, nodeName: string): void {
    this.unreserve(state, pod, nodeName);
  }

  sign({ pod }: PodInfo): string {
    return signVolumes(pod);
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [
      {
        resource: "StorageClass",
        actions: ADD | UPDATE,
        hint: queueIf<StorageClass>((_pod, previous, current) => topologiesChanged(previous, current)),
      },
      {
        resource: "PersistentVolumeClaim",
        actions: ADD | UPDATE,
        hint: queueIf<PersistentVolumeClaim>(({ pod }, _previous, claim) => usesClaim(pod, claim)),
      },
      { resource: "PersistentVolume", actions: ADD | UPDATE },
      { resource: "Node", actions: ADD | UPDATE_NODE_LABEL },
      { resource: "CSINode", actions: ADD | UPDATE, hint: queueIf<CSINode>((_pod, previous, current) => migratesMore(previous, current)) },
      {
        resource: "CSIDriver",
        actions: UPDATE,
        hint: queueIf<CSIDriver>(({ pod }, previous, current) => stopsCounting(previous, current) && mounts(pod, current)),
      },
      {
        resource: "CSIStorageCapacity",
        actions: ADD | UPDATE,
        hint: queueIf<CSIStorageCapacity>((_pod, previous, current) => capacityRose(previous, current)),
      },
    ];
  }
}

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NOT_ENOUGH_STORAGE = "node(s) did not have enough free storage";
const VOLUME_MISSING = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
