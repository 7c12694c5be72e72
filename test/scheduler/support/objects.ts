import type { Node, Pod, PodSpec, ResourceList, Taint } from "../../../src/api/types/index.js";

export function node(
  name: string,
  allocatable: ResourceList = { cpu: "4", memory: "8Gi", pods: "110" },
  more: { labels?: Record<string, string>; taints?: Taint[] } = {},
): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `node-${name}`, labels: { "kubernetes.io/hostname": name, ...more.labels } },
    spec: { ...(more.taints !== undefined && { taints: more.taints }) },
    status: { capacity: allocatable, allocatable },
  };
}

export function pod(name: string, requests: ResourceList = {}, spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: `pod-${name}`, labels },
    spec: {
      schedulerName: "default-scheduler",
      priority: 0,
      containers: [{ name: "main", image: "nginx", resources: { requests } }],
      ...spec,
    },
    status: { phase: "Pending" },
  };
}
