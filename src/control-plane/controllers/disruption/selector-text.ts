/**
 * A label selector as Go prints it in messages.
 *
 * Source: String of LabelSelector in apimachinery pkg/apis/meta/v1/generated.pb.go.
 */
import type { LabelSelector } from "../../../api/types/index.js";

export function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "nil";
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const matchLabels = labels.map(([name, value]) => `${name}: ${value},`).join("");
  const expressions = (selector.matchExpressions ?? [])
    .map(({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`)
    .join("");
  return `&LabelSelector{MatchLabels:map[string]string{${matchLabels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}
