/** How much of a node its pods ask for. Source: cluster-autoscaler/simulator/utilization/info.go */
import { quantityMilliValue } from "../../api/quantity.js";
import { podRequests } from "../../api/resources.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import { isLongTerminating } from "./drainability.js";
import { isDaemonPod, isMirrorPod } from "./node-template.js";

export interface Utilization {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  /** What decides: the greater of cpu and memory, or the GPU of a node that has one. */
  readonly resource: string;
  readonly value: number;
}

const GPU = "nvidia.com/gpu";

export interface UtilizationRules {
  readonly ignoreDaemonsetsUtilization: boolean;
  readonly ignoreMirrorPodsUtilization: boolean;
}

export function hasGpu({ status }: Node): boolean {
  return quantityMilliValue(status?.allocatable?.[GPU] ?? 0) > 0;
}

export function utilizationOf(node: Node, pods: readonly Pod[], rules: UtilizationRules, now: Timestamp): Utilization {
  const counted = pods.filter((pod) => !isLongTerminating(pod, now));
  const ignored = counted.filter(
    (pod) => (rules.ignoreDaemonsetsUtilization && isDaemonPod(pod)) || (rules.ignoreMirrorPodsUtilization && isMirrorPod(pod)),
  );
  const share = (resource: string): number => {
    const sum = (some: readonly Pod[]): number =>
      some.reduce((total, { spec }) => total + quantityMilliValue(podRequests(spec)[resource] ?? 0), 0);
    const allocatable = quantityMilliValue(node.status?.allocatable?.[resource] ?? 0);
    const aside = sum(ignored);
    return allocatable > aside ? (sum(counted) - aside) / (allocatable - aside) : 0;
  };
  const [cpu, memory] = [share("cpu"), share("memory")];
  if (hasGpu(node)) {
    const gpu = share(GPU);
    return { cpu, memory, gpu, resource: GPU, value: gpu };
  }
  return cpu > memory ? { cpu, memory, gpu: 0, resource: "cpu", value: cpu } : { cpu, memory, gpu: 0, resource: "memory", value: memory };
}

/** As the autoscaler prints it: cpu, memory, GPU, dynamic resources, the deciding resource and its utilization. */
export function formatUtilization({ cpu, memory, gpu, resource, value }: Utilization): string {
  return `{${cpu} ${memory} ${gpu} 0 ${resource} ${value}}`;
}
