/** Effective requests of pods as numbers, computed once for all pods of a template. */
import { quantityMilliValue, quantityValue } from "../api/quantity.js";
import { podRequests } from "../api/resources.js";
import type { Container, PodSpec } from "../api/types/pod.js";

export interface RequestedAmounts {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

interface Known extends RequestedAmounts {
  readonly spec: PodSpec;
}

/** Binding makes a new spec for each pod, but the list of containers stays that of the template. */
const knownByContainers = new WeakMap<readonly Container[], Known>();

export function requestedAmounts(spec: PodSpec): RequestedAmounts {
  const known = knownByContainers.get(spec.containers);
  if (
    known !== undefined &&
    known.spec.initContainers === spec.initContainers &&
    known.spec.resources === spec.resources &&
    known.spec.overhead === spec.overhead
  ) {
    return known;
  }
  const requests = podRequests(spec);
  const amounts: Known = {
    spec,
    cpuMillicores: quantityMilliValue(requests["cpu"] ?? 0),
    memoryBytes: quantityValue(requests["memory"] ?? 0),
  };
  knownByContainers.set(spec.containers, amounts);
  return amounts;
}
