/** References to a pod's own fields and resources. Source: validateObjectFieldSelector, validateContainerResourceFieldSelector in pkg/apis/core/validation/validation.go. */
import { parseQuantity } from "../quantity.js";
import type { QuantityText } from "../types/meta.js";
import { invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { qualifiedName } from "./names.js";

/** Fields of pods that can be named at all. Source: ConvertDownwardAPIFieldLabel in pkg/apis/core/pods. */
const POD_FIELDS: ReadonlySet<string> = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.serviceAccountName",
  "spec.schedulerName",
  "status.phase",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);

export interface FieldReference {
  readonly apiVersion?: string;
  readonly fieldPath?: string;
}

/** @param supported the fields that may stand here, in the order in which the API server lists them */
export function validateFieldReference(
  field: string,
  { apiVersion = "", fieldPath = "" }: FieldReference,
  supported: readonly string[],
): FieldError[] {
  if (apiVersion === "") return [required(`${field}.apiVersion`)];
  if (fieldPath === "") return [required(`${field}.fieldPath`)];
  if (apiVersion !== "v1")
    return [invalid(`${field}.fieldPath`, fieldPath, `error converting fieldPath: unsupported pod version: ${apiVersion}`)];
  const keyed = /^(.*)\['(.*)'\]$/.exec(fieldPath);
  if (keyed !== null && (keyed[1] === "metadata.labels" || keyed[1] === "metadata.annotations"))
    return check(field, keyed[1] === "metadata.annotations" ? keyed[2].toLowerCase() : keyed[2], qualifiedName);
  if (keyed !== null)
    return [invalid(`${field}.fieldPath`, fieldPath, `error converting fieldPath: field label does not support subscript: ${fieldPath}`)];
  if (!POD_FIELDS.has(fieldPath))
    return [invalid(`${field}.fieldPath`, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)];
  return supported.includes(fieldPath) ? [] : [notSupported(`${field}.fieldPath`, fieldPath, supported)];
}

const RESOURCES = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];
const HUGE_PAGES = /^(requests|limits)\.hugepages-/;
const BYTE_DIVISORS = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

export interface ResourceReference {
  readonly containerName?: string;
  readonly resource?: string;
  readonly divisor?: QuantityText;
}

function validateDivisor(field: string, resource: string, divisor: QuantityText): FieldError[] {
  const parsed = parseQuantity(divisor);
  if (parsed.sign === 0) return [];
  const shown = parsed.toString();
  const name = resource.replace(/^(requests|limits)\./, "");
  if (name === "cpu") {
    if (shown === "1" || shown === "1m") return [];
    return [invalid(`${field}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  }
  const kind = HUGE_PAGES.test(resource) ? "hugepages" : name === "ephemeral-storage" ? "local ephemeral storage" : name;
  if (kind === name && name !== "memory") return [];
  if (BYTE_DIVISORS.includes(shown)) return [];
  return [
    invalid(`${field}.divisor`, resource, `only divisor's values ${BYTE_DIVISORS.join(", ")} are supported with the ${kind} resource`),
  ];
}

/** @param options.namesContainer whether the container has to be named, as outside of one */
export function validateResourceReference(
  field: string,
  { containerName = "", resource = "", divisor = 0 }: ResourceReference,
  { namesContainer }: { readonly namesContainer: boolean },
): FieldError[] {
  const errors: FieldError[] = [];
  if (namesContainer && containerName === "") errors.push(required(`${field}.containerName`));
  else if (resource === "") errors.push(required(`${field}.resource`));
  else if (!RESOURCES.includes(resource) && !HUGE_PAGES.test(resource)) errors.push(notSupported(`${field}.resource`, resource, RESOURCES));
  return [...errors, ...validateDivisor(field, resource, divisor)];
}
