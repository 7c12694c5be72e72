/** Values that are a number or a percentage of one. Source: k8s.io/apimachinery/pkg/util/intstr. */
import type { IntOrString } from "./types/meta.js";

/** A text that is no percentage; the message is Kubernetes' own. */
export class IntOrStringError extends Error {
  override readonly name = "IntOrStringError";
}

/** The number before the sign of a percentage such as "25%", or undefined where the text is none. */
export function percentage(value: IntOrString): number | undefined {
  return typeof value === "string" && /^[+-]?\d+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
}

/**
 * The number that a value stands for, percentages being taken of `total` and rounded as asked
 * (intstr.GetScaledValueFromIntOrPercent).
 *
 * @throws IntOrStringError where the value is a text that is no percentage
 */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number {
  if (typeof value === "number") return value;
  const percent = percentage(value);
  if (percent === undefined) throw new IntOrStringError("invalid value for IntOrString: invalid type: string is not a percentage");
  const share = (percent * total) / 100;
  // A product of two integers divided by 100 is exact enough for ceil and floor, as in Go's float64.
  return roundUp ? Math.ceil(share) : Math.floor(share);
}
