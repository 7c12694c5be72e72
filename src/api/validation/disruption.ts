/** Validation of disruption budgets. Source: pkg/apis/policy/validation/validation.go. */
import type { PodDisruptionBudget } from "../types/policy.js";
import { invalid, notSupported, type FieldError } from "./field-error.js";
import { shownSelector, validateLabelSelector } from "./selectors.js";
import { atMostWhole, intOrPercent } from "./workloads.js";

const EVICTION_POLICIES = ["AlwaysAllow", "IfHealthyBudget"];

export function validatePodDisruptionBudget(object: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = object.spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: shownSelector(selector),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    errors.push(invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"));
  }
  if (minAvailable !== undefined)
    errors.push(...intOrPercent("spec.minAvailable", minAvailable), ...atMostWhole("spec.minAvailable", minAvailable));
  if (maxUnavailable !== undefined)
    errors.push(...intOrPercent("spec.maxUnavailable", maxUnavailable), ...atMostWhole("spec.maxUnavailable", maxUnavailable));
  errors.push(...validateLabelSelector("spec.selector", selector));
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy))
    errors.push(notSupported("spec.unhealthyPodEvictionPolicy", policy, EVICTION_POLICIES));
  return errors;
}
