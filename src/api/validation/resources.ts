/** Validation of resource names and quantities. Source: ValidateResourceRequirements and its kin in pkg/apis/core/validation/validation.go. */
import { compareQuantities, parseQuantity } from "../quantity.js";
import { containerLimits, containerRequests, isPodLevelResource } from "../resources.js";
import type { QuantityText, ResourceList } from "../types/meta.js";
import type { PodSpec, ResourceRequirements } from "../types/pod.js";
import { duplicate, forbidden, invalid, notFound, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, qualifiedName } from "./names.js";

const HUGE_PAGES = "hugepages-";
const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage"]);
const OBJECT_COUNTS: ReadonlySet<string> = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);
const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  ...CONTAINER_RESOURCES,
  ...OBJECT_COUNTS,
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "requests.storage",
]);
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([...QUOTA_RESOURCES, "storage"]);
/** Resources of the kubernetes.io namespace are not extended ones. */
const NATIVE_PREFIX = "kubernetes.io/";

function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

function isNative(name: string): boolean {
  return !name.includes("/") || name.includes(NATIVE_PREFIX);
}

export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith("requests.") && qualifiedName(`requests.${name}`).length === 0;
}

/** Whether more of it may be promised than there is. */
export function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isStandard(name: string): boolean {
  return STANDARD_RESOURCES.has(name) || isHugePages(name) || name.startsWith("requests.hugepages-");
}

export function validateResourceName(field: string, name: string): FieldError[] {
  const errors = check(field, name, qualifiedName);
  if (errors.length > 0) return errors;
  if (!name.includes("/") && !isStandard(name)) return [invalid(field, name, "must be a standard resource type or fully qualified")];
  return [];
}

export function nonNegativeQuantity(field: string, quantity: QuantityText): FieldError[] {
  const parsed = parseQuantity(quantity);
  return parsed.sign < 0 ? [invalid(field, parsed.toString(), "must be greater than or equal to 0")] : [];
}

export function validateResourceQuantity(field: string, name: string, quantity: QuantityText): FieldError[] {
  const errors = nonNegativeQuantity(field, quantity);
  const parsed = parseQuantity(quantity);
  const isCounted = OBJECT_COUNTS.has(name) || isExtended(name);
  if (isCounted && parsed.scaledValue(-3) % 1000n !== 0n) errors.push(invalid(field, parsed.toString(), "must be an integer"));
  return errors;
}

export function validateContainerResourceName(field: string, name: string): FieldError[] {
  const errors = validateResourceName(field, name);
  if (!name.includes("/")) {
    if (!CONTAINER_RESOURCES.has(name) && !isHugePages(name))
      errors.push(invalid(field, name, "must be a standard resource for containers"));
  } else if (!isNative(name) && !isExtended(name)) errors.push(invalid(field, name, "doesn't follow extended resource name standard"));
  return errors;
}

function validateHugePageValue(field: string, name: string, quantity: QuantityText): FieldError[] {
  const page = name.slice(HUGE_PAGES.length);
  const { nanos } = parseQuantity(quantity);
  try {
    const size = parseQuantity(page).nanos;
    if (size > 0n && nanos % size === 0n) return [];
  } catch {
    return [];
  }
  return [invalid(field, String(quantity), `${parseQuantity(quantity).toString()} is not positive integer multiple of ${name}`)];
}

type NameCheck = (field: string, name: string) => FieldError[];

/** Requests and limits of a container, or of a pod as a whole with its own rule for names. */
export function validateResourceRequirements(
  field: string,
  resources: ResourceRequirements | undefined,
  claims: readonly string[] = [],
  checkName: NameCheck = validateContainerResourceName,
): FieldError[] {
  if (resources === undefined) return [];
  const { limits = {}, requests = {} } = resources;
  const errors: FieldError[] = [];
  for (const [name, quantity] of Object.entries(limits)) {
    const path = `${field}.limits[${name}]`;
    errors.push(...checkName(path, name), ...validateResourceQuantity(path, name, quantity));
    if (isHugePages(name)) errors.push(...validateHugePageValue(path, name, quantity));
  }
  for (const [name, quantity] of Object.entries(requests)) {
    const path = `${field}.requests[${name}]`;
    errors.push(...checkName(path, name), ...validateResourceQuantity(path, name, quantity));
    errors.push(...validateRequestAgainstLimit(field, name, quantity, Object.hasOwn(limits, name) ? limits[name] : undefined));
    if (isHugePages(name)) errors.push(...validateHugePageValue(path, name, quantity));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes("cpu") && !names.includes("memory"))
    errors.push(forbidden(field, "HugePages require cpu or memory"));
  return [...errors, ...validateClaimNames(`${field}.claims`, resources.claims ?? [], claims)];
}

/** Claims that a container uses have to be the pod's, and each is named once, as a whole or by request. */
function validateClaimNames(field: string, used: NonNullable<ResourceRequirements["claims"]>, claims: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, claim] of used.entries()) {
    const path = `${field}[${index}]`;
    const { name = "", request = "" } = claim as { readonly name?: string; readonly request?: string };
    if (name === "") {
      errors.push(required(path));
      continue;
    }
    if (seen.has(name)) errors.push(duplicate(path, name));
    else {
      const key = request === "" ? name : `${name}/${request}`;
      if (request !== "") errors.push(...check(`${path}.request`, request, dnsLabel));
      if (seen.has(key)) errors.push(duplicate(path, key));
      else if (request === "") for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(path, name));
      seen.add(key);
    }
    if (!claims.includes(name)) {
      const known = [...new Set(claims.filter((one) => one !== ""))].sort();
      const detail = `must be one of the names in pod.spec.resourceClaims${known.length === 0 ? " which is empty" : `: ${known.join(", ")}`}`;
      errors.push(notFound(path, name, detail));
    }
  }
  return errors;
}

function validateRequestAgainstLimit(field: string, name: string, request: QuantityText, limit: QuantityText | undefined): FieldError[] {
  if (limit === undefined) {
    return mayOvercommit(name) ? [] : [required(`${field}.limits`, "Limit must be set for non overcommitable resources")];
  }
  const order = compareQuantities(request, limit);
  const shown = parseQuantity(request).toString();
  const bound = `${name} limit of ${parseQuantity(limit).toString()}`;
  if (order !== 0 && !mayOvercommit(name)) return [invalid(`${field}.requests`, shown, `must be equal to ${bound}`)];
  return order > 0 ? [invalid(`${field}.requests`, shown, `must be less than or equal to ${bound}`)] : [];
}

/** In the order in which the API server lists them. */
const POD_LEVEL_RESOURCES = ["cpu", HUGE_PAGES, "memory"];

function validatePodLevelName(field: string, name: string): FieldError[] {
  const errors = validateResourceName(field, name);
  return errors.length > 0 || isPodLevelResource(name) ? errors : [notSupported(field, name, POD_LEVEL_RESOURCES)];
}

/** Resources of the pod as a whole, and that its containers fit into them (validatePodResources). */
export function validatePodResources(field: string, spec: PodSpec, claims: readonly string[]): FieldError[] {
  const { resources } = spec;
  if (resources === undefined) return [];
  const errors = validateResourceRequirements(field, resources, claims, validatePodLevelName);
  if (resources.claims !== undefined) errors.unshift(forbidden(`${field}.claims`, "claims cannot be set for Resources at pod-level"));
  const aggregated = containerRequests(spec);
  for (const [name, quantity] of Object.entries(resources.requests ?? {})) {
    if (!Object.hasOwn(aggregated, name) || compareQuantities(quantity, aggregated[name]) >= 0) continue;
    const shown = parseQuantity(quantity).toString();
    const bound = parseQuantity(aggregated[name]).toString();
    errors.push(invalid(`${field}.requests[${name}]`, shown, `must be greater than or equal to aggregate container requests of ${bound}`));
  }
  errors.push(...validateHugePageLimits(field, spec));
  for (const [index, container] of spec.containers.entries()) {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const bound = resources.limits?.[name];
      if (bound === undefined || compareQuantities(limit, bound) <= 0) continue;
      const path = `${field}.containers[${index}][${name}].limits`;
      errors.push(
        invalid(path, parseQuantity(limit).toString(), `must be less than or equal to pod limits of ${parseQuantity(bound).toString()}`),
      );
    }
  }
  return errors;
}

function validateHugePageLimits(field: string, spec: PodSpec): FieldError[] {
  const aggregated = containerLimits(spec);
  return Object.entries(spec.resources?.limits ?? {}).flatMap(([name, quantity]) => {
    if (!isHugePages(name) || !Object.hasOwn(aggregated, name) || compareQuantities(quantity, aggregated[name]) >= 0) return [];
    const bound = parseQuantity(aggregated[name]).toString();
    return [
      invalid(
        `${field}.limits[${name}]`,
        parseQuantity(quantity).toString(),
        `must be greater than or equal to aggregate container limits of ${bound}`,
      ),
    ];
  });
}

/** Whether a quota knows the resource by its plain name. */
export function isStandardQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.has(name) || isHugePages(name) || name.startsWith("requests.hugepages-");
}

/** A resource that a quota can count (validateResourceQuotaResourceName). */
export function validateQuotaResourceName(field: string, name: string): FieldError[] {
  const errors = validateResourceName(field, name);
  return name.includes("/") || isStandardQuotaResource(name)
    ? errors
    : [...errors, invalid(field, name, "must be a standard resource for quota")];
}

/** A resource list of a quota or a node, each name and amount checked. */
export function validateResourceList(field: (name: string) => string, list: ResourceList | undefined, checkName: NameCheck): FieldError[] {
  return Object.entries(list ?? {}).flatMap(([name, quantity]) => [
    ...checkName(field(name), name),
    ...validateResourceQuantity(field(name), name, quantity),
  ]);
}
