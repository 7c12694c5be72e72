/**
 * Identity of a StatefulSet's pods: name, labels, host name and volume claims follow from the ordinal.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity and kubernetes
 * pkg/controller/statefulset/stateful_set_utils.go.
 */
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet } from "../../../api/types/index.js";
import { REVISION_HASH_LABEL } from "../history/controller-history.js";
import { controllerReference } from "../owner-references.js";
import { isPodReady } from "../pod-conditions.js";

const POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";
const POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";

/** The ordinal in a pod's name, -1 where the name is not of the StatefulSet's form. */
export function ordinalOf(pod: Pod): number {
  const match = /^(.*)-(\d+)$/.exec(pod.metadata.name);
  return match === null ? -1 : Number(match[2]);
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

export function revisionOfPod(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_HASH_LABEL];
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === "Running" && isPodReady(pod);
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Running, ready and not being deleted. */
export function isHealthy(pod: Pod): boolean {
  return isRunningAndReady(pod) && !isTerminating(pod);
}

export function claimName(claim: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string {
  return `${claim.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** The claims that the pod of that ordinal needs. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...template.metadata,
      name: claimName(template, set, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete" && {
        ownerReferences: [{ ...controllerReference(set), controller: false, blockOwnerDeletion: false }],
      }),
    },
    spec: template.spec,
  }));
}

/** The pod of an ordinal as a template makes it. @param revision name of the template's revision */
export function statefulPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = (set.spec.volumeClaimTemplates ?? []).map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: claimName(claim, set, ordinal), readOnly: false },
  }));
  const others = (template.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: { ...template.metadata?.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal), [REVISION_HASH_LABEL]: revision },
      ...(template.metadata?.annotations !== undefined && { annotations: template.metadata.annotations }),
      ...(template.metadata?.finalizers !== undefined && { finalizers: template.metadata.finalizers }),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...template.spec,
      hostname: name,
      ...(set.spec.serviceName !== undefined && set.spec.serviceName !== "" && { subdomain: set.spec.serviceName }),
      ...(claims.length + others.length > 0 && { volumes: [...claims, ...others] }),
    },
  };
}
