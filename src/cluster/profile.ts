/** Which defaults hold where a scenario says nothing. */
import { type ControllerManagerOptions, KUBERNETES_1_36, SCENARIO_DEFAULTS } from "../control-plane/controllers/options.js";
import { KUBERNETES_1_36 as KUBELET_1_36, type KubeletSettings, MISSION } from "../node/settings.js";
import type { ClusterDescription } from "./description.js";

export interface Profile {
  readonly controllerManager: ControllerManagerOptions;
  readonly kubelet: KubeletSettings;
}

const PROFILES: Readonly<Record<ClusterDescription["profile"], Profile>> = {
  /** Heartbeat each 5 s, a node given up 40 s after the last one, its pods evicted 5 min later. */
  mission: { controllerManager: SCENARIO_DEFAULTS, kubelet: MISSION },
  "kubernetes-1.36": { controllerManager: KUBERNETES_1_36, kubelet: KUBELET_1_36 },
};

export function profileOf(description: ClusterDescription): Profile {
  return PROFILES[description.profile];
}
