/**
 * The CSINode object by which a kubelet tells which storage drivers its node has, and how many volumes of each it can attach.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/storage-limits/, pkg/volume/csi/nodeinfomanager/nodeinfomanager.go.
 */
import { ZONE_LABEL } from "../../api/topology-labels.js";
import type { Node } from "../../api/types/node.js";
import type { CSINode } from "../../api/types/storage.js";
import type { ApiClient } from "../../control-plane/apiserver/client.js";

/** Most volumes that the node attaches, by name of the driver. */
export type VolumeLimits = Readonly<Record<string, number>>;

export function csiNodeOf({ metadata }: Node, limits: VolumeLimits): CSINode {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: {
      name: metadata.name,
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: metadata.name, uid: metadata.uid ?? "" }],
    },
    spec: {
      drivers: Object.entries(limits).map(([name, count]) => ({
        name,
        nodeID: metadata.name,
        topologyKeys: metadata.labels?.[ZONE_LABEL] === undefined ? [] : [ZONE_LABEL],
        allocatable: { count },
      })),
    },
  };
}

/** Has the API server have the object; one that is there already stays as it is. */
export function registerDrivers(client: ApiClient, node: Node, limits: VolumeLimits): void {
  client.create<"CSINode">(csiNodeOf(node, limits));
}
