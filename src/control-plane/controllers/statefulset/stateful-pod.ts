/**
 * Identity of a StatefulSet's pods: name, labels, host name and volumes follow from the ordinal.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity and kubernetes
 * pkg/controller/statefulset/stateful_set_utils.go.
 */
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet, Timestamp } from "../../../api/types/index.js";
import { REVISION_HASH_LABEL } from "../history/controller-history.js";
import { controllerReference } from "../owner-references.js";
import { isPodAvailable, isPodReady } from "../pod-conditions.js";

const POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";
const POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";

/** Ordinals are of 32 bits. */
const LARGEST_ORDINAL = 2 ** 31 - 1;

/** A pod's name without its ordinal, and the ordinal: "" and -1 where the name is not of that form. */
function parentAndOrdinal(pod: Pod): readonly [parent: string, ordinal: number] {
  const match = /^(.*)-([0-9]+)$/.exec(pod.metadata.name);
  if (match === null) return ["", -1];
  const ordinal = Number(match[2]);
  return [match[1], ordinal > LARGEST_ORDINAL ? -1 : ordinal];
}

/** The ordinal in a pod's name, -1 where the name is not of a StatefulSet's form. */
export function ordinalOf(pod: Pod): number {
  return parentAndOrdinal(pod)[1];
}

/** Whether the pod is called like the set's own. */
export function isMemberOf(set: StatefulSet, pod: Pod): boolean {
  return parentAndOrdinal(pod)[0] === set.metadata.name;
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** Whether the set wants a pod of that ordinal. */
export function isWantedOrdinal(set: StatefulSet, ordinal: number): boolean {
  const start = firstOrdinal(set);
  return ordinal >= start && ordinal < start + (set.spec.replicas ?? 1);
}

export function revisionOfPod(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_HASH_LABEL];
}

/** False for a pod that the API server does not have yet. */
export function isCreated(pod: Pod): boolean {
  return pod.status?.phase !== undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === "Running" && isPodReady(pod);
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Not ready for long enough, or being deleted. */
export function isUnavailable(pod: Pod, minReadySeconds: number, now: Timestamp): boolean {
  return !isPodAvailable(pod, minReadySeconds, now) || isTerminating(pod);
}

export function hasIdentity(set: StatefulSet, pod: Pod): boolean {
  return isMemberOf(set, pod) && ordinalOf(pod) >= 0 && pod.metadata.labels?.[POD_NAME_LABEL] === pod.metadata.name;
}

/** The pod with the labels that tell who it is. */
export function withIdentity(pod: Pod): Pod {
  const labels = { ...pod.metadata.labels, [POD_NAME_LABEL]: pod.metadata.name, [POD_INDEX_LABEL]: String(ordinalOf(pod)) };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

export function claimName(template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** Whether each claim of the set is a volume of the pod. */
export function hasClaimVolumes(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  return (set.spec.volumeClaimTemplates ?? []).every((claim) =>
    pod.spec.volumes?.some(
      (volume) => volume.name === claim.metadata.name && volume.persistentVolumeClaim?.claimName === claimName(claim, set, ordinal),
    ),
  );
}

/** The pod with the set's claims as volumes, in place of volumes of the same names. */
export function withClaimVolumes(set: StatefulSet, pod: Pod): Pod {
  const claims = (set.spec.volumeClaimTemplates ?? []).map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: claimName(claim, set, ordinalOf(pod)), readOnly: false },
  }));
  const others = (pod.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  return claims.length + others.length === 0 ? pod : { ...pod, spec: { ...pod.spec, volumes: [...claims, ...others] } };
}

/** The pod of an ordinal as a template makes it. @param revision name of the template's revision */
export function statefulPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: { ...labels, [REVISION_HASH_LABEL]: revision },
      ...(annotations !== undefined && { annotations }),
      ...(finalizers !== undefined && { finalizers }),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...template.spec,
      hostname: name,
      ...(set.spec.serviceName !== undefined && set.spec.serviceName !== "" && { subdomain: set.spec.serviceName }),
    },
  };
  return withClaimVolumes(set, withIdentity(pod));
}

/** Whether a new pod of that ordinal is made of the revision before the update. */
export function needsCurrentRevision(set: StatefulSet, ordinal: number): boolean {
  const { type = "RollingUpdate", rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== "RollingUpdate") return false;
  if (rollingUpdate === undefined) return ordinal < firstOrdinal(set) + (set.status?.currentReplicas ?? 0);
  return ordinal < firstOrdinal(set) + (rollingUpdate.partition ?? 0);
}
