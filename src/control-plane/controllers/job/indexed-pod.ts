/**
 * What a pod of an Indexed Job has beyond its template.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode and kubernetes pkg/controller/job/indexed_job_utils.go.
 */
import type { Job, Pod } from "../../../api/types/index.js";
import { COMPLETION_INDEX } from "./indexes.js";
import { failureAnnotations } from "./per-index.js";

/** Length of a generated name without its five random characters. Source: MaxGeneratedNameLength in k8s.io/apiserver/pkg/storage/names/generate.go. */
const GREATEST_PREFIX = 58;
const INDEX_VARIABLE = "JOB_COMPLETION_INDEX";

/** A pod of an Indexed Job: named after its index, which its label, its annotation and its containers' environment hold. */
export function indexedPod(pod: Pod, job: Job, index: number, lastFailure: Pod | undefined): Pod {
  const perIndex = job.spec.backoffLimitPerIndex !== undefined ? failureAnnotations(job, lastFailure) : undefined;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: generateNameOf(job.metadata.name, index),
      labels: { ...pod.metadata.labels, [COMPLETION_INDEX]: String(index) },
      annotations: { ...pod.metadata.annotations, [COMPLETION_INDEX]: String(index), ...perIndex },
    },
    spec: indexedSpec(pod.spec, job.metadata.name, index),
  };
}

/** Of a long name only so much that a random suffix still fits. */
function generateNameOf(job: string, index: number): string {
  const end = `-${index}-`;
  return job.slice(0, GREATEST_PREFIX - end.length) + end;
}

/** The pod's spec with its index in the environment of every container, and with a host name of its own. */
function indexedSpec(spec: Pod["spec"], job: string, index: number): Pod["spec"] {
  const variable = { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  const withIndex = (container: Pod["spec"]["containers"][number]): Pod["spec"]["containers"][number] =>
    container.env?.some(({ name }) => name === INDEX_VARIABLE) === true
      ? container
      : { ...container, env: [...(container.env ?? []), variable] };
  return {
    ...spec,
    hostname: `${job}-${index}`,
    containers: spec.containers.map(withIndex),
    ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(withIndex) }),
  };
}
