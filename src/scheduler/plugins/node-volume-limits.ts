/**
 * Rejects nodes that can attach no more volumes of a CSI driver. A volume that several pods of the node use counts once.
 *
 * Source: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go
 */
import type { CSINode, PersistentVolumeClaim, Pod } from "../../api/types/index.js";
import type { CycleState } from "../framework/cycle-state.js";
import { ADD, DELETE, queueIf, UPDATE, type EventRegistration } from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Answer, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { SKIP, unschedulable, type Status } from "../framework/status.js";
import { claimNameOf, hasClaims, storageClassOfClaim, signVolumes, usesClaim } from "./volume-claims.js";
import { limitsRose } from "./volume-events.js";

export class NodeVolumeLimits implements Plugin {
  static readonly NAME = "NodeVolumeLimits";
  readonly name = NodeVolumeLimits.NAME;
  readonly concerns = "pods with volumes";
  private readonly exceeded = unschedulable(this.name, "node(s) exceed max volume count");

  constructor(private readonly handle: Handle) {}

  preFilter(_state: CycleState, { pod }: PodInfo): { readonly status?: Status } | undefined {
    return hasClaims(pod) ? undefined : { status: SKIP };
  }

  filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Answer {
    const limits = this.limitsOf(node.name);
    if (limits.size === 0) return undefined;
    const wanted = new Map<string, string>();
    this.collect(pod, wanted);
    if (wanted.size === 0) return undefined;
    const attached = new Map<string, string>();
    for (const other of node.pods) if (other.pod.spec.volumes !== undefined) this.collect(other.pod, attached);
    for (const { spec } of this.handle.listers.informer("VolumeAttachment").list()) {
      if (spec.nodeName === node.name) this.collectVolume(spec.source.persistentVolumeName ?? "", attached);
    }
    const count = (volumes: ReadonlyMap<string, string>, driver: string): number =>
      [...volumes.values()].filter((other) => other === driver).length;
    for (const volume of attached.keys()) wanted.delete(volume);
    for (const driver of new Set(wanted.values())) {
      const limit = limits.get(driver);
      if (limit !== undefined && count(attached, driver) + count(wanted, driver) > limit) return this.exceeded;
    }
    return undefined;
  }

  /** Attach limits that the node's drivers report. */
  private limitsOf(nodeName: string): ReadonlyMap<string, number> {
    const limits = new Map<string, number>();
    for (const { name, allocatable } of this.handle.listers.informer("CSINode").get(nodeName)?.spec.drivers ?? []) {
      if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
    }
    return limits;
  }

  /** Adds the pod's volumes, by a name that is the same for all users of the volume, with their drivers. */
  private collect(pod: Pod, into: Map<string, string>): void {
    const { listers } = this.handle;
    for (const volume of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, volume);
      if (name === undefined) continue;
      const key = `${pod.metadata.namespace ?? ""}/${name}`;
      const claim = listers.informer("PersistentVolumeClaim").get(key);
      if (claim === undefined) continue;
      const volumeName = claim.spec.volumeName ?? "";
      if (volumeName !== "" && this.collectVolume(volumeName, into)) continue;
      const driver = listers.informer("StorageClass").get(storageClassOfClaim(claim))?.provisioner;
      if (driver !== undefined) into.set(`${driver}/unbound/${key}`, driver);
    }
  }

  /** Returns whether the volume is known; one that is not a CSI volume has no limit. */
  private collectVolume(name: string, into: Map<string, string>): boolean {
    const volume = this.handle.listers.informer("PersistentVolume").get(name);
    if (volume === undefined) return false;
    const { csi } = volume.spec;
    if (csi !== undefined) into.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    return true;
  }

  sign({ pod }: PodInfo): string {
    return signVolumes(pod);
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [
      { resource: "CSINode", actions: ADD },
      { resource: "CSINode", actions: UPDATE, hint: queueIf<CSINode>((_pod, previous, current) => limitsRose(previous, current)) },
      { resource: "AssignedPod", actions: DELETE, hint: queueIf<Pod>((_pod, previous) => previous !== undefined && hasClaims(previous)) },
      {
        resource: "PersistentVolumeClaim",
        actions: ADD,
        hint: queueIf<PersistentVolumeClaim>(({ pod }, _previous, claim) => usesClaim(pod, claim)),
      },
      {
        resource: "VolumeAttachment",
        actions: DELETE,
        hint: queueIf(({ pod }) => (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined)),
      },
    ];
  }
}
