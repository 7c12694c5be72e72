/** Effective requests of pods as numbers, computed once for all pods of a template. */
import { quantityMilliValue, quantityValue } from "../api/quantity.js";
import { podRequests } from "../api/resources.js";
import { oncePerTemplate } from "../api/template-memo.js";

export interface RequestedAmounts {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

export const requestedAmounts = oncePerTemplate((spec): RequestedAmounts => {
  const requests = podRequests(spec);
  return { cpuMillicores: quantityMilliValue(requests["cpu"] ?? 0), memoryBytes: quantityValue(requests["memory"] ?? 0) };
});
