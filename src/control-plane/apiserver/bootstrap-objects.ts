/** Objects that every cluster has from the start. */
import type { ApiObject } from "../../api/types/meta.js";
import type { Service } from "../../api/types/network.js";
import type { Namespace, PriorityClass } from "../../api/types/policy.js";

function namespace(name: string): Namespace {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

function priorityClass(name: string, value: number, description: string): PriorityClass {
  return { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value, description };
}

/** Source: kubernetes/pkg/controlplane/controller/systemnamespaces and kubernetes/pkg/apis/scheduling/v1 SystemPriorityClasses. */
export const BOOTSTRAP_OBJECTS: readonly ApiObject[] = [
  namespace("default"),
  namespace("kube-node-lease"),
  namespace("kube-public"),
  namespace("kube-system"),
  priorityClass(
    "system-cluster-critical",
    2_000_000_000,
    "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  ),
  priorityClass("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
];

/** The API server as a Service. Source: kubernetes/pkg/controlplane/controller/kubernetesservice. */
export function kubernetesService(clusterIP: string): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      type: "ClusterIP",
      clusterIP,
      clusterIPs: [clusterIP],
      sessionAffinity: "None",
      ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: 6443 }],
    },
  };
}
