/**
 * A node with the pods assumed or bound there and the sums of what they request.
 *
 * Source of the idea: pkg/scheduler/framework/types.go (NodeInfo)
 */
import { quantityValue } from "../../api/quantity.js";
import type { Node } from "../../api/types/index.js";
import { UsedPorts } from "./host-ports.js";
import type { PodInfo } from "./pod-info.js";
import type { Amounts, ResourceIndex } from "./resources.js";

export class NodeInfo {
  /** Amounts in sum of the pods' requests, by number of the resource. */
  requested: Amounts;
  nonZeroMilliCpu = 0;
  nonZeroMemory = 0;
  allocatable: Amounts;
  allowedPodNumber = 0;
  readonly pods: PodInfo[] = [];
  /** Pods with pod affinity or anti-affinity of any sort. */
  readonly podsWithAffinity: PodInfo[] = [];
  readonly podsWithRequiredAntiAffinity: PodInfo[] = [];
  private ports: UsedPorts | undefined;
  private current: Node | undefined;
  /** Goes up with every change of the node or of the pods there. */
  generation = 0;

  constructor(
    /** Dense number of the node within its cache; numbers of deleted nodes are given again. */
    readonly id: number,
    readonly name: string,
    private readonly resources: ResourceIndex,
  ) {
    this.requested = new Float64Array(resources.size);
    this.allocatable = new Float64Array(resources.size);
  }

  /** The Node object. Pods may be known before their node is: such a node is in no snapshot. */
  get node(): Node {
    return this.current!;
  }

  get exists(): boolean {
    return this.current !== undefined;
  }

  get usedPorts(): UsedPorts | undefined {
    return this.ports;
  }

  setNode(node: Node): void {
    this.generation++;
    this.current = node;
    const allocatable = node.status?.allocatable ?? node.status?.capacity;
    this.allocatable = this.resources.amountsOf(allocatable, "pods");
    this.allowedPodNumber = allocatable?.["pods"] === undefined ? 0 : quantityValue(allocatable["pods"]);
  }

  removeNode(): void {
    this.current = undefined;
  }

  addPod(pod: PodInfo): void {
    this.generation++;
    this.account(pod, 1);
    this.pods.push(pod);
    const { affinity, hostPorts } = pod.shape;
    if (affinity.any) this.podsWithAffinity.push(pod);
    if (affinity.requiredAntiAffinity.length > 0) this.podsWithRequiredAntiAffinity.push(pod);
    if (hostPorts.length > 0) {
      this.ports ??= new UsedPorts();
      for (const port of hostPorts) this.ports.add(port);
    }
  }

  /** Takes the pod of that uid away; returns what was known of it, undefined where it is not here. */
  removePod(uid: string): PodInfo | undefined {
    const pod = removeByUid(this.pods, uid);
    if (pod === undefined) return undefined;
    this.generation++;
    this.account(pod, -1);
    const { affinity, hostPorts } = pod.shape;
    if (affinity.any) removeByUid(this.podsWithAffinity, uid);
    if (affinity.requiredAntiAffinity.length > 0) removeByUid(this.podsWithRequiredAntiAffinity, uid);
    for (const port of hostPorts) this.ports?.remove(port);
    return pod;
  }

  /** Puts a newer object of the same pod and shape for it: as if the pod had been taken away and had come again. */
  replacePod(previous: PodInfo, pod: PodInfo): void {
    this.generation++;
    for (const list of [this.pods, this.podsWithAffinity, this.podsWithRequiredAntiAffinity]) {
      const at = list.lastIndexOf(previous);
      if (at < 0) continue;
      list[at] = list[list.length - 1];
      list[list.length - 1] = pod;
    }
  }

  private account(pod: PodInfo, sign: 1 | -1): void {
    const { requested, resources, nonZeroMilliCpu, nonZeroMemory } = pod.shape.requests;
    if (requested.length > this.requested.length) this.requested = grown(this.requested, this.resources.size);
    const sums = this.requested;
    for (let i = 0; i < resources.length; i++) {
      const number = resources[i];
      sums[number] += sign * requested[number];
    }
    this.nonZeroMilliCpu += sign * nonZeroMilliCpu;
    this.nonZeroMemory += sign * nonZeroMemory;
  }

  /** A copy to try changes on. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.id, this.name, this.resources);
    copy.requested = this.requested.slice();
    copy.nonZeroMilliCpu = this.nonZeroMilliCpu;
    copy.nonZeroMemory = this.nonZeroMemory;
    copy.allocatable = this.allocatable;
    copy.allowedPodNumber = this.allowedPodNumber;
    copy.pods.push(...this.pods);
    copy.podsWithAffinity.push(...this.podsWithAffinity);
    copy.podsWithRequiredAntiAffinity.push(...this.podsWithRequiredAntiAffinity);
    copy.ports = this.ports?.clone();
    copy.current = this.current;
    return copy;
  }
}

/**
 * The last pod takes the place of the one that goes. Of pods alike in importance, preemption spares those that come first in this order.
 * Looked for from the end: pods that came last go first most often. Source: pkg/scheduler/framework/types.go (removeFromSlice)
 */
function removeByUid(pods: PodInfo[], uid: string): PodInfo | undefined {
  for (let i = pods.length - 1; i >= 0; i--) {
    const pod = pods[i];
    if (pod.uid !== uid) continue;
    pods[i] = pods[pods.length - 1];
    pods.pop();
    return pod;
  }
  return undefined;
}

function grown(amounts: Amounts, size: number): Amounts {
  const larger = new Float64Array(size);
  larger.set(amounts);
  return larger;
}
