/**
 * Pods that preemption nominated to a node and that are not there yet. Filters reckon with them.
 *
 * Source of the rules: pkg/scheduler/backend/queue/nominator.go
 */
import type { PodInfo } from "../framework/pod-info.js";

const NONE: readonly PodInfo[] = [];
/** So many of the last changes are remembered at least. */
const REMEMBERED_CHANGES = 1024;

interface Nomination {
  readonly pod: PodInfo;
  readonly node: string;
}

export class Nominator {
  private readonly byNode = new Map<string, readonly PodInfo[]>();
  private readonly byUid = new Map<string, Nomination>();
  private affinityPods = 0;
  private changeCount = 0;
  /** The nodes of the last changes. */
  private readonly lastChanges: string[] = [];

  get size(): number {
    return this.byUid.size;
  }

  /** Whether any of the pods says something of other pods. */
  get hasAffinityPods(): boolean {
    return this.affinityPods > 0;
  }

  /** Nominates the pod to the node given, else to the one in its status; a pod with neither is only taken out. */
  add(pod: PodInfo, nodeName: string | undefined = pod.pod.status?.nominatedNodeName): void {
    this.remove(pod.uid);
    if (nodeName === undefined || nodeName === "") return;
    this.byUid.set(pod.uid, { pod, node: nodeName });
    this.byNode.set(nodeName, [...this.podsFor(nodeName), pod]);
    if (pod.shape.affinity.any) this.affinityPods++;
    this.changed(nodeName);
  }

  remove(uid: string): void {
    const nomination = this.byUid.get(uid);
    if (nomination === undefined) return;
    const { pod, node } = nomination;
    this.byUid.delete(uid);
    const left = this.byNode.get(node)!.filter((other) => other.uid !== uid);
    if (left.length === 0) this.byNode.delete(node);
    else this.byNode.set(node, left);
    if (pod.shape.affinity.any) this.affinityPods--;
    this.changed(node);
  }

  /** A newer object of a pod: keeps a nomination that the API server does not know of yet. */
  update(previous: PodInfo, pod: PodInfo): void {
    const told = pod.pod.status?.nominatedNodeName ?? "";
    const known = this.nodeOfPod(previous.uid);
    const unchanged = told === (previous.pod.status?.nominatedNodeName ?? "");
    this.remove(previous.uid);
    this.add(pod, unchanged && told === "" ? known : told);
  }

  nodeOfPod(uid: string): string | undefined {
    return this.byUid.get(uid)?.node;
  }

  /** The same list as before as long as nothing changed. */
  podsFor(nodeName: string): readonly PodInfo[] {
    return this.byNode.get(nodeName) ?? NONE;
  }

  /** Names of the nodes that have nominated pods. */
  nodes(): Iterable<string> {
    return this.byNode.keys();
  }

  // --- following the changes

  private changed(nodeName: string): void {
    this.changeCount++;
    if (this.lastChanges.push(nodeName) > 2 * REMEMBERED_CHANGES) this.lastChanges.splice(0, REMEMBERED_CHANGES);
  }

  /** Number of changes so far; the next change gets this number. */
  get changes(): number {
    return this.changeCount;
  }

  /** The nodes of the changes from that number on; undefined where they are too many to be remembered. */
  changesSince(number: number): readonly string[] | undefined {
    const forgotten = this.changeCount - this.lastChanges.length;
    return number < forgotten ? undefined : this.lastChanges.slice(number - forgotten);
  }
}
