/** Shapes that samples of kube-state-metrics have again and again. */
import { quantityMilliValue, quantityValue } from "../../api/quantity.js";
import type { Condition, ResourceList } from "../../api/types/meta.js";
import type { LabelSet, Sample } from "./family.js";

const MICROSECONDS = 1_000_000;
const MILLI = 1_000;

/** One sample, or none where there is no value. */
export function one(labels: LabelSet, value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [[labels, value]];
}

/** Seconds of the Unix clock. */
export function seconds(timestamp: number | undefined): number | undefined {
  return timestamp === undefined ? undefined : timestamp / MICROSECONDS;
}

export function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** One sample for each possible state, of which one is 1. */
export function states(labels: LabelSet, label: string, all: readonly string[], present: string | undefined): readonly Sample[] {
  return all.map((state) => [{ ...labels, [label]: state }, flag(state === present)]);
}

const CONDITION_STATUSES = ["true", "false", "unknown"];

/** One sample for each condition and possible status. */
export function conditionSamples(labels: LabelSet, conditions: readonly Condition[] | undefined): readonly Sample[] {
  return (conditions ?? []).flatMap(({ type, status }) =>
    states({ ...labels, condition: type }, "status", CONDITION_STATUSES, status.toLowerCase()),
  );
}

/** Amounts of resources; names are written with underscores, cpu in cores, all else in bytes or pieces. */
export function resourceSamples(labels: LabelSet, list: ResourceList | undefined): readonly Sample[] {
  return Object.entries(list ?? {}).map(([resource, amount]) => [
    { ...labels, resource: resource.replaceAll(/[^a-zA-Z0-9_]/g, "_"), unit: unitOf(resource) },
    resource === "cpu" ? quantityMilliValue(amount) / MILLI : quantityValue(amount),
  ]);
}

function unitOf(resource: string): string {
  if (resource === "cpu") return "core";
  if (resource === "memory" || resource.endsWith("storage") || resource.startsWith("hugepages-")) return "byte";
  return "integer";
}
