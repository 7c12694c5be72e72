/** QoS class, effective requests and limits, and oom_score_adj of pods. */
import { parseQuantity } from "../../src/api/quantity.js";
import {} from "../../src/api/resource-list.js";
import {
  containerRequests,
  hasPodLevelResources,
  podLimits,
  podRequests,
  podRequestsWithoutOverhead,
  qosClassOf,
} from "../../src/api/resources.js";
import { addResourceLists } from "../../src/api/resource-list.js";
import type { ResourceList } from "../../src/api/types/meta.js";
import type { Pod } from "../../src/api/types/pod.js";
import { oomScoreAdj } from "../../src/node/usage/oom-score.js";
import { allContainers } from "../../src/node/admission/resources.js";
import { exactDifferences } from "./expected.js";

export const kind = "qos";

interface QosCase {
  readonly input: { readonly pod: Pod; readonly nodeMemoryCapacities: readonly string[] };
  readonly expected: unknown;
}

/** Canonical text of each quantity. */
function canonical(list: ResourceList): Record<string, string> {
  return Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, parseQuantity(quantity).toString()]));
}

export function check({ input: { pod, nodeMemoryCapacities }, expected }: QosCase): string[] {
  const { spec } = pod;
  const scores = (capacity: string): Record<string, number> =>
    Object.fromEntries(
      allContainers(spec).map((container) => [container.name, oomScoreAdj(pod, container, parseQuantity(capacity).value)]),
    );
  const actual = {
    qosClass: qosClassOf(spec),
    requests: canonical(podRequests(spec)),
    limits: canonical(podLimits(spec)),
    requestsWithoutOverhead: canonical(podRequestsWithoutOverhead(spec)),
    containerRequestsOnly: canonical(addResourceLists(containerRequests(spec), spec.overhead ?? {})),
    podLevelResourcesAreUsed: hasPodLevelResources(spec),
    oomScoreAdj: Object.fromEntries(nodeMemoryCapacities.map((capacity) => [capacity, scores(capacity)])),
  };
  return exactDifferences("", actual, expected);
}
