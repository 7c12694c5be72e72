/** Resource lists as numbers for the kubelet's sums: cpu in millicores, everything else in whole units (bytes, pieces). */
import { parseQuantity } from "../../api/quantity.js";
import { podRequests, SYSTEM_CRITICAL_PRIORITY } from "../../api/resources.js";
import { oncePerTemplate, type ResourceParts } from "../../api/template-memo.js";
import type { QuantityText, ResourceList } from "../../api/types/meta.js";
import type { Container, Pod } from "../../api/types/pod.js";

export const CPU = "cpu";
export const MEMORY = "memory";
export const EPHEMERAL_STORAGE = "ephemeral-storage";
export const PODS = "pods";
export const HUGE_PAGES_PREFIX = "hugepages-";

/** Resource name to amount: cpu in millicores, others in whole units, each quantity rounded up. */
export type Amounts = ReadonlyMap<string, number>;

const NOTHING: Amounts = new Map();
const amountsOfList = new WeakMap<ResourceList, Amounts>();

/** One quantity of a resource in the unit of {@link Amounts}. */
export function amountOf(resource: string, quantity: QuantityText): number {
  const parsed = parseQuantity(quantity);
  return resource === CPU ? parsed.milliValue : parsed.value;
}

/** A list as numbers, cached by the list. */
export function amounts(list: ResourceList | undefined): Amounts {
  if (list === undefined) return NOTHING;
  let known = amountsOfList.get(list);
  if (known === undefined) {
    known = new Map(Object.entries(list).map(([resource, quantity]) => [resource, amountOf(resource, quantity)]));
    amountsOfList.set(list, known);
  }
  return known;
}

/** Effective requests of a pod as numbers. */
export const requestAmounts = oncePerTemplate((spec) => amounts(podRequests(spec)));

/** All containers that the spec has, initialising ones first. */
export function allContainers(spec: ResourceParts): readonly Container[] {
  return spec.initContainers === undefined || spec.initContainers.length === 0
    ? spec.containers
    : [...spec.initContainers, ...spec.containers];
}

export const CONFIG_SOURCE_ANNOTATION = "kubernetes.io/config.source";
export const CONFIG_MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

/** A pod that the node itself was told to run by a file, not by the API server. */
export function isStaticPod(pod: Pod): boolean {
  const source = pod.metadata.annotations?.[CONFIG_SOURCE_ANNOTATION];
  return source !== undefined && source !== "api";
}

/** The API server's image of a static pod. */
export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.[CONFIG_MIRROR_ANNOTATION] !== undefined;
}

/** Static pods, mirror pods and those of the system's own priorities. Source: pkg/kubelet/types/pod_update.go (IsCriticalPod). */
export function isCriticalPod(pod: Pod): boolean {
  return isStaticPod(pod) || isMirrorPod(pod) || (pod.spec.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY;
}
