/**
 * Container runtimes behind the CRI, by what they cost: docker-engine goes through one more process (cri-dockerd) than the others.
 *
 * The figures are assumptions of the usual order on a quiet machine with an SSD (a sandbox and a container each take some tenths of
 * a second with runc, the slowest few times the median); scenarios that study start-up set their own.
 */
import type { Distribution } from "../../engine/distribution.js";
import { lognormal } from "../../engine/distribution-families.js";
import { MILLISECOND } from "../../engine/simulation.js";

export interface ContainerRuntimeProfile {
  /** As nodeInfo.containerRuntimeVersion has it. */
  readonly version: string;
  /** RunPodSandbox without the pod network's share, microseconds. */
  readonly sandboxDuration: Distribution;
  /** CreateContainer and StartContainer, microseconds. */
  readonly containerStartDuration: Distribution;
}

export type ContainerRuntimeName = "containerd" | "cri-o" | "docker";

/** Standard deviation of the logarithm: one start in a hundred takes about twice the median. */
const SPREAD = 0.3;

export const CONTAINER_RUNTIMES: Readonly<Record<ContainerRuntimeName, ContainerRuntimeProfile>> = {
  containerd: {
    version: "containerd://2.1.4",
    sandboxDuration: lognormal(180 * MILLISECOND, SPREAD),
    containerStartDuration: lognormal(120 * MILLISECOND, SPREAD),
  },
  "cri-o": {
    version: "cri-o://1.36.0",
    sandboxDuration: lognormal(160 * MILLISECOND, SPREAD),
    containerStartDuration: lognormal(130 * MILLISECOND, SPREAD),
  },
  docker: {
    version: "docker://28.3.3",
    sandboxDuration: lognormal(350 * MILLISECOND, SPREAD),
    containerStartDuration: lognormal(250 * MILLISECOND, SPREAD),
  },
};
