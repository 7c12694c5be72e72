/** The pod template inside an object of any workload kind. */
import type { ApiObject, ObjectMeta } from "../../api/types/meta.js";
import type { Container, Pod, PodSpec, PodTemplateSpec } from "../../api/types/pod.js";
import type { CronJob, Deployment } from "../../api/types/workloads.js";

const KINDS_WITH_TEMPLATE = new Set(["Deployment", "ReplicaSet", "ReplicationController", "DaemonSet", "StatefulSet", "Job"]);

/** The object's pod template, a pod itself, or undefined for kinds that have none. */
export function templateOf(object: ApiObject): PodTemplateSpec | undefined {
  if (object.kind === "Pod") return object as Pod;
  if (object.kind === "CronJob") return (object as CronJob).spec.jobTemplate.spec.template;
  return KINDS_WITH_TEMPLATE.has(object.kind) ? (object as Deployment).spec.template : undefined;
}

/** The object with another pod template. */
export function withTemplate<T extends ApiObject>(object: T, template: PodTemplateSpec): T {
  if (object.kind === "Pod") return { ...object, ...template };
  if (object.kind === "CronJob") {
    const cronJob = object as unknown as CronJob;
    const jobTemplate = { ...cronJob.spec.jobTemplate, spec: { ...cronJob.spec.jobTemplate.spec, template } };
    return { ...cronJob, spec: { ...cronJob.spec, jobTemplate } } as unknown as T;
  }
  return { ...object, spec: { ...(object as unknown as Deployment).spec, template } };
}

/** Label that the Deployment controller adds to the templates of its replica sets. */
const POD_TEMPLATE_HASH = "pod-template-hash";

/** The template as its Deployment has it. */
export function withoutTemplateHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = Object.fromEntries(Object.entries(template.metadata?.labels ?? {}).filter(([key]) => key !== POD_TEMPLATE_HASH));
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The object with the containers' and init containers' edited copies; the same object where nothing changed. */
export function withContainers<T extends ApiObject>(object: T, edit: (container: Container) => Container): T {
  const template = templateOf(object);
  if (template === undefined) return object;
  const spec: PodSpec = template.spec;
  const containers = spec.containers.map(edit);
  const initContainers = spec.initContainers?.map(edit);
  const isSame = (after: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    (after ?? []).every((one, index) => one === before![index]);
  if (isSame(containers, spec.containers) && isSame(initContainers, spec.initContainers)) return object;
  return withTemplate(object, { ...template, spec: { ...spec, containers, ...(initContainers !== undefined && { initContainers }) } });
}

/** The object with other metadata. */
export function withMetadata<T extends ApiObject>(object: T, change: Partial<ObjectMeta>): T {
  return { ...object, metadata: { ...object.metadata, ...change } };
}
