/** What the kernel is told to enforce for pods and containers. Source: pkg/kubelet/cm and pkg/kubelet/kuberuntime/kuberuntime_container_linux.go. */
import type { Container, PodSpec } from "../api/types/pod.js";
import { amounts, MEMORY } from "./resources.js";

/** memory.max of a container: its own limit, else the pod's; undefined where neither limits it. */
export function containerMemoryLimit(container: Container, spec: PodSpec): number | undefined {
  const limit = amounts(container.resources?.limits).get(MEMORY) ?? amounts(spec.resources?.limits).get(MEMORY);
  return limit === 0 ? undefined : limit;
}
