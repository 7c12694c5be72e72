/** Tolerations of two lists in one, without those that another covers. Source: kubernetes/pkg/util/tolerations (MergeTolerations). */
import type { Toleration } from "../../../api/types/pod.js";
import { semanticallyEqual } from "../../../api/validation/sameness.js";

/** Whether all that `narrow` tolerates is tolerated by `wide`. */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (semanticallyEqual(wide, narrow)) return true;
  const [key, operator] = [wide.key ?? "", wide.operator ?? "Equal"];
  if ((narrow.key ?? "") !== key && !(key === "" && operator === "Exists")) return false;
  if (narrow.effect !== wide.effect && wide.effect !== undefined) return false;
  const longest = wide.effect === "NoExecute" ? (wide.tolerationSeconds ?? Infinity) : Infinity;
  if ((narrow.tolerationSeconds ?? Infinity) > longest) return false;
  return operator === "Exists" || (operator === "Equal" && narrow.operator === "Equal" && (narrow.value ?? "") === (wide.value ?? ""));
}

/** Those of the first list come first; of equal ones the first stays. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): readonly Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, one] of all.entries()) {
    const later = all.slice(index + 1).some((other) => !semanticallyEqual(one, other) && covers(other, one));
    if (!later && !merged.some((other) => covers(other, one))) merged.push(one);
  }
  return merged;
}
