import type { Pod, Volume } from "../../api/types/index.js";
import type { PodShape } from "./pod-shape.js";

/** Volume sources that volume plugins look at. */
const SCHEDULED_SOURCES = ["persistentVolumeClaim", "ephemeral", "awsElasticBlockStore", "gcePersistentDisk", "iscsi", "rbd"];

function isScheduled(volume: Volume): boolean {
  return SCHEDULED_SOURCES.some((source) => volume[source] !== undefined);
}

/** A pod with what was derived from it. Immutable: an updated pod gets a new one. */
export class PodInfo {
  /** Whether any volume stands on a claim or is a disk of its own: others are of the kubelet's making. */
  readonly hasVolumes: boolean;
  /** Whether it names a node: spec.nodeName, or the node that preemption nominated it to. */
  readonly namesNode: boolean;
  /** Identity of the pod; before the API server gave a uid, its key. */
  readonly uid: string;
  /** A pod without priority counts as 0 (component-helpers corev1.PodPriority). */
  readonly priority: number;

  constructor(
    readonly pod: Pod,
    readonly shape: PodShape,
  ) {
    this.uid = pod.metadata.uid ?? this.key;
    this.priority = pod.spec.priority ?? 0;
    this.namesNode = (pod.spec.nodeName ?? "") !== "" || (pod.status?.nominatedNodeName ?? "") !== "";
    this.hasVolumes = pod.spec.volumes?.some(isScheduled) ?? false;
  }

  /** "namespace/name" */
  get key(): string {
    return `${this.shape.namespace}/${this.pod.metadata.name}`;
  }

  get isTerminating(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined;
  }
}
