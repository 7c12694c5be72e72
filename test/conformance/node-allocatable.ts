/** Capacity and allocatable of nodes. */
import { parseQuantity } from "../../src/api/quantity.js";
import type { ResourceList } from "../../src/api/types/meta.js";
import {
  evictionReservation,
  nodeAllocatable,
  nodeCapacity,
  podCapacity,
  type EvictionHard,
} from "../../src/node/status/node-allocatable.js";
import { amounts, CPU } from "../../src/node/admission/resources.js";
import { differences } from "./expected.js";

export const kind = "node-allocatable";

interface NodeAllocatableCase {
  readonly input: {
    readonly numCores: number;
    readonly memoryCapacityBytes: number;
    readonly ephemeralStorageCapacity: string;
    readonly hugePages?: readonly { readonly count: number; readonly pageSizeKi: number }[] | null;
    readonly maxPods: number;
    readonly podsPerCore: number;
    readonly systemReserved?: ResourceList | null;
    readonly kubeReserved?: ResourceList | null;
    readonly evictionHard?: EvictionHard | null;
  };
  readonly expected: {
    readonly capacity: ResourceList;
    readonly allocatable: ResourceList;
    readonly allocatableAsNumbers: ResourceList;
    readonly evictionReservation: ResourceList;
  };
}

function asAmounts(list: ResourceList): Record<string, number> {
  return Object.fromEntries(amounts(list));
}

export function check({ input, expected }: NodeAllocatableCase): string[] {
  const capacity = nodeCapacity({
    cpu: String(input.numCores),
    memory: String(input.memoryCapacityBytes),
    "ephemeral-storage": input.ephemeralStorageCapacity,
    pods: String(podCapacity(input.maxPods, input.podsPerCore, input.numCores)),
    ...hugePagesOf(input.hugePages ?? []),
  });
  const evictionHard = input.evictionHard ?? {};
  const allocatable = nodeAllocatable(capacity, input.systemReserved ?? {}, input.kubeReserved ?? {}, evictionHard);
  const asText = Object.fromEntries(
    Object.entries(allocatable).map(([resource, quantity]) => [
      resource,
      resource === CPU ? `${parseQuantity(quantity).milliValue}m` : String(parseQuantity(quantity).value),
    ]),
  );
  return [
    ...differences("capacity", capacity, expected.capacity),
    ...differences("allocatable", allocatable, expected.allocatable),
    ...differences("allocatableAsNumbers", asText, expected.allocatableAsNumbers),
    ...differences(
      "evictionReservation",
      Object.fromEntries(evictionReservation(evictionHard, capacity)),
      asAmounts(expected.evictionReservation),
    ),
  ];
}

function hugePagesOf(hugePages: readonly { readonly count: number; readonly pageSizeKi: number }[]): ResourceList {
  return Object.fromEntries(
    hugePages.map(({ count, pageSizeKi }) => [`hugepages-${parseQuantity(`${pageSizeKi}Ki`).toString()}`, `${count * pageSizeKi}Ki`]),
  );
}
