/**
 * What a node has and what of it pods may have.
 *
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/#node-allocatable and
 * pkg/kubelet/cm/node_container_manager_linux.go.
 */
import { milliQuantityOf, parseQuantity, quantityOf } from "../../api/quantity.js";
import type { QuantityText, ResourceList } from "../../api/types/meta.js";
import { amountOf, CPU, EPHEMERAL_STORAGE, HUGE_PAGES_PREFIX, MEMORY } from "../admission/resources.js";

/** Thresholds at which pods are evicted at once, by signal: a quantity or a percentage of the capacity. */
export type EvictionHard = Readonly<Record<string, string>>;

/** The kubelet's defaults on Linux (pkg/kubelet/apis/config/v1beta1/defaults_linux.go). */
export const DEFAULT_EVICTION_HARD: EvictionHard = {
  "memory.available": "100Mi",
  "nodefs.available": "10%",
  "nodefs.inodesFree": "5%",
  "imagefs.available": "15%",
  "imagefs.inodesFree": "5%",
};

/** Signals whose threshold is held back from pods. */
const RESERVING_SIGNALS: ReadonlyMap<string, string> = new Map([
  ["memory.available", MEMORY],
  ["nodefs.available", EPHEMERAL_STORAGE],
]);

/** A threshold in units of the resource; percentages are 32-bit floats, as the kubelet keeps them. */
export function thresholdAmount(threshold: string, capacity: number): number {
  if (!threshold.endsWith("%")) return parseQuantity(threshold).value;
  return Math.trunc(capacity * Math.fround(Number.parseFloat(threshold.slice(0, -1)) / 100));
}

/** Resource name to amount held back for the eviction thresholds. */
export function evictionReservation(evictionHard: EvictionHard, capacity: ResourceList): Map<string, number> {
  const reservation = new Map<string, number>();
  for (const [signal, resource] of RESERVING_SIGNALS) {
    const threshold = evictionHard[signal];
    const own = capacity[resource];
    if (threshold === undefined || own === undefined || threshold === "0%" || threshold === "100%") continue;
    reservation.set(resource, thresholdAmount(threshold, parseQuantity(own).value));
  }
  return reservation;
}

/** Resources that the kubelet counts in bytes and writes with powers of two (setters.go in pkg/kubelet/nodestatus, cadvisor/util.go). */
function isInBytes(resource: string): boolean {
  return resource === MEMORY || resource === EPHEMERAL_STORAGE || resource.startsWith(HUGE_PAGES_PREFIX);
}

/** An amount as the kubelet writes it: with the greatest suffix that leaves it whole. */
function written(resource: string, amount: number): string {
  if (resource === CPU) return milliQuantityOf(amount).toString();
  return quantityOf(amount, isInBytes(resource) ? "BinarySI" : "DecimalSI").toString();
}

/** What a machine has as the kubelet writes it. */
export function nodeCapacity(machine: ResourceList): ResourceList {
  return Object.fromEntries(
    Object.entries(machine).map(([resource, quantity]) => [resource, written(resource, amountOf(resource, quantity))]),
  );
}

/**
 * Capacity less system and kube reservation and hard eviction, never below zero; memory gives up all huge pages, too.
 *
 * @param capacity as {@link nodeCapacity} writes it
 */
export function nodeAllocatable(
  capacity: ResourceList,
  systemReserved: ResourceList,
  kubeReserved: ResourceList,
  evictionHard: EvictionHard,
): ResourceList {
  const held = evictionReservation(evictionHard, capacity);
  const allocatable: Record<string, QuantityText> = {};
  for (const [resource, quantity] of Object.entries(capacity)) {
    const own = amountOf(resource, quantity);
    const reserved = [systemReserved, kubeReserved].map((list) => (list[resource] === undefined ? 0 : amountOf(resource, list[resource])));
    const left = Math.max(0, own - reserved[0] - reserved[1] - (held.get(resource) ?? 0));
    allocatable[resource] = left === own ? quantity : written(resource, left);
  }
  const hugePages = Object.entries(capacity).filter(([resource]) => resource.startsWith(HUGE_PAGES_PREFIX));
  if (hugePages.length > 0 && allocatable[MEMORY] !== undefined) {
    const taken = hugePages.reduce((sum, [resource]) => sum + parseQuantity(allocatable[resource]).value, 0);
    allocatable[MEMORY] = written(MEMORY, Math.max(0, parseQuantity(allocatable[MEMORY]).value - taken));
  }
  return allocatable;
}

/** Pods that a node takes: its own maximum, or so many a core where that is set and less. */
export function podCapacity(maxPods: number, podsPerCore: number, cores: number): number {
  return podsPerCore > 0 ? Math.min(maxPods, podsPerCore * cores) : maxPods;
}
