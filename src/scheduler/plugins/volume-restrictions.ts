/**
 * Rejects nodes where a disk that only one pod may mount is mounted, and all nodes while a ReadWriteOncePod claim is in use.
 *
 * Source: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go
 */
import type { PersistentVolumeClaim, Pod, Volume } from "../../api/types/index.js";
import type { CycleState, StateData } from "../framework/cycle-state.js";
import { ADD, DELETE, queueIf, UPDATE, type EventRegistration } from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Answer, Plugin, PreFilterExtensions } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { SKIP, unresolvable, unschedulable, type Status } from "../framework/status.js";
import { claimNotFound, signVolumes, usesClaim } from "./volume-claims.js";

class OncePodClaims implements StateData {
  constructor(
    /** Claims of the pod that only one pod may use, "namespace/name". */
    readonly claims: ReadonlySet<string>,
    /** How many uses of them by other pods there are. */
    public conflicts: number,
  ) {}

  clone(): OncePodClaims {
    return new OncePodClaims(this.claims, this.conflicts);
  }
}

export class VolumeRestrictions implements Plugin {
  static readonly NAME = "VolumeRestrictions";
  readonly name = VolumeRestrictions.NAME;
  readonly concerns = "pods with volumes";
  private readonly diskConflict = unschedulable(this.name, "node(s) had no available disk");
  private readonly claimInUse = unschedulable(
    this.name,
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
  );

  constructor(private readonly handle: Handle) {}

  preFilter(state: CycleState, { pod, shape }: PodInfo): { readonly status?: Status } | undefined {
    const volumes = pod.spec.volumes ?? [];
    const claims = new Set<string>();
    for (const volume of volumes) {
      if (volume.persistentVolumeClaim === undefined) continue;
      const key = `${shape.namespace}/${volume.persistentVolumeClaim.claimName}`;
      const claim = this.handle.listers.informer("PersistentVolumeClaim").get(key);
      if (claim === undefined) return { status: unresolvable(this.name, claimNotFound(volume.persistentVolumeClaim.claimName)) };
      if (claim.spec.accessModes?.includes("ReadWriteOncePod") === true) claims.add(key);
    }
    if (claims.size === 0 && !volumes.some(mayConflict)) return { status: SKIP };
    let conflicts = 0;
    for (const claim of claims) if (this.handle.cache.isClaimUsed(claim)) conflicts++;
    state.write(this.name, new OncePodClaims(claims, conflicts));
    return undefined;
  }

  readonly preFilterExtensions: PreFilterExtensions = {
    addPod: (state, _pod, added) => this.recount(state, added, 1),
    removePod: (state, _pod, removed) => this.recount(state, removed, -1),
  };

  private recount(state: CycleState, { pod, shape }: PodInfo, sign: 1 | -1): Answer {
    const known = state.read(this.name) as OncePodClaims | undefined;
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.persistentVolumeClaim === undefined) continue;
      if (known?.claims.has(`${shape.namespace}/${volume.persistentVolumeClaim.claimName}`) === true) known.conflicts += sign;
    }
    return undefined;
  }

  filter(state: CycleState, { pod }: PodInfo, node: NodeInfo): Answer {
    for (const volume of pod.spec.volumes ?? []) {
      if (mayConflict(volume) && node.pods.some((other) => conflicts(volume, other.pod))) return this.diskConflict;
    }
    const known = state.read(this.name) as OncePodClaims | undefined;
    return known !== undefined && known.conflicts > 0 ? this.claimInUse : undefined;
  }

  sign({ pod }: PodInfo): string {
    return signVolumes(pod);
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [
      {
        resource: "AssignedPod",
        actions: DELETE,
        hint: queueIf<Pod>(({ pod }, previous) => previous !== undefined && standsInTheWay(previous, pod)),
      },
      { resource: "Node", actions: ADD },
      {
        resource: "PersistentVolumeClaim",
        actions: ADD | UPDATE,
        hint: queueIf<PersistentVolumeClaim>(({ pod }, _previous, claim) => usesClaim(pod, claim)),
      },
    ];
  }
}

/** Whether the pods mount a disk that only one may mount, or use the same claim. */
function standsInTheWay(other: Pod, pod: Pod): boolean {
  const volumes = pod.spec.volumes ?? [];
  if (volumes.some((volume) => mayConflict(volume) && conflicts(volume, other))) return true;
  if (other.metadata.namespace !== pod.metadata.namespace) return false;
  const claims = new Set((other.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []));
  return volumes.some((volume) => volume.persistentVolumeClaim !== undefined && claims.has(volume.persistentVolumeClaim.claimName));
}

function mayConflict(volume: Volume): boolean {
  return (
    volume.gcePersistentDisk !== undefined ||
    volume.awsElasticBlockStore !== undefined ||
    volume.rbd !== undefined ||
    volume.iscsi !== undefined
  );
}

/** GCE disks, iSCSI and RBD images may be shared by readers; an EBS volume may not be shared at all. */
function conflicts(volume: Volume, pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some((other) => {
    const [gce, otherGce] = [volume.gcePersistentDisk, other.gcePersistentDisk];
    if (gce && otherGce && gce.pdName === otherGce.pdName && !(gce.readOnly && otherGce.readOnly)) return true;
    const [ebs, otherEbs] = [volume.awsElasticBlockStore, other.awsElasticBlockStore];
    if (ebs && otherEbs && ebs.volumeID === otherEbs.volumeID) return true;
    const [iscsi, otherIscsi] = [volume.iscsi, other.iscsi];
    if (iscsi && otherIscsi && iscsi.iqn === otherIscsi.iqn && !(iscsi.readOnly && otherIscsi.readOnly)) return true;
    const [rbd, otherRbd] = [volume.rbd, other.rbd];
    if (!rbd || !otherRbd || (rbd.readOnly && otherRbd.readOnly)) return false;
    const samePool = (rbd.pool ?? DEFAULT_RBD_POOL) === (otherRbd.pool ?? DEFAULT_RBD_POOL);
    return samePool && rbd.image === otherRbd.image && rbd.monitors.some((monitor) => otherRbd.monitors.includes(monitor));
  });
}

/** pkg/apis/core/v1/defaults.go (SetDefaults_RBDVolumeSource) */
const DEFAULT_RBD_POOL = "rbd";
