/**
 * The ReplicaSet of a Deployment's present template, before it exists.
 *
 * Source: getNewReplicaSet in kubernetes pkg/controller/deployment/sync.go.
 */
import type { Deployment, ReplicaSet } from "../../../api/types/index.js";
import { controllerReference } from "../owner-references.js";
import { podTemplateHash } from "../pod-template-hash.js";
import { POD_TEMPLATE_HASH } from "./replica-sets.js";
import { newReplicaSetAnnotations, withReplicaAnnotations } from "./revisions.js";
import { newReplicaSetSize } from "./rolling-update.js";

/** @param old the Deployment's other ReplicaSets, which leave it room */
export function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[], revision: number): ReplicaSet {
  const { metadata, spec, status } = deployment;
  const hash = podTemplateHash(spec.template, status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const replicaSet: ReplicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      annotations: withReplicaAnnotations(newReplicaSetAnnotations(undefined, deployment, revision), deployment),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
  return { ...replicaSet, spec: { ...replicaSet.spec, replicas: newReplicaSetSize(spec, [...old, replicaSet], 0) } };
}
