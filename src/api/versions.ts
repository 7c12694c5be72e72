/** Conversion between the served versions of a kind. The simulator keeps each kind in one version only. */
import type { ApiObject } from "./types/meta.js";
import type { HorizontalPodAutoscaler, MetricSpec } from "./types/policy.js";

/** An autoscaling/v1 HorizontalPodAutoscaler: its one metric is the CPU utilisation. */
interface HorizontalPodAutoscalerV1 extends ApiObject {
  readonly spec: Omit<HorizontalPodAutoscaler["spec"], "metrics" | "behavior"> & { readonly targetCPUUtilizationPercentage?: number };
}

/** Brings an object of an older served version to the version in which the simulator keeps its kind (autoscaling/v1 to v2). */
export function upgrade(object: ApiObject): ApiObject {
  if (object.apiVersion !== "autoscaling/v1" || object.kind !== "HorizontalPodAutoscaler") return object;
  const { targetCPUUtilizationPercentage, ...spec } = (object as HorizontalPodAutoscalerV1).spec;
  const target = { type: "Utilization", averageUtilization: targetCPUUtilizationPercentage } as const;
  const metrics: MetricSpec[] =
    targetCPUUtilizationPercentage === undefined ? [] : [{ type: "Resource", resource: { name: "cpu", target } }];
  const upgraded: HorizontalPodAutoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: object.metadata,
    spec: metrics.length === 0 ? spec : { ...spec, metrics },
  };
  return upgraded;
}

/** An object in another served version of its kind, as the API server answers a request for that version (autoscaling/v2 to v1). */
export function downgrade(object: ApiObject, apiVersion: string): ApiObject {
  if (apiVersion !== "autoscaling/v1" || object.kind !== "HorizontalPodAutoscaler") return object;
  const { metadata, spec, status } = object as HorizontalPodAutoscaler;
  const { metrics = [], ...rest } = spec;
  const cpu = metrics.find((metric) => metric.resource?.name === "cpu")?.resource?.target.averageUtilization;
  const { lastScaleTime, currentReplicas = 0, desiredReplicas = 0, observedGeneration } = status ?? {};
  // What v1 has no field for goes into annotations upstream, of which the simulator makes no use.
  const kept = cpu === undefined ? rest : { ...rest, targetCPUUtilizationPercentage: cpu };
  const older: ApiObject & { readonly spec: object; readonly status: object } = {
    apiVersion,
    kind: object.kind,
    metadata,
    spec: kept,
    status: { observedGeneration, lastScaleTime, currentReplicas, desiredReplicas },
  };
  return older;
}
