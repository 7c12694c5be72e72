/**
 * Refusals of the API server, in upstream's wording.
 *
 * Source of codes, reasons and texts: k8s.io/apimachinery/pkg/api/errors.
 */
import { kindInfo, type Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
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

/** @param isGoing whether the one that exists is being deleted. Source of the text: store.go of k8s.io/apiserver's generic registry */
export function alreadyExists(kind: Kind, name: string, isGoing = false): ApiStatusError {
  return new ApiStatusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${isGoing ? "object is being deleted: " : ""}${qualifiedResource(kind)} "${name}" already exists`,
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

/** Folders of etcd that do not bear the resource's name. Source: kubernetes/pkg/kubeapiserver/default_storage_factory_builder.go SpecialDefaultResourcePrefixes. */
const STORAGE_FOLDERS: Partial<Readonly<Record<Kind, string>>> = {
  ReplicationController: "controllers",
  Endpoints: "services/endpoints",
  Node: "minions",
  Service: "services/specs",
  Ingress: "ingress",
};

/** The object stored under the name is another one than the writer means. Source of the text: k8s.io/apiserver/pkg/storage NewInvalidObjError. */
export function storedUidConflict({ kind, metadata: { namespace, name, uid } }: ApiObject, wanted: string): ApiStatusError {
  const folder = STORAGE_FOLDERS[kind as Kind] ?? kindInfo(kind)?.resource ?? kind.toLowerCase();
  const key = ["/registry", folder, ...(namespace === undefined ? [] : [namespace]), name].join("/");
  const why = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid ?? ""}`;
  return conflict(
    qualifiedResource(kind),
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  );
}

/** A deletion's precondition does not hold; the message names the kind. Source of the text: k8s.io/apiserver/pkg/registry/rest/delete.go BeforeDelete. */
export function deletionConflict({ kind, metadata }: ApiObject, field: "UID" | "ResourceVersion", wanted: string): ApiStatusError {
  const group = groupOf(kindInfo(kind)?.apiVersion ?? "");
  const [found, guess] =
    field === "UID"
      ? [metadata.uid, "The object might have been deleted and then recreated"]
      : [metadata.resourceVersion, "The object might have been modified"];
  const why = `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${found ?? ""}). ${guess}`;
  return conflict(group === "" ? kind : `${kind}.${group}`, metadata.name, why);
}

/** An update of a kind that has to say which version it changes. Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go Update. */
export function unconditionalUpdate(kind: Kind, name: string): ApiStatusError {
  const info = kindInfo(kind)!;
  const message = "Invalid value: 0: must be specified for an update";
  return invalidOfGroup(groupOf(info.apiVersion), info.resource, name, [
    { type: "FieldValueInvalid", field: "metadata.resourceVersion", message },
  ]);
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

/** Text: apierrors.NewInternalError. */
export function internalError(why: string): ApiStatusError {
  return new ApiStatusError({
    code: 500,
    reason: "InternalError",
    message: `Internal error occurred: ${why}`,
    causes: [{ type: "", message: why }],
  });
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
  const texts = causes.map((cause) =>
    cause.field === undefined || cause.field === "" ? cause.message : `${cause.field}: ${cause.message}`,
  );
  // Each text once, though each mistake is a cause of its own. Source: ErrorList.ToAggregate of apimachinery's util/validation/field.
  const different = [...new Set(texts)];
  const detail = different.length === 1 ? different[0] : `[${different.join(", ")}]`;
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
  unanswered: true,
};

/** Port of the API server. Source: https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const API_SERVER_PORT = 6443;

/** Nothing listens where the API server should: kubectl's words. Source: kubectl/pkg/cmd/util/helpers.go StandardErrorMessage */
export function connectionRefused(address: string): ApiStatus {
  return {
    code: 503,
    reason: "ServiceUnavailable",
    message: `The connection to the server ${address}:${API_SERVER_PORT} was refused - did you specify the right host or port?`,
    unanswered: true,
  };
}

/**
 * What etcd's client tells the API server, which passes it on without a reason. Source of the texts: go.etcd.io/etcd/api rpctypes; of the
 * status: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters ErrorToAPIStatus.
 */
function etcdRefusal(message: string): ApiStatus {
  return { code: 500, reason: "", message: `etcdserver: ${message}` };
}

export const ETCD_TIMEOUT = etcdRefusal("request timed out");
export const ETCD_FULL = etcdRefusal("mvcc: database space exceeded");

/** What a client makes of the server having found no answer in time. Source: NewGenericServerResponse of k8s.io/apimachinery/pkg/api/errors. */
export function gatewayTimeout({ kind, name }: Target): ApiStatus {
  const asked = `get ${qualifiedResource(kind)}${name === "" ? "" : ` ${name}`}`;
  return {
    code: 504,
    reason: "Timeout",
    message: `the server was unable to return a response in the time allotted, but may still be processing the request (${asked})`,
    details: resourceDetails(kind, name),
  };
}

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

/** Source: k8s.io/apiserver/pkg/server/filters tooManyRequests. */
export const TOO_MANY_REQUESTS: ApiStatus = {
  code: 429,
  reason: "TooManyRequests",
  message: "Too many requests, please try again later.",
  retryAfterSeconds: 1,
};
