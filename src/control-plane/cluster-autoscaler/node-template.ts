/**
 * What a new node of a group would look like: one of the group's nodes without its marks, or what the cloud says of an empty group,
 * with the daemon pods that run there from the beginning.
 *
 * Source: cluster-autoscaler/simulator/node_info_utils.go, processors/nodeinfosprovider
 */
import { HOSTNAME_LABEL } from "../../api/topology-labels.js";
import type { Node, NodeSpec, Taint } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { DaemonSet } from "../../api/types/workloads.js";
import { daemonTolerations, nodeFitness } from "../controllers/daemon/node-fitness.js";
import { controllerOf, controllerReference } from "../controllers/owner-references.js";
import { isOwnTaint } from "./deletion-taints.js";
import type { SchedulingSimulation } from "./scheduling-simulation.js";

export interface NodeTemplate {
  readonly node: Node;
  /** Daemon and mirror pods. */
  readonly pods: readonly Pod[];
}

/** Taints under this prefix tell of a node's condition; a new node has none for long. */
const CONDITION_PREFIX = "node.kubernetes.io/";

export function isDaemonPod(pod: Pod): boolean {
  return controllerOf(pod)?.kind === "DaemonSet";
}

/** A pod that a kubelet runs from a file. Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-config-mirror */
export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
}

function isLasting(taint: Taint): boolean {
  return !isOwnTaint(taint) && !taint.key.startsWith(CONDITION_PREFIX);
}

/** From a node that is there. */
export function templateFromNode(node: Node, pods: readonly Pod[]): NodeTemplate {
  const spec: Omit<NodeSpec, "unschedulable"> & { unschedulable?: boolean } = {
    ...node.spec,
    taints: (node.spec.taints ?? []).filter(isLasting),
  };
  delete spec.unschedulable;
  return { node: { ...node, spec }, pods: pods.filter((pod) => isDaemonPod(pod) || isMirrorPod(pod)) };
}

/** From what the cloud says, with a pod of each DaemonSet that belongs on such a node. */
export function templateFromCloud(node: Node, daemonSets: Iterable<DaemonSet>): NodeTemplate {
  const pods: Pod[] = [];
  for (const daemonSet of daemonSets) if (nodeFitness(daemonSet, node).shouldRun) pods.push(daemonPod(daemonSet));
  return { node, pods };
}

function daemonPod(daemonSet: DaemonSet): Pod {
  const { name, namespace } = daemonSet.metadata;
  const { metadata, spec } = daemonSet.spec.template;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      name: `${name}-pod`,
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [controllerReference(daemonSet)],
    },
    spec: { ...spec, tolerations: daemonTolerations(spec) },
  };
}

/** Puts a node of that template into the simulation, under a name of its own, which is returned. */
export function addFromTemplate(simulation: SchedulingSimulation, { node, pods }: NodeTemplate, name: string): string {
  const labels = { ...node.metadata.labels, [HOSTNAME_LABEL]: name };
  simulation.setNode({ ...node, metadata: { ...node.metadata, name, uid: name, labels } });
  pods.forEach((pod, index) => {
    const own = `${pod.metadata.name}-${name}`;
    simulation.setPod(
      { ...pod, metadata: { ...pod.metadata, name: own, uid: `${own}-${index}` }, spec: { ...pod.spec, nodeName: name } },
      name,
    );
  });
  return name;
}
