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
