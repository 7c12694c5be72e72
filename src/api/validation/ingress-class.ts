/** Validation of ingress classes. Source: pkg/apis/networking/validation/validation.go. */
import type { IngressClass } from "../types/network.js";
import { domainPrefixedPath } from "./domain-path.js";
import { forbidden, invalid, notSupported, required, tooLong, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, dnsSubdomain, pathSegmentName } from "./names.js";
import { immutable } from "./sameness.js";

/** In bytes (maxLenIngressClassController). */
const LONGEST_CONTROLLER = 250;
const SCOPES = ["Cluster", "Namespace"];

type Parameters = NonNullable<IngressClass["spec"]["parameters"]>;

function validateSegment(field: string, what: string, value: string): FieldError[] {
  return value === "" ? [required(field, `${what} is required`)] : check(field, value, pathSegmentName);
}

function validateScope(field: string, { scope, namespace }: Parameters): FieldError[] {
  if (scope === undefined || !SCOPES.includes(scope)) return [notSupported(`${field}.scope`, scope ?? "", SCOPES)];
  const place = `${field}.namespace`;
  if (scope === "Cluster") return namespace === undefined ? [] : [forbidden(place, "`parameters.scope` is set to 'Cluster'")];
  if (namespace === undefined) return [required(place, "`parameters.scope` is set to 'Namespace'")];
  return dnsLabel(namespace).map((message) => invalid(place, namespace, message));
}

function validateParameters(field: string, parameters: Parameters): FieldError[] {
  const { apiGroup, kind, name } = parameters;
  return [
    ...(apiGroup === undefined ? [] : check(`${field}.apiGroup`, apiGroup, dnsSubdomain)),
    ...validateSegment(`${field}.kind`, "kind", kind),
    ...validateSegment(`${field}.name`, "name", name),
    ...validateScope(field, parameters),
  ];
}

export function validateIngressClass({ spec }: IngressClass): FieldError[] {
  const { controller = "", parameters } = spec;
  const field = "spec.controller";
  return [
    ...(Buffer.byteLength(controller) > LONGEST_CONTROLLER ? [tooLong(field, LONGEST_CONTROLLER)] : []),
    ...domainPrefixedPath(field, controller),
    ...(parameters === undefined ? [] : validateParameters("spec.parameters", parameters)),
  ];
}

export function validateIngressClassChange({ spec }: IngressClass, old: IngressClass): FieldError[] {
  return immutable("spec.controller", spec.controller, old.spec.controller);
}
