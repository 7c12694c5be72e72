/**
 * Pods that preemption nominated to a node and that are not there yet. Filters reckon with them.
 *
 * Source of the rules: pkg/scheduler/backend/queue/nominator.go
 */
import type { PodInfo } from "../framework/pod-info.js";

const NONE: readonly PodInfo[] = [];

export class Nominator {
  private readonly byNode = new Map<string, readonly PodInfo[]>();
  private readonly nodeOf = new Map<string, string>();

  get size(): number {
    return this.nodeOf.size;
  }

  /** Nominates the pod to the node given, else to the one in its status; a pod with neither is only taken out. */
  add(pod: PodInfo, nodeName: string | undefined = pod.pod.status?.nominatedNodeName): void {
    this.remove(pod.uid);
    if (nodeName === undefined || nodeName === "") return;
    this.nodeOf.set(pod.uid, nodeName);
    this.byNode.set(nodeName, [...this.podsFor(nodeName), pod]);
  }

  remove(uid: string): void {
    const nodeName = this.nodeOf.get(uid);
    if (nodeName === undefined) return;
    this.nodeOf.delete(uid);
    const left = this.byNode.get(nodeName)!.filter((pod) => pod.uid !== uid);
    if (left.length === 0) this.byNode.delete(nodeName);
    else this.byNode.set(nodeName, left);
  }

  /** A newer object of a pod: keeps a nomination that the API server does not know of yet. */
  update(previous: PodInfo, pod: PodInfo): void {
    const told = pod.pod.status?.nominatedNodeName ?? "";
    const known = this.nodeOf.get(previous.uid);
    const unchanged = told === (previous.pod.status?.nominatedNodeName ?? "");
    this.remove(previous.uid);
    this.add(pod, unchanged && told === "" ? known : told);
  }

  nodeOfPod(uid: string): string | undefined {
    return this.nodeOf.get(uid);
  }

  /** The same list as before as long as nothing changed. */
  podsFor(nodeName: string): readonly PodInfo[] {
    return this.byNode.get(nodeName) ?? NONE;
  }

  /** Names of the nodes that have nominated pods. */
  nodes(): Iterable<string> {
    return this.byNode.keys();
  }
}
