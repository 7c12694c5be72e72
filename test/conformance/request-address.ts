/**
 * What a path of the API names, and which methods are served there.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
import { type Kind, KINDS } from "../../src/api/kinds.js";
import type { ApiStatus } from "../../src/control-plane/apiserver/client.js";

export interface Address {
  readonly kind: Kind;
  /** Undefined for all namespaces, and for what has none. */
  readonly namespace: string | undefined;
  /** "" for the collection. */
  readonly name: string;
  readonly subresource: string;
  /** What a body has to be. */
  readonly expected: { readonly apiVersion: string; readonly kind: string };
  readonly methods: readonly string[];
  readonly query: URLSearchParams;
}

/** No API is served at the path: the answer is plain text. */
export const PAGE_NOT_FOUND: ApiStatus = { code: 404, reason: "NotFound", message: "404 page not found\n" };

/** The two answers of the router within an API. Source: NewGenericServerResponse of k8s.io/apimachinery/pkg/api/errors. */
export const ADDRESS_UNKNOWN: ApiStatus = {
  code: 404,
  reason: "NotFound",
  message: "the server could not find the requested resource",
  details: {},
};
export const METHOD_NOT_ALLOWED: ApiStatus = {
  code: 405,
  reason: "MethodNotAllowed",
  message: "the server does not allow this method on the requested resource",
  details: {},
};

const READ_WRITE = ["GET", "PUT", "PATCH"];
const SCALABLE: ReadonlySet<Kind> = new Set<Kind>(["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"]);
const WITH_STATUS: ReadonlySet<Kind> = new Set<Kind>([
  "Pod",
  "Node",
  "Service",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "Job",
  "CronJob",
  "Ingress",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "VolumeAttachment",
  "Namespace",
  "ResourceQuota",
  "PodDisruptionBudget",
  "HorizontalPodAutoscaler",
]);
const OLDER_VERSIONS: ReadonlyMap<string, readonly Kind[]> = new Map([["autoscaling/v1", ["HorizontalPodAutoscaler"]]]);

function subresourceOf(kind: Kind, name: string, apiVersion: string): Pick<Address, "expected" | "methods"> | undefined {
  if (name === "status" && WITH_STATUS.has(kind)) return { expected: { apiVersion, kind }, methods: READ_WRITE };
  if (name === "scale" && SCALABLE.has(kind)) return { expected: { apiVersion: "autoscaling/v1", kind: "Scale" }, methods: READ_WRITE };
  if (kind !== "Pod") return undefined;
  if (name === "binding") return { expected: { apiVersion: "v1", kind: "Binding" }, methods: ["POST"] };
  return name === "eviction" ? { expected: { apiVersion: "policy/v1", kind: "Eviction" }, methods: ["POST"] } : undefined;
}

function methodsOf(name: string, isWithin: boolean): readonly string[] {
  if (name !== "") return ["GET", "PUT", "PATCH", "DELETE"];
  return isWithin ? ["GET", "POST", "DELETE"] : ["GET"];
}

/** Undefined where no API is served under the path's beginning, "unknown resource" where there is one that has no such thing. */
export function addressOf(path: string): Address | "unknown resource" | undefined {
  const [plain = "", search = ""] = path.split("?");
  const [root, ...rest] = plain.split("/").filter((part) => part !== "");
  const apiVersion = root === "api" ? (rest.shift() ?? "") : `${rest.shift() ?? ""}/${rest.shift() ?? ""}`;
  const served = KINDS.filter((info) => info.apiVersion === apiVersion || OLDER_VERSIONS.get(apiVersion)?.includes(info.kind) === true);
  if (served.length === 0) return undefined;
  const isWithin = rest[0] === "namespaces" && rest.length > 2 && rest[2] !== "status";
  const namespace = isWithin ? rest[1] : undefined;
  const [resource, name = "", subresource = "", ...more] = isWithin ? rest.slice(2) : rest;
  const info = served.find((one) => one.resource === resource);
  if (info === undefined || more.length > 0 || (isWithin ? !info.namespaced : info.namespaced && name !== "")) return "unknown resource";
  const { kind } = info;
  const whole = { expected: { apiVersion, kind }, methods: methodsOf(name, isWithin || !info.namespaced) };
  const found = subresource === "" ? whole : subresourceOf(kind, subresource, apiVersion);
  return found === undefined ? "unknown resource" : { kind, namespace, name, subresource, ...found, query: new URLSearchParams(search) };
}
