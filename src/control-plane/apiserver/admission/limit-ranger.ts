/**
 * LimitRanger: containers get the default requests and limits of their namespace, and have to keep its bounds.
 *
 * Source: kubernetes/plugin/pkg/admission/limitranger; LimitRange defaults from kubernetes/pkg/apis/core/v1/defaults.go.
 */
import type { Kind } from "../../../api/kinds.js";
import { podLimitsWithoutOverhead, podRequestsWithoutOverhead } from "../../../api/resources.js";
import { compareQuantities, parseQuantity, quantityMilliValue } from "../../../api/quantity.js";
import type { ApiObject, QuantityText, ResourceList } from "../../../api/types/meta.js";
import type { Container, PodSpec } from "../../../api/types/pod.js";
import type { LimitRange, LimitRangeItem } from "../../../api/types/policy.js";
import type { PersistentVolumeClaim } from "../../../api/types/storage.js";
import type { ObjectReader } from "../object-store.js";
import { forbidden } from "../status-errors.js";
import { type AdmissionPlugin, type AdmissionRequest, type AdmittedSpec, type Operation, RefusedSpec } from "./admission.js";

const ANNOTATION = "kubernetes.io/limit-ranger";
const NO_RESOURCES: ResourceList = {};

/** Limits that containers get: what the range says, else its maximum. */
function defaultLimits({ default: limits, max }: LimitRangeItem): ResourceList {
  return { ...max, ...limits };
}

/** Requests that containers get: what the range says, else their default limit, else the minimum. */
function defaultRequests(item: LimitRangeItem): ResourceList {
  return { ...item.min, ...defaultLimits(item), ...item.defaultRequest };
}

function missingIn(defaults: ResourceList, own: ResourceList): string[] {
  return Object.keys(defaults)
    .filter((name) => own[name] === undefined)
    .sort();
}

function withDefaults(container: Container, requests: ResourceList, limits: ResourceList, what: string, notes: string[]): Container {
  const ownRequests = container.resources?.requests ?? NO_RESOURCES;
  const ownLimits = container.resources?.limits ?? NO_RESOURCES;
  const addedRequests = missingIn(requests, ownRequests);
  const addedLimits = missingIn(limits, ownLimits);
  if (addedRequests.length > 0) notes.push(`${addedRequests.join(", ")} request for ${what} ${container.name}`);
  if (addedLimits.length > 0) notes.push(`${addedLimits.join(", ")} limit for ${what} ${container.name}`);
  if (addedRequests.length + addedLimits.length === 0) return container;
  return {
    ...container,
    resources: {
      ...container.resources,
      ...(addedRequests.length > 0 && { requests: { ...requests, ...ownRequests } }),
      ...(addedLimits.length > 0 && { limits: { ...limits, ...ownLimits } }),
    },
  };
}

/** Go prints the ratio with six digits. */
const RATIO_DIGITS = 6;

/** What is wrong with requests and limits against one item of a range. */
function violations({ type, min, max, maxLimitRequestRatio }: LimitRangeItem, requests: ResourceList, limits: ResourceList): string[] {
  const found: string[] = [];
  const shown = (quantity: QuantityText) => parseQuantity(quantity).toString();
  for (const [name, bound] of Object.entries(min ?? NO_RESOURCES)) {
    const [request, limit] = [requests[name], limits[name]];
    const text = `minimum ${name} usage per ${type} is ${shown(bound)}`;
    if (request === undefined) found.push(`${text}.  No request is specified`);
    else if (compareQuantities(request, bound) < 0) found.push(`${text}, but request is ${shown(request)}`);
    else if (limit !== undefined && compareQuantities(limit, bound) < 0) found.push(`${text}, but limit is ${shown(limit)}`);
  }
  for (const [name, bound] of Object.entries(max ?? NO_RESOURCES)) {
    const [request, limit] = [requests[name], limits[name]];
    const text = `maximum ${name} usage per ${type} is ${shown(bound)}`;
    if (limit === undefined) found.push(`${text}.  No limit is specified`);
    else if (compareQuantities(limit, bound) > 0) found.push(`${text}, but limit is ${shown(limit)}`);
    else if (request !== undefined && compareQuantities(request, bound) > 0) found.push(`${text}, but request is ${shown(request)}`);
  }
  for (const [name, bound] of Object.entries(maxLimitRequestRatio ?? NO_RESOURCES)) {
    const request = quantityMilliValue(requests[name] ?? 0);
    const limit = quantityMilliValue(limits[name] ?? 0);
    const text = `${name} max limit to request ratio per ${type} is ${shown(bound)}`;
    if (request === 0) found.push(`${text}, but no request is specified or request is 0`);
    else if (limit === 0) found.push(`${text}, but no limit is specified or limit is 0`);
    else if (limit / request > quantityMilliValue(bound) / 1_000) {
      found.push(`${text}, but provided ratio is ${(limit / request).toFixed(RATIO_DIGITS)}`);
    }
  }
  return found;
}

/** What is wrong with a claim against one item of a range: of claims only requests count. */
function claimViolations({ type, min, max }: LimitRangeItem, requests: ResourceList): string[] {
  const found = violations({ type, ...(min !== undefined && { min }) }, requests, NO_RESOURCES);
  for (const [name, bound] of Object.entries(max ?? NO_RESOURCES)) {
    const request = requests[name];
    const text = `maximum ${name} usage per ${type} is ${parseQuantity(bound).toString()}`;
    if (request === undefined) found.push(`${text}.  No request is specified`);
    else if (compareQuantities(request, bound) > 0) found.push(`${text}, but request is ${parseQuantity(request).toString()}`);
  }
  return found;
}

/** Several mistakes as Go's aggregates write them: each once, in brackets. */
function aggregated(found: readonly string[]): string | undefined {
  const texts = [...new Set(found)];
  return texts.length > 1 ? `[${texts.join(", ")}]` : texts.at(0);
}

function podViolations(spec: PodSpec, item: LimitRangeItem): string[] {
  if (item.type === "Pod") return violations(item, podRequestsWithoutOverhead(spec), podLimitsWithoutOverhead(spec));
  if (item.type !== "Container") return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    violations(item, resources?.requests ?? NO_RESOURCES, resources?.limits ?? NO_RESOURCES),
  );
}

export class LimitRanger implements AdmissionPlugin {
  readonly name = "LimitRanger";
  readonly dependsOn = ["LimitRange"] as const;

  handles(kind: Kind, operation: Operation): boolean {
    return kind === "PersistentVolumeClaim" && operation !== "DELETE";
  }

  /** Each range is asked on its own, and the first that is broken refuses the claim. One that is being deleted may be what it is. */
  validate(object: ApiObject, { kind, previous }: AdmissionRequest, objects: ObjectReader): void {
    if (previous?.metadata.deletionTimestamp !== undefined) return;
    const { metadata, spec } = object as PersistentVolumeClaim;
    const requests = spec.resources?.requests ?? NO_RESOURCES;
    for (const range of objects.list("LimitRange", metadata.namespace ?? "")) {
      const items = range.spec.limits.filter(({ type }) => type === "PersistentVolumeClaim");
      const wrong = aggregated(items.flatMap((item) => claimViolations(item, requests)));
      if (wrong !== undefined) throw forbidden(kind, metadata.name, wrong);
    }
  }

  admitPodSpec(spec: PodSpec, namespace: string, objects: ObjectReader): AdmittedSpec {
    let admitted = spec;
    let annotation: string | undefined;
    for (const range of objects.list("LimitRange", namespace)) {
      const notes: string[] = [];
      for (const item of containerItems(range)) {
        const [requests, limits] = [defaultRequests(item), defaultLimits(item)];
        const containers = admitted.containers.map((one) => withDefaults(one, requests, limits, "container", notes));
        const initContainers = admitted.initContainers?.map((one) => withDefaults(one, requests, limits, "init container", notes));
        admitted = { ...admitted, containers, ...(initContainers !== undefined && { initContainers }) };
      }
      // What one range says that it set takes the place of what an earlier one said.
      if (notes.length > 0) annotation = `LimitRanger plugin set: ${notes.join("; ")}`;
    }
    return annotation === undefined ? { spec } : { spec: admitted, annotations: { [ANNOTATION]: annotation } };
  }

  validatePodSpec(spec: PodSpec, namespace: string, objects: ObjectReader): void {
    for (const range of objects.list("LimitRange", namespace)) {
      const wrong = aggregated(range.spec.limits.flatMap((item) => podViolations(spec, item)));
      if (wrong !== undefined) throw new RefusedSpec(wrong);
    }
  }
}

function containerItems(range: LimitRange): readonly LimitRangeItem[] {
  return range.spec.limits.filter(({ type }) => type === "Container");
}
