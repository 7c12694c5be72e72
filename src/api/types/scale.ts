/** How many replicas a workload has and is to have, whatever its kind. Source: https://kubernetes.io/docs/reference/kubernetes-api/other-resources/scale-v1/ */
import type { ObjectMeta } from "./meta.js";

export interface Scale {
  readonly apiVersion: "autoscaling/v1";
  readonly kind: "Scale";
  readonly metadata: ObjectMeta;
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly replicas: number;
    /** Label selector of the pods in its text form. */
    readonly selector?: string;
  };
}
