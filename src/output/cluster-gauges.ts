/**
 * What is in the cluster at this moment, kept up to date change by change: pods by state, and requests against allocatable resources,
 * in all and per node.
 */
import type { ApiObject, Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import { quantityMilliValue, quantityValue } from "../api/quantity.js";
import { ZONE_LABEL } from "../api/topology-labels.js";
import type { Change } from "../control-plane/apiserver/change.js";
import { requestedAmounts } from "./pod-requests.js";

/** States of a pod, in the order in which most pods pass through them; a pod is in exactly one. */
export const POD_STATES = ["pending", "starting", "running", "succeeded", "failed"] as const;
export type PodState = (typeof POD_STATES)[number];

interface PodShare {
  state: PodState;
  ready: boolean;
  terminating: boolean;
  node: NodeGauge | undefined;
  cpu: number;
  memory: number;
}

export interface NodeGauge {
  readonly name: string;
  object: Node | undefined;
  ready: boolean;
  allocatableCpu: number;
  allocatableMemory: number;
  allocatablePods: number;
  /** Sums over pods that are bound here and have not ended. */
  requestedCpu: number;
  requestedMemory: number;
  pods: number;
  runningPods: number;
  /** Pods that ever ran here. */
  podsStarted: number;
  readonly created: Timestamp;
  /** When the Node object was removed; undefined while it is there. */
  deleted: number | undefined;
  zone: string | undefined;
  notReadySince: number | undefined;
  /** Microseconds in which the node was not Ready. */
  notReadyTime: number;
}

export class ClusterGauges {
  readonly pods: Record<PodState, number> = { pending: 0, starting: 0, running: 0, succeeded: 0, failed: 0 };
  /** Nodes in order of registration, those that were deleted too. */
  readonly nodes: NodeGauge[] = [];
  ready = 0;
  terminating = 0;
  readyNodes = 0;
  registeredNodes = 0;
  private readonly nodeByName = new Map<string, NodeGauge>();
  private readonly shares = new Map<string, PodShare>();

  change(change: Change): void {
    if (change.kind === "Pod") this.podChanged(change, change.object as Pod);
    else if (change.kind === "Node") this.nodeChanged(change, change.object as Node);
  }

  /** Sum over nodes that are registered now. */
  total(figure: "allocatableCpu" | "allocatableMemory" | "requestedCpu" | "requestedMemory" | "allocatablePods"): number {
    let sum = 0;
    for (const node of this.nodes) if (node.object !== undefined) sum += node[figure];
    return sum;
  }

  private podChanged({ type }: Change, pod: Pod): void {
    const uid = uidOf(pod);
    const before = this.shares.get(uid);
    if (before !== undefined) this.add(before, -1);
    if (type === "DELETED") {
      this.shares.delete(uid);
      return;
    }
    const share = this.shareOf(pod);
    if (share.state === "running" && before?.state !== "running" && share.node !== undefined) share.node.podsStarted++;
    this.shares.set(uid, share);
    this.add(share, 1);
  }

  private shareOf(pod: Pod): PodShare {
    const requests = requestedAmounts(pod.spec);
    const conditions = pod.status?.conditions;
    return {
      state: stateOf(pod),
      ready: conditions !== undefined && isTrue(conditions, "Ready"),
      terminating: pod.metadata.deletionTimestamp !== undefined,
      node: pod.spec.nodeName === undefined ? undefined : this.nodeByName.get(pod.spec.nodeName),
      cpu: requests.cpuMillicores,
      memory: requests.memoryBytes,
    };
  }

  private add(share: PodShare, sign: 1 | -1): void {
    this.pods[share.state] += sign;
    if (share.ready) this.ready += sign;
    if (share.terminating) this.terminating += sign;
    const { node } = share;
    if (node === undefined || share.state === "succeeded" || share.state === "failed") return;
    node.pods += sign;
    if (share.state === "running") node.runningPods += sign;
    node.requestedCpu += sign * share.cpu;
    node.requestedMemory += sign * share.memory;
  }

  private nodeChanged({ type, time }: Change, node: Node): void {
    let gauge = this.nodeByName.get(node.metadata.name);
    if (gauge === undefined) {
      gauge = newNodeGauge(node, time);
      this.nodeByName.set(gauge.name, gauge);
      this.nodes.push(gauge);
    }
    const wasReady = gauge.ready && gauge.object !== undefined;
    if (gauge.object === undefined) this.registeredNodes++;
    gauge.object = type === "DELETED" ? undefined : node;
    gauge.deleted = type === "DELETED" ? time : undefined;
    gauge.zone = node.metadata.labels?.[ZONE_LABEL];
    if (type === "DELETED") this.registeredNodes--;
    gauge.ready = type !== "DELETED" && isTrue(node.status?.conditions ?? [], "Ready");
    gauge.allocatableCpu = quantityMilliValue(node.status?.allocatable?.["cpu"] ?? 0);
    gauge.allocatableMemory = quantityValue(node.status?.allocatable?.["memory"] ?? 0);
    gauge.allocatablePods = quantityValue(node.status?.allocatable?.["pods"] ?? 0);
    if (gauge.ready === wasReady) return;
    this.readyNodes += gauge.ready ? 1 : -1;
    if (!gauge.ready) gauge.notReadySince = time;
    else if (gauge.notReadySince !== undefined) {
      gauge.notReadyTime += time - gauge.notReadySince;
      gauge.notReadySince = undefined;
    }
  }
}

function newNodeGauge(node: Node, time: number): NodeGauge {
  return {
    name: node.metadata.name,
    object: undefined,
    ready: false,
    allocatableCpu: 0,
    allocatableMemory: 0,
    allocatablePods: 0,
    requestedCpu: 0,
    requestedMemory: 0,
    pods: 0,
    runningPods: 0,
    podsStarted: 0,
    created: time,
    deleted: undefined,
    zone: undefined,
    notReadySince: time,
    notReadyTime: 0,
  };
}

function stateOf({ spec, status }: Pod): PodState {
  switch (status?.phase) {
    case "Running":
      return "running";
    case "Succeeded":
      return "succeeded";
    case "Failed":
      return "failed";
    default:
      return spec.nodeName === undefined ? "pending" : "starting";
  }
}

function isTrue(conditions: readonly { readonly type: string; readonly status: string }[], type: string): boolean {
  for (const condition of conditions) if (condition.type === type) return condition.status === "True";
  return false;
}

function uidOf(object: ApiObject): string {
  return object.metadata.uid ?? `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
