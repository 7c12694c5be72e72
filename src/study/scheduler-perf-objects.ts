/**
 * Objects that operations of scheduler_perf make beside what their templates say.
 *
 * Source: test/utils/runners.go (NodeAllocatableStrategy, CreatePodWithPersistentVolume), test/integration/scheduler_perf
 */
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { CSINode, PersistentVolume, PersistentVolumeClaim } from "../api/types/storage.js";
import type { NodeAllocatable } from "../scenario/importers/scheduler-perf/operation.js";

/** The node where a workload names no template. */
export const BASE_NODE: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "" },
  spec: {},
  status: {
    capacity: { cpu: "4", memory: "32Gi", pods: "110" },
    allocatable: { cpu: "4", memory: "32Gi", pods: "110" },
    conditions: [{ type: "Ready", status: "True" }],
  },
};

/** Tells that a claim's binding is done: k8s.io/component-helpers/storage/volume (AnnBindCompleted) */
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
/** k8s.io/api/core/v1 (MigratedPluginsAnnotationKey) */
const MIGRATED_PLUGINS = "storage.alpha.kubernetes.io/migrated-plugins";

/** The node with further resources. */
export function withAllocatable(node: Node, resources: NodeAllocatable["resources"] | undefined): Node {
  if (resources === undefined) return node;
  const { capacity, allocatable, ...status } = node.status ?? {};
  return { ...node, status: { ...status, capacity: { ...capacity, ...resources }, allocatable: { ...allocatable, ...resources } } };
}

/** What the node's CSI drivers can attach. */
export function csiNode(name: string, { csiLimits, migratedPlugins }: NodeAllocatable): CSINode {
  const drivers = Object.entries(csiLimits).map(([driver, count]) => ({ name: driver, nodeID: name, allocatable: { count } }));
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name, ...(migratedPlugins.length > 0 && { annotations: { [MIGRATED_PLUGINS]: migratedPlugins.join(",") } }) },
    spec: { drivers },
  };
}

export interface BoundPod {
  readonly pod: Pod;
  readonly volume: PersistentVolume;
  readonly claim: PersistentVolumeClaim;
}

/** The pod with a volume of its own, whose claim is bound to it from the start. */
export function boundTogether(
  pod: Pod,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  nameOf: (prefix: string) => string,
): BoundPod {
  const { namespace = "" } = pod.metadata;
  const volumeName = nameOf(`${namespace}-pv-`);
  const claimName = nameOf("pvc-");
  const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName };
  return {
    volume: { ...volume, metadata: { ...volume.metadata, name: volumeName }, spec: { ...volume.spec, claimRef } },
    claim: {
      ...claim,
      metadata: { ...claim.metadata, name: claimName, annotations: { ...claim.metadata.annotations, [BIND_COMPLETED]: "true" } },
      spec: { ...claim.spec, volumeName },
    },
    pod: { ...pod, spec: { ...pod.spec, volumes: [{ name: "vol", persistentVolumeClaim: { claimName } }] } },
  };
}
