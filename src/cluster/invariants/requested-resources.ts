/** Sums of what pods request, exact to the billionth of a unit. */
import { parseQuantity } from "../../api/quantity.js";
import { podRequests } from "../../api/resources.js";
import { oncePerTemplate } from "../../api/template-memo.js";
import type { ResourceList } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";

/** Resource name to amount in billionths of its unit; "pods" counts the pods themselves. */
export type Amounts = ReadonlyMap<string, bigint>;

const ONE_POD = 1_000_000_000n;

export function amountsOf(list: ResourceList): Amounts {
  return new Map(Object.entries(list).map(([name, amount]) => [name, parseQuantity(amount).nanos]));
}

const requestsOf = oncePerTemplate((spec): Amounts => new Map(amountsOf(podRequests(spec))).set("pods", ONE_POD));

/** What one pod requests. */
export function requested({ spec }: Pod): Amounts {
  return requestsOf(spec);
}

export function sumOf(pods: Iterable<Pod>): Amounts {
  const sum = new Map<string, bigint>();
  for (const pod of pods) for (const [name, amount] of requested(pod)) sum.set(name, (sum.get(name) ?? 0n) + amount);
  return sum;
}

/** Names of resources of which more is asked for than there is. */
export function exceeded(asked: Amounts, available: Amounts): string[] {
  return [...asked].filter(([name, amount]) => amount > 0n && amount > (available.get(name) ?? 0n)).map(([name]) => name);
}

/** "3.5 of cpu" */
export function amountText(name: string, amounts: Amounts): string {
  return `${Number(amounts.get(name) ?? 0n) / Number(ONE_POD)} of ${name}`;
}
