/** Which of a Deployment's ReplicaSets is which. Source: kubernetes pkg/controller/deployment/util/deployment_util.go. */
import type { Deployment, PodTemplateSpec, ReplicaSet } from "../../../api/types/index.js";
import { sameValue } from "../same-value.js";

/** Label that tells the pods of a Deployment's ReplicaSets apart. */
export const POD_TEMPLATE_HASH = "pod-template-hash";
/** Replicas that the Deployment wished for when it last scaled the ReplicaSet. */
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
/** The same with the surge. */
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** Order of creation, ties by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0) ||
    (a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0)
  );
}

function countAnnotation(replicaSet: ReplicaSet, name: string): number | undefined {
  const text = replicaSet.metadata.annotations?.[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function desiredReplicasAnnotation(replicaSet: ReplicaSet): number | undefined {
  return countAnnotation(replicaSet, DESIRED_REPLICAS);
}

export function maxReplicasAnnotation(replicaSet: ReplicaSet): number | undefined {
  return countAnnotation(replicaSet, MAX_REPLICAS);
}

/** Metadata of a template without the label with the hash. */
function metadataWithoutHash(template: PodTemplateSpec): PodTemplateSpec["metadata"] {
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(([name]) => name !== POD_TEMPLATE_HASH);
  return { ...template.metadata, labels: Object.fromEntries(labels) };
}

/** Whether two templates are the same but for the label with their hash. */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  if (a === b) return true;
  if (a.spec !== b.spec && !sameValue(a.spec, b.spec)) return false;
  return sameValue(metadataWithoutHash(a), metadataWithoutHash(b));
}

/** The ReplicaSet of the Deployment's present template: the oldest if there are several. */
export function findNewReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...replicaSets].sort(byCreation).find((replicaSet) => sameTemplate(replicaSet.spec.template, deployment.spec.template));
}

/** ReplicaSets that want pods. */
export function activeReplicaSets(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((replicaSet) => (replicaSet.spec.replicas ?? 1) > 0);
}

/** The only ReplicaSet with pods, or with none the latest; undefined in the middle of a roll-out. */
export function activeOrLatest(latest: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const all = latest === undefined ? [...old] : [...old, latest];
  const active = activeReplicaSets(all);
  if (active.length > 1) return undefined;
  return active[0] ?? latest ?? [...old].sort(byCreation).at(-1);
}

/** Whether the ReplicaSet has all the pods that the Deployment wants, all of them available. */
export function isSaturated(deployment: Deployment, replicaSet: ReplicaSet | undefined): boolean {
  if (replicaSet === undefined) return false;
  const wished = deployment.spec.replicas ?? 1;
  return (
    desiredReplicasAnnotation(replicaSet) === wished &&
    (replicaSet.spec.replicas ?? 1) === wished &&
    (replicaSet.status?.availableReplicas ?? 0) === wished
  );
}
