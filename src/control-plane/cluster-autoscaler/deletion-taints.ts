/** The marks of nodes that are to go. Source: cluster-autoscaler/utils/taints/taints.go */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node, Taint } from "../../api/types/node.js";
import { MINUTE, SECOND } from "../../engine/simulation.js";

/** The node is being drained and deleted: nothing more is placed there. */
export const TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";
/** The node may be deleted before long: pods rather go elsewhere. */
export const DELETION_CANDIDATE = "DeletionCandidateOfClusterAutoscaler";

/** Time that a cloud has to delete a machine. Source: MaxCloudProviderNodeDeletionTime in core/scaledown/actuation/delete_in_batch.go */
export const MAX_DELETION_TIME = 5 * MINUTE;

export function isOwnTaint({ key }: Taint): boolean {
  return key === TO_BE_DELETED || key === DELETION_CANDIDATE;
}

export function hasTaint({ spec }: Node, key: string): boolean {
  return spec.taints?.some((taint) => taint.key === key) === true;
}

/** Adds the mark, whose value is the time of marking in seconds; a node that has it stays as it is. */
export function withTaint(node: Node, key: typeof TO_BE_DELETED | typeof DELETION_CANDIDATE, now: Timestamp, cordon = false): Node {
  if (hasTaint(node, key)) return node;
  const effect = key === TO_BE_DELETED ? "NoSchedule" : "PreferNoSchedule";
  const taint: Taint = { key, value: String(Math.floor(now / SECOND)), effect };
  return { ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), taint], ...(cordon && { unschedulable: true }) } };
}

export function withoutTaint(node: Node, key: string, uncordon = false): Node {
  if (!hasTaint(node, key)) return node;
  const { unschedulable, ...spec } = node.spec;
  const taints = (spec.taints ?? []).filter((taint) => taint.key !== key);
  return { ...node, spec: { ...spec, taints, ...(unschedulable !== undefined && !uncordon && { unschedulable }) } };
}

/** Whether the node was marked to be deleted so lately that the cloud may be at it. */
export function isBeingDeleted({ spec }: Node, now: Timestamp): boolean {
  const value = spec.taints?.find(({ key }) => key === TO_BE_DELETED)?.value;
  return value !== undefined && now - Number(value) * SECOND < MAX_DELETION_TIME;
}
