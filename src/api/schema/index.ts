/** The schema of each kind that the simulated API server accepts. */
import { KINDS } from "../kinds.js";
import type { StructType } from "./descriptor.js";
import { structOf } from "./descriptor.js";
import "./autoscaling.js";
import "./cluster.js";
import "./core.js";
import "./storage.js";
import "./workloads.js";

/** Kinds served in further versions than the preferred one. */
const OTHER_VERSIONS: ReadonlyMap<string, string> = new Map([["autoscaling/v1 HorizontalPodAutoscaler", "HorizontalPodAutoscalerV1"]]);

/**
 * Versions that Kubernetes served once, with the last release that served them.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const RETIRED: ReadonlyMap<string, number> = new Map([
  ["extensions/v1beta1", 15],
  ["apps/v1beta1", 15],
  ["apps/v1beta2", 15],
  ["batch/v1beta1", 24],
  ["batch/v2alpha1", 20],
  ["autoscaling/v2beta1", 24],
  ["autoscaling/v2beta2", 25],
  ["policy/v1beta1", 24],
  ["networking.k8s.io/v1beta1", 21],
  ["discovery.k8s.io/v1beta1", 24],
  ["storage.k8s.io/v1beta1", 26],
  ["storage.k8s.io/v1alpha1", 23],
  ["scheduling.k8s.io/v1beta1", 21],
  ["scheduling.k8s.io/v1alpha1", 21],
  ["rbac.authorization.k8s.io/v1beta1", 21],
  ["rbac.authorization.k8s.io/v1alpha1", 21],
  ["coordination.k8s.io/v1beta1", 21],
  ["node.k8s.io/v1beta1", 24],
]);

/** Fields that came after versions were retired: type and field to the minor release of 1.x that brought them. */
const FIELD_SINCE: ReadonlyMap<string, number> = new Map([["PodSpec resources", 32]]);

/** The schema of a kind in a served version, or undefined where the API server knows no such kind. */
export function schemaOf(apiVersion: string, kind: string): StructType | undefined {
  const other = OTHER_VERSIONS.get(`${apiVersion} ${kind}`);
  if (other !== undefined) return structOf(other);
  const info = KINDS.find((one) => one.kind === kind);
  return info !== undefined && info.apiVersion === apiVersion ? structOf(kind) : undefined;
}

/** The served version of a kind, and its schema, whatever version a manifest names. */
export function servedSchema(kind: string): { readonly apiVersion: string; readonly schema: StructType } | undefined {
  const info = KINDS.find((one) => one.kind === kind);
  return info === undefined ? undefined : { apiVersion: info.apiVersion, schema: structOf(info.kind) };
}

/** The last minor release of Kubernetes 1.x that served a retired version, or undefined where it is none. */
export function lastReleaseOf(apiVersion: string): number | undefined {
  return RETIRED.get(apiVersion);
}

/** The minor release of Kubernetes 1.x that brought a field, where it is younger than some retired version. */
export function fieldSince(type: string, field: string): number | undefined {
  return FIELD_SINCE.get(`${type} ${field}`);
}
