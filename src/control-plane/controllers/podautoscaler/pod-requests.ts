/**
 * What pods request of a resource, which their use is compared with.
 *
 * Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go (calculateRequests) and
 * https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
 */
import { isPodLevelResource, isSidecar, podRequests } from "../../../api/resources.js";
import { quantityMilliValue } from "../../../api/quantity.js";
import type { Pod } from "../../../api/types/index.js";
import { MetricError } from "./metric-error.js";

/**
 * Requests by pod, in thousandths: of one container where it is named, else of the pod as a whole where it says so itself, else of its containers
 * and sidecars.
 *
 * @throws MetricError where there is no such request, or no such container
 */
export function requestsOf(pods: readonly Pod[], resource: string, container: string | undefined): Map<string, number> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const isWhole = container === undefined && Object.keys(pod.spec.resources?.requests ?? {}).some(isPodLevelResource);
    requests.set(pod.metadata.name, isWhole ? podRequest(pod, resource) : containerRequest(pod, resource, container));
  }
  return requests;
}

function podRequest(pod: Pod, resource: string): number {
  const request = podRequests(pod.spec)[resource];
  if (request === undefined) throw new MetricError(`missing pod-level request for ${resource} in Pod ${pod.metadata.name}`);
  return quantityMilliValue(request);
}

function containerRequest({ metadata, spec }: Pod, resource: string, wanted: string | undefined): number {
  const containers = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)].filter(
    ({ name }) => wanted === undefined || name === wanted,
  );
  if (wanted !== undefined && containers.length === 0) throw new MetricError(`container ${wanted} not found in Pod ${metadata.name}`);
  let sum = 0;
  for (const { name, resources } of containers) {
    const request = resources?.requests?.[resource];
    if (request === undefined) throw new MetricError(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
    sum += quantityMilliValue(request);
  }
  return sum;
}
