/**
 * Refusals of the API server, in upstream's wording.
 *
 * Source of codes, reasons and texts: k8s.io/apimachinery/pkg/api/errors.
 */
import { kindInfo, type Kind } from "../../api/kinds.js";
import type { ApiStatus, Target } from "./client.js";

/** Ends the handling of a request; the status is what the client gets. */
export class ApiStatusError extends Error {
  constructor(readonly status: ApiStatus) {
    super(status.message);
    this.name = "ApiStatusError";
  }
}

/** Group of an apiVersion: "apps" of "apps/v1", "" of "v1". */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** "pods", or "deployments.apps" where the kind has a group. */
export function qualifiedResource(kind: string): string {
  const info = kindInfo(kind);
  if (info === undefined) return kind.toLowerCase();
  const group = groupOf(info.apiVersion);
  return group === "" ? info.resource : `${info.resource}.${group}`;
}

/** What a refusal is about, as `details` names it: the resource, or the kind where an object itself is wrong. */
function detailsOf(group: string, kind: string, name: string): NonNullable<ApiStatus["details"]> {
  return { ...(name !== "" && { name }), ...(group !== "" && { group }), kind };
}

function resourceDetails(kind: string, name: string): NonNullable<ApiStatus["details"]> {
  const info = kindInfo(kind);
  return detailsOf(info === undefined ? "" : groupOf(info.apiVersion), info?.resource ?? kind.toLowerCase(), name);
}

export function notFound(kind: Kind, name: string): ApiStatusError {
  return new ApiStatusError({
    code: 404,
    reason: "NotFound",
    message: `${qualifiedResource(kind)} "${name}" not found`,
    details: resourceDetails(kind, name),
  });
}

export function alreadyExists(kind: Kind, name: string): ApiStatusError {
  return new ApiStatusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${qualifiedResource(kind)} "${name}" already exists`,
    details: resourceDetails(kind, name),
  });
}

/** @param resource resource as in the text, "pods" or "pods/binding" */
export function conflict(resource: string, name: string, why: string): ApiStatusError {
  const [plain, ...group] = resource.split(".");
  return new ApiStatusError({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${resource} "${name}": ${why}`,
    details: detailsOf(group.join("."), plain, name),
  });
}

/** The stored object has moved on since the client read it. Text: k8s.io/apiserver/pkg/registry/generic/registry OptimisticLockErrorMsg. */
export function modifiedConflict(kind: Kind, name: string): ApiStatusError {
  return conflict(
    qualifiedResource(kind),
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

/** What the server itself had read to handle a request has been modified before it wrote: it may try again. */
export class ChangedSinceRead extends ApiStatusError {
  constructor(kind: Kind, name: string) {
    super(modifiedConflict(kind, name).status);
    this.name = "ChangedSinceRead";
  }
}

export function preconditionConflict(
  kind: Kind,
  name: string,
  field: "UID" | "ResourceVersion",
  wanted: string,
  found: string,
): ApiStatusError {
  return conflict(
    qualifiedResource(kind),
    name,
    `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`,
  );
}

export function forbidden(kind: Kind, name: string, why: string): ApiStatusError {
  return new ApiStatusError({
    code: 403,
    reason: "Forbidden",
    message: `${qualifiedResource(kind)} "${name}" is forbidden: ${why}`,
    details: resourceDetails(kind, name),
  });
}

export function badRequest(message: string): ApiStatusError {
  return new ApiStatusError({ code: 400, reason: "BadRequest", message });
}

export interface FieldCause {
  readonly type: string;
  readonly field?: string;
  readonly message: string;
}

/** Validation found mistakes; one is written plainly, several in brackets, as field.ErrorList does. */
export function invalid(kind: string, name: string, causes: readonly FieldCause[]): ApiStatusError {
  const info = kindInfo(kind);
  return invalidOfGroup(info === undefined ? "" : groupOf(info.apiVersion), kind, name, causes);
}

/** The same of a kind that is not stored. */
export function invalidOfGroup(group: string, kind: string, name: string, causes: readonly FieldCause[]): ApiStatusError {
  const texts = causes.map((cause) => (cause.field === undefined || cause.field === "" ? cause.message : `${cause.field}: ${cause.message}`));
  const detail = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const qualified = group === "" ? kind : `${kind}.${group}`;
  return new ApiStatusError({
    code: 422,
    reason: "Invalid",
    message: `${qualified} "${name}" is invalid: ${detail}`,
    details: detailsOf(group, kind, name),
    causes,
  });
}

/** The client gave up waiting: its machine cannot reach the API server, or the API server does not answer. */
export const CLIENT_TIMEOUT: ApiStatus = {
  code: 504,
  reason: "Timeout",
  message: "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
};

/** Source of the text: go.etcd.io/etcd/server ErrTimeout, passed on by the API server as an internal error. */
export const ETCD_TIMEOUT: ApiStatus = { code: 500, reason: "InternalError", message: "etcdserver: request timed out" };

/**
 * The authoriser's refusal. Source of the text: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters forbiddenMessage.
 *
 * @param subresource "" for the resource itself
 */
export function forbiddenRequest(user: string, verb: string, target: Target, subresource: string): ApiStatus {
  const { kind, name, namespace } = target;
  const info = kindInfo(kind)!;
  const group = groupOf(info.apiVersion);
  const resource = subresource === "" ? info.resource : `${info.resource}/${subresource}`;
  const qualified = group === "" ? info.resource : `${info.resource}.${group}`;
  const named = name === "" ? qualified : `${qualified} "${name}"`;
  const scope = info.namespaced && namespace !== undefined && namespace !== "" ? `in the namespace "${namespace}"` : "at the cluster scope";
  return {
    code: 403,
    reason: "Forbidden",
    message: `${named} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`,
    details: detailsOf(group, info.resource, name),
  };
}

/** Source of the text: go.etcd.io/etcd/api/v3rpc/rpctypes ErrNoSpace. */
export const ETCD_FULL: ApiStatus = { code: 500, reason: "InternalError", message: "etcdserver: mvcc: database space exceeded" };

/** Source: k8s.io/apiserver/pkg/server/filters tooManyRequests. */
export const TOO_MANY_REQUESTS: ApiStatus = {
  code: 429,
  reason: "TooManyRequests",
  message: "Too many requests, please try again later.",
  retryAfterSeconds: 1,
};
