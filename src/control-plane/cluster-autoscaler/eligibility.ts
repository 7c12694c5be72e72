/** Which nodes may be unneeded at all, before it is tried where their pods could go. Source: cluster-autoscaler/core/scaledown/eligibility */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import { isReady } from "./cluster-state.js";
import { isBeingDeleted } from "./deletion-taints.js";
import { hasGpu, type Utilization } from "./utilization.js";

const SCALE_DOWN_DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

export interface EligibilityRules {
  readonly scaleDownUnreadyEnabled: boolean;
  readonly scaleDownUtilizationThreshold: number;
  readonly scaleDownGpuUtilizationThreshold: number;
}

export type IneligibleReason = "CurrentlyBeingDeleted" | "ScaleDownDisabledAnnotation" | "ScaleDownUnreadyDisabled" | "NotUnderutilized";

export function isScaleDownDisabled({ metadata }: Node): boolean {
  return metadata.annotations?.[SCALE_DOWN_DISABLED] === "true";
}

/** Why the node cannot be unneeded; undefined where it can. */
export function ineligibility(
  node: Node,
  utilization: () => Utilization,
  rules: EligibilityRules,
  now: Timestamp,
): IneligibleReason | undefined {
  if (isBeingDeleted(node, now)) return "CurrentlyBeingDeleted";
  if (isScaleDownDisabled(node)) return "ScaleDownDisabledAnnotation";
  if (!rules.scaleDownUnreadyEnabled && !isReady(node)) return "ScaleDownUnreadyDisabled";
  const threshold = hasGpu(node) ? rules.scaleDownGpuUtilizationThreshold : rules.scaleDownUtilizationThreshold;
  return utilization().value >= threshold ? "NotUnderutilized" : undefined;
}
