/**
 * The scheduler's picture of the cluster: nodes with the pods that are bound there, or assumed to be while their binding is under way.
 *
 * A scheduling cycle runs at one moment of simulated time, so the cache serves as its snapshot as it is.
 * Source of the rules: pkg/scheduler/backend/cache/cache.go
 */
import type { Node } from "../../api/types/index.js";
import { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { ResourceIndex } from "../framework/resources.js";
import * as changes from "./change-log.js";
import { ImageStates } from "./image-states.js";
import { NodeTree } from "./node-tree.js";
import { TopologyColumn } from "./topology-column.js";

interface PodState {
  info: PodInfo;
  readonly node: NodeInfo;
  /** Decided here, its binding not yet seen. */
  assumed: boolean;
}

export class Cache {
  readonly log = new changes.ChangeLog();
  readonly images = new ImageStates();
  private readonly byId: (NodeInfo | undefined)[] = [];
  private readonly freeIds: number[] = [];
  private readonly byName = new Map<string, NodeInfo>();
  private readonly pods = new Map<string, PodState>();
  private readonly tree = new NodeTree();
  private readonly topologies = new Map<string, TopologyColumn>();
  private readonly claimUsers = new Map<string, number>();
  private orderList: Int32Array = new Int32Array(0);
  private nodeList: NodeInfo[] = [];
  private orderIsStale = false;
  private positions = new Int32Array(0);
  private version = 0;
  /** Pods on nodes that say something of other pods; 0 lets affinity plugins skip the search for them. */
  private affinityPods = 0;

  constructor(readonly resources: ResourceIndex) {}

  // --- reading

  /** Number of nodes that exist. */
  get nodeCount(): number {
    return this.tree.size;
  }

  /** All numbers of nodes are below this. */
  get idBound(): number {
    return this.byId.length;
  }

  /** Numbers of the nodes that exist, in the order in which they are walked. */
  get order(): Int32Array {
    this.refreshOrder();
    return this.orderList;
  }

  /** Place in {@link order} by number of the node; -1 for nodes that do not exist. */
  get positionOf(): Int32Array {
    this.refreshOrder();
    return this.positions;
  }

  /** Goes up whenever {@link order} changes. */
  get orderVersion(): number {
    this.refreshOrder();
    return this.version;
  }

  /** The nodes that exist, in the order in which they are walked. */
  get nodes(): readonly NodeInfo[] {
    this.refreshOrder();
    return this.nodeList;
  }

  nodeById(id: number): NodeInfo {
    return this.byId[id]!;
  }

  /** The node of that number, if the number is given out; pods may be known there before the node is. */
  nodeIfThere(id: number): NodeInfo | undefined {
    return this.byId[id];
  }

  /** A node that exists, by name. */
  node(name: string): NodeInfo | undefined {
    const info = this.byName.get(name);
    return info?.exists === true ? info : undefined;
  }

  get hasAffinityPods(): boolean {
    return this.affinityPods > 0;
  }

  /** Whether a pod on any node uses the claim ("namespace/name"). */
  isClaimUsed(claim: string): boolean {
    return this.claimUsers.has(claim);
  }

  pod(uid: string): PodInfo | undefined {
    return this.pods.get(uid)?.info;
  }

  nodeOfPod(uid: string): NodeInfo | undefined {
    return this.pods.get(uid)?.node;
  }

  isAssumed(uid: string): boolean {
    return this.pods.get(uid)?.assumed === true;
  }

  get podCount(): number {
    return this.pods.size;
  }

  /** The values of a label over all nodes, kept up to date from the first request on. */
  topology(key: string): TopologyColumn {
    let column = this.topologies.get(key);
    if (column === undefined) {
      column = new TopologyColumn(key);
      for (let id = 0; id < this.byId.length; id++) column.set(id, this.byId[id]?.exists === true ? this.byId[id]!.node : undefined);
      this.topologies.set(key, column);
    }
    return column;
  }

  // --- nodes

  addNode(node: Node): void {
    this.setNode(node);
  }

  updateNode(node: Node): void {
    this.setNode(node);
  }

  private setNode(node: Node): void {
    const info = this.infoOf(node.metadata.name);
    const previous = info.exists ? info.node : undefined;
    if (previous === node) return;
    info.setNode(node);
    if (previous === undefined) {
      this.tree.add(info.id, node);
      this.orderIsStale = true;
      this.images.add(info.id, node);
    } else {
      if (this.tree.update(info.id, node)) this.orderIsStale = true;
      if (previous.status?.images !== node.status?.images) {
        this.images.remove(info.id, previous);
        this.images.add(info.id, node);
      }
    }
    if (previous === undefined || previous.metadata.labels !== node.metadata.labels) {
      for (const column of this.topologies.values()) column.set(info.id, node);
      this.log.append(changes.NODE_LABELS, info.id, 0);
    } else if (previous.spec !== node.spec) this.log.append(changes.NODE_TAINTS, info.id, 0);
    else if (previous.status?.allocatable !== node.status?.allocatable) this.log.append(changes.NODE_ALLOCATABLE, info.id, 0);
  }

  removeNode(name: string): void {
    const info = this.byName.get(name);
    if (info?.exists !== true) return;
    this.images.remove(info.id, info.node);
    info.removeNode();
    this.tree.remove(info.id);
    this.orderIsStale = true;
    for (const column of this.topologies.values()) column.set(info.id, undefined);
    this.log.append(changes.NODE_LABELS, info.id, 0);
    this.dropIfEmpty(info);
  }

  private infoOf(name: string): NodeInfo {
    let info = this.byName.get(name);
    if (info === undefined) {
      info = new NodeInfo(this.freeIds.pop() ?? this.byId.length, name, this.resources);
      this.byId[info.id] = info;
      this.byName.set(name, info);
      for (const column of this.topologies.values()) column.set(info.id, undefined);
    }
    return info;
  }

  /** A deleted node is kept while pods are known there. */
  private dropIfEmpty(info: NodeInfo): void {
    if (info.exists || info.pods.length > 0) return;
    this.byName.delete(info.name);
    this.byId[info.id] = undefined;
    this.freeIds.push(info.id);
  }

  private refreshOrder(): void {
    if (!this.orderIsStale) return;
    this.orderIsStale = false;
    this.orderList = this.tree.list();
    this.nodeList = Array.from(this.orderList, (id) => this.byId[id]!);
    this.positions = new Int32Array(this.byId.length).fill(-1);
    this.orderList.forEach((id, position) => (this.positions[id] = position));
    this.version++;
  }

  // --- pods

  /** Puts a pod on the node that was chosen for it, before the API server knows. */
  assumePod(pod: PodInfo, nodeName: string): void {
    this.place(pod, nodeName, true);
  }

  /** Takes an assumed pod back, where its binding failed. */
  forgetPod(pod: PodInfo): void {
    if (this.pods.get(pod.uid)?.assumed === true) this.displace(pod.uid);
  }

  /** A bound pod appeared; confirms the assumed one. */
  addPod(pod: PodInfo, nodeName: string): void {
    const known = this.pods.get(pod.uid);
    if (
      known !== undefined &&
      known.node.name === nodeName &&
      known.info.shape === pod.shape &&
      known.info.isTerminating === pod.isTerminating
    ) {
      known.assumed = false;
      this.replace(known, pod);
      return;
    }
    if (known !== undefined) this.displace(pod.uid);
    this.place(pod, nodeName, false);
  }

  updatePod(pod: PodInfo, nodeName: string): void {
    const known = this.pods.get(pod.uid);
    if (known !== undefined && known.node.name === nodeName && known.info.shape === pod.shape) {
      if (!known.info.isTerminating && pod.isTerminating) this.log.append(changes.POD_TERMINATING, known.node.id, pod.shape.id);
      known.assumed = false;
      this.replace(known, pod);
      return;
    }
    this.addPod(pod, nodeName);
  }

  removePod(uid: string): void {
    if (this.pods.has(uid)) this.displace(uid);
  }

  /** Swaps the pod object where nothing that is summed up changed. */
  private replace(known: PodState, pod: PodInfo): void {
    known.node.replacePod(known.info, pod);
    known.info = pod;
  }

  private place(pod: PodInfo, nodeName: string, assumed: boolean): void {
    const node = this.infoOf(nodeName);
    node.addPod(pod);
    this.pods.set(pod.uid, { info: pod, node, assumed });
    if (pod.shape.affinity.any) this.affinityPods++;
    if (pod.hasVolumes) this.countClaims(pod, 1);
    this.log.append(pod.isTerminating ? changes.TERMINATING_POD_ADDED : changes.POD_ADDED, node.id, pod.shape.id);
  }

  private displace(uid: string): void {
    const { info, node } = this.pods.get(uid)!;
    this.pods.delete(uid);
    node.removePod(uid);
    if (info.shape.affinity.any) this.affinityPods--;
    if (info.hasVolumes) this.countClaims(info, -1);
    this.log.append(info.isTerminating ? changes.TERMINATING_POD_REMOVED : changes.POD_REMOVED, node.id, info.shape.id);
    this.dropIfEmpty(node);
  }

  private countClaims(pod: PodInfo, sign: 1 | -1): void {
    for (const volume of pod.pod.spec.volumes ?? []) {
      if (volume.persistentVolumeClaim === undefined) continue;
      const claim = `${pod.shape.namespace}/${volume.persistentVolumeClaim.claimName}`;
      const users = (this.claimUsers.get(claim) ?? 0) + sign;
      if (users > 0) this.claimUsers.set(claim, users);
      else this.claimUsers.delete(claim);
    }
  }
}
