/** Source of the rules: k8s.io/api/core/v1/toleration.go, k8s.io/component-helpers/scheduling/corev1/helpers.go */
import type { Taint, Toleration } from "../../api/types/index.js";

const INTEGER = /^-?(0|[1-9]\d*)$/;

/** Without key and with Exists a toleration matches every taint; no operator means Equal; no effect matches all effects. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = "", operator = "Equal", value = "", effect } = toleration;
  if (effect !== undefined && (effect as string) !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  switch (operator) {
    case "Exists":
      return true;
    case "Lt":
    case "Gt": {
      const other = taint.value ?? "";
      if (!INTEGER.test(value) || !INTEGER.test(other)) return false;
      return operator === "Gt" ? BigInt(other) > BigInt(value) : BigInt(other) < BigInt(value);
    }
    default:
      return value === (taint.value ?? "");
  }
}

export function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}
