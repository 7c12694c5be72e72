/**
 * Container runtimes behind the CRI, by what they cost: docker-engine goes through one more process (cri-dockerd) than the others.
 *
 * The figures are assumptions of the usual order on a quiet machine with an SSD (a sandbox and a container each take some tenths of
 * a second with runc); scenarios that study start-up set their own.
 */
import { constant, type Distribution } from "../engine/distribution.js";
import { MILLISECOND } from "../engine/simulation.js";

export interface ContainerRuntimeProfile {
  /** As nodeInfo.containerRuntimeVersion has it. */
  readonly version: string;
  /** RunPodSandbox without the pod network's share, microseconds. */
  readonly sandboxDuration: Distribution;
  /** CreateContainer and StartContainer, microseconds. */
  readonly containerStartDuration: Distribution;
}

export type ContainerRuntimeName = "containerd" | "cri-o" | "docker";

export const CONTAINER_RUNTIMES: Readonly<Record<ContainerRuntimeName, ContainerRuntimeProfile>> = {
  containerd: { version: "containerd://2.1.4", sandboxDuration: constant(180 * MILLISECOND), containerStartDuration: constant(120 * MILLISECOND) },
  "cri-o": { version: "cri-o://1.36.0", sandboxDuration: constant(160 * MILLISECOND), containerStartDuration: constant(130 * MILLISECOND) },
  docker: { version: "docker://28.3.3", sandboxDuration: constant(350 * MILLISECOND), containerStartDuration: constant(250 * MILLISECOND) },
};
