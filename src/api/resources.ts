/**
 * What a pod asks of a node: effective requests and limits, QoS class, priority.
 *
 * Sources: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers,
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/,
 * https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/ and
 * k8s.io/component-helpers/resource (helpers.go).
 */
import { parseQuantity } from "./quantity.js";
import { addResourceLists, maxResourceLists } from "./resource-list.js";
import { oncePerTemplate, type ResourceParts } from "./template-memo.js";
import type { ResourceList } from "./types/meta.js";
import type { Container, Pod, PodSpec, PodStatus } from "./types/pod.js";

export type QosClass = NonNullable<PodStatus["qosClass"]>;

const NO_RESOURCES: ResourceList = {};

/** Whether a resource may be set for the pod as a whole; of all others only containers speak. */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

/** An init container that runs beside the others for the pod's whole life. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

type ResourcesOf = (container: Container) => ResourceList | undefined;

/** Sum over containers and sidecars, or the greatest step of the init sequence where that is more. */
function aggregate(spec: ResourceParts, of: ResourcesOf): ResourceList {
  let sum = NO_RESOURCES;
  for (const container of spec.containers) sum = addResourceLists(sum, of(container) ?? NO_RESOURCES);
  let sidecars = NO_RESOURCES;
  let greatestStep = NO_RESOURCES;
  for (const container of spec.initContainers ?? []) {
    const own = of(container) ?? NO_RESOURCES;
    let step: ResourceList;
    if (isSidecar(container)) {
      sum = addResourceLists(sum, own);
      sidecars = addResourceLists(sidecars, own);
      step = sidecars;
    } else step = addResourceLists(own, sidecars);
    greatestStep = maxResourceLists(greatestStep, step);
  }
  return maxResourceLists(sum, greatestStep);
}

function withPodLevel(resources: ResourceList, podLevel: ResourceList | undefined): ResourceList {
  if (podLevel === undefined) return resources;
  const replaced = Object.entries(podLevel).filter(([name]) => isPodLevelResource(name));
  return { ...resources, ...Object.fromEntries(replaced) };
}

/** Requests of the containers alone: pod-level resources and overhead are left out. */
export const containerRequests = oncePerTemplate((spec) => aggregate(spec, (container) => container.resources?.requests));

/** Limits of the containers alone: pod-level resources and overhead are left out. */
export const containerLimits = oncePerTemplate((spec) => aggregate(spec, (container) => container.resources?.limits));

/** Effective requests without the sandbox's overhead. */
export const podRequestsWithoutOverhead = oncePerTemplate((spec) => withPodLevel(containerRequests(spec), spec.resources?.requests));

/** Effective requests: containers, sidecars, init steps, pod-level resources, overhead. Computed once for each template. */
export const podRequests = oncePerTemplate((spec) => addResourceLists(podRequestsWithoutOverhead(spec), spec.overhead ?? NO_RESOURCES));

/** Effective limits without the sandbox's overhead. */
export const podLimitsWithoutOverhead = oncePerTemplate((spec) => withPodLevel(containerLimits(spec), spec.resources?.limits));

/** Effective limits; the overhead is added only to resources that have a limit above zero. Computed once for each template. */
export const podLimits = oncePerTemplate((spec) => {
  const limits = podLimitsWithoutOverhead(spec);
  const limited = Object.entries(spec.overhead ?? NO_RESOURCES).filter(
    ([name]) => Object.hasOwn(limits, name) && parseQuantity(limits[name]).sign !== 0,
  );
  return addResourceLists(limits, Object.fromEntries(limited));
});

/** Whether the pod sets resources for itself as a whole. */
export function hasPodLevelResources(spec: PodSpec): boolean {
  const { requests = NO_RESOURCES, limits = NO_RESOURCES } = spec.resources ?? {};
  return Object.keys(requests).some(isPodLevelResource) || Object.keys(limits).some(isPodLevelResource);
}

/** The resources that decide on the QoS class. */
const QOS_RESOURCES = ["cpu", "memory"] as const;

function positive(resources: ResourceList | undefined): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const name of QOS_RESOURCES) {
    const text = resources?.[name];
    if (text === undefined) continue;
    const { nanos } = parseQuantity(text);
    if (nanos > 0n) amounts.set(name, nanos);
  }
  return amounts;
}

function accumulate(total: Map<string, bigint>, amounts: ReadonlyMap<string, bigint>): void {
  for (const [name, nanos] of amounts) total.set(name, (total.get(name) ?? 0n) + nanos);
}

/** The QoS class of a pod with this spec (qos.ComputePodQOS). Computed once for each template. */
export const qosClassOf = oncePerTemplate((spec): QosClass => {
  const requests = new Map<string, bigint>();
  const limits = new Map<string, bigint>();
  let everyoneLimited = true;
  // With pod-level resources these alone decide, otherwise every container has its say.
  const parts = spec.resources === undefined ? [...spec.containers, ...(spec.initContainers ?? [])] : [{ resources: spec.resources }];
  for (const { resources } of parts) {
    accumulate(requests, positive(resources?.requests));
    const own = positive(resources?.limits);
    accumulate(limits, own);
    if (own.size < QOS_RESOURCES.length) everyoneLimited = false;
  }
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  const equal = requests.size === limits.size && [...requests].every(([name, nanos]) => limits.get(name) === nanos);
  return everyoneLimited && equal ? "Guaranteed" : "Burstable";
});

/** The pod's QoS class: the recorded one, since it never changes, or else what its spec makes it. */
export function podQosClass(pod: Pod): QosClass {
  return pod.status?.qosClass ?? qosClassOf(pod.spec);
}

/** The pod's priority; 0 where no priority class gave it one (component-helpers' PodPriority). */
export function podPriority(pod: Pod): number {
  return pod.spec.priority ?? 0;
}

/** Lowest priority that marks a pod as critical for the system (scheduling.SystemCriticalPriority). */
export const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000;
