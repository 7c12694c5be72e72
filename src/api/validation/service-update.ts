/** What may change in a service. Source: ValidateServiceUpdate in pkg/apis/core/validation/validation.go. */
import type { Service } from "../types/network.js";
import { forbidden, invalid, type FieldError } from "./field-error.js";

const SET_ONCE = "may not change once set";

function isHeadless({ spec: { clusterIPs = [] } }: Service): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === "None";
}

function isExternal({ spec: { type } }: Service): boolean {
  return type === "ExternalName";
}

function validateAddresses({ spec }: Service, { spec: old }: Service): FieldError[] {
  const { clusterIPs = [], ipFamilyPolicy = null } = spec;
  const { clusterIPs: before = [] } = old;
  if (before.length === clusterIPs.length)
    return before.flatMap((address, index) =>
      address === clusterIPs[index] ? [] : [invalid(`spec.clusterIPs[${index}]`, clusterIPs, SET_ONCE)],
    );
  const errors: FieldError[] = [];
  if (clusterIPs.length === 0) errors.push(invalid("spec.clusterIPs[0]", spec.clusterIPs ?? null, "primary clusterIP can not be unset"));
  else if (before.length > 0 && clusterIPs[0] !== before[0]) errors.push(invalid("spec.clusterIPs[0]", clusterIPs, SET_ONCE));
  if (before.length > clusterIPs.length && clusterIPs.length === 1 && ipFamilyPolicy !== "SingleStack")
    errors.push(invalid("spec.ipFamilyPolicy", ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP"));
  return errors;
}

function validateFamilies({ spec }: Service, { spec: old }: Service): FieldError[] {
  const { ipFamilies = [], clusterIPs = [], ipFamilyPolicy = null } = spec;
  const { ipFamilies: before = [] } = old;
  const field = "spec.ipFamilies[0]";
  if (before.length === ipFamilies.length)
    return before.flatMap((family, index) => (family === ipFamilies[index] ? [] : [invalid(field, ipFamilies, SET_ONCE)]));
  const errors: FieldError[] = [];
  const released = before.length > ipFamilies.length;
  if (released && clusterIPs.length === 0) errors.push(invalid(field, spec.ipFamilies ?? null, "primary ipFamily can not be unset"));
  if (before.length > 0 && ipFamilies.length > 0 && ipFamilies[0] !== before[0]) errors.push(invalid(field, clusterIPs, SET_ONCE));
  if (released && ipFamilies.length === 1 && ipFamilyPolicy !== "SingleStack")
    errors.push(invalid("spec.ipFamilyPolicy", ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary ipFamily"));
  return errors;
}

function needsHealthCheck({ spec: { type, externalTrafficPolicy } }: Service): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

/** What must stay, before the new service itself is looked at. */
export function validateServiceChange(service: Service, old: Service): FieldError[] {
  const errors: FieldError[] = [];
  if (!isExternal(service) && !isExternal(old)) {
    if (!isHeadless(service) || !isHeadless(old)) errors.push(...validateAddresses(service, old));
    if (!isHeadless(service) && !isHeadless(old)) errors.push(...validateFamilies(service, old));
  }
  const { loadBalancerClass, healthCheckNodePort } = service.spec;
  const bothBalanced = service.spec.type === "LoadBalancer" && old.spec.type === "LoadBalancer";
  if (bothBalanced && loadBalancerClass !== old.spec.loadBalancerClass)
    errors.push(invalid("spec.loadBalancerClass", loadBalancerClass ?? null, SET_ONCE));
  if (needsHealthCheck(service) && needsHealthCheck(old) && healthCheckNodePort !== old.spec.healthCheckNodePort)
    errors.push(forbidden("spec.healthCheckNodePort", "field is immutable"));
  return errors;
}
