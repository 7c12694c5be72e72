/**
 * The DaemonSet controller: one pod on each node where one belongs.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/ and kubernetes pkg/controller/daemon/daemon_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { ControllerRevision, DaemonSet, Node, Pod } from "../../../api/types/index.js";
import { SECOND } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { claimPods } from "../claim-pods.js";
import { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { Expectations } from "../expectations.js";
import { REVISION_HASH_LABEL } from "../history/controller-history.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { BY_OWNER, controlledBy, controllerOf, ownerUids } from "../owner-references.js";
import { isPodReady, isPodTerminal } from "../pod-conditions.js";
import { PodControl, referenceTo } from "../pod-control.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { sameValue } from "../same-value.js";
import { ApiError, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { DaemonHistory } from "./daemon-history.js";
import { planManage } from "./daemon-plan.js";
import { DaemonPods } from "./daemon-pods.js";
import { countedDaemonStatus, type DaemonSetStatus } from "./daemon-status.js";
import { planUpdate } from "./daemon-update.js";
import { FailedPodsBackoff } from "./failed-pods-backoff.js";
import { nodeFitness, nodeOfDaemonPod } from "./node-fitness.js";

const ACCOUNT = "daemon-set-controller";
const COMPONENT = "daemonset-controller";
class DaemonSetController {
  private readonly calls: ApiCalls;
  private readonly daemonSets: Informer<DaemonSet>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly queue: WorkQueue;
  private readonly daemonPods: DaemonPods;
  private readonly history: DaemonHistory;
  private readonly consistency: ConsistencyStore;
  private readonly expectations = new Expectations();
  private readonly failedPods = new FailedPodsBackoff();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.queue = context.queue({ workers: context.options.concurrentDaemonSetSyncs, sync: (key) => this.sync(key) });
    this.daemonSets = context.informer("DaemonSet");
    this.pods = context.informer("Pod");
    this.nodes = context.informer("Node");
    const revisions = context.informer("ControllerRevision");
    this.history = new DaemonHistory(this.calls, revisions, this.pods);
    this.consistency = new ConsistencyStore({ Pod: this.pods, DaemonSet: this.daemonSets });
    const podControl = new PodControl(this.calls, (pod, owner) => this.consistency.wroteAt(objectKey(owner), pod));
    this.daemonPods = new DaemonPods(context, podControl, this.expectations);
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.pods.addIndex(BY_NODE, nodeNames);
    this.pods.addIndex(ORPHANS, orphanNamespace);
    this.daemonSets.addHandlers({
      added: (daemonSet) => this.queue.add(objectKey(daemonSet)),
      updated: (_, daemonSet) => this.queue.add(objectKey(daemonSet)),
      deleted: (daemonSet) => this.forget(objectKey(daemonSet)),
    });
    this.pods.addHandlers({
      added: (pod) => this.podAdded(pod),
      updated: (previous, current) => this.podUpdated(previous, current),
      deleted: (pod) => this.podDeleted(pod),
    });
    revisions.addHandlers({
      added: (revision) => this.revisionChanged(revision),
      updated: (_, revision) => this.revisionChanged(revision),
      deleted: (revision) => this.revisionChanged(revision),
    });
    this.nodes.addHandlers({
      added: (node) => this.nodeChanged(node),
      updated: ({ spec, metadata }, current) => {
        if (!sameValue(spec.taints, current.spec.taints) || !sameValue(metadata.labels, current.metadata.labels)) this.nodeChanged(current);
      },
    });
  }

  private forget(key: string): void {
    this.consistency.clear(key);
    this.expectations.forget(key);
  }

  private keyOf(object: Pod | ControllerRevision): string | undefined {
    const controller = controllerOf(object);
    if (controller?.kind !== "DaemonSet") return undefined;
    const key = `${object.metadata.namespace}/${controller.name}`;
    return this.daemonSets.get(key)?.metadata.uid === controller.uid ? key : undefined;
  }

  private podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.podDeleted(pod);
      return;
    }
    const key = this.keyOf(pod);
    if (key === undefined) {
      this.orphanChanged(pod);
      return;
    }
    this.expectations.creationObserved(key);
    this.queue.add(key);
  }

  private podUpdated(previous: Pod, current: Pod): void {
    if (current.metadata.deletionTimestamp !== undefined) {
      this.podDeleted(current);
      return;
    }
    const formerKey = this.keyOf(previous);
    const key = this.keyOf(current);
    if (formerKey !== undefined && formerKey !== key) this.queue.add(formerKey);
    if (key === undefined) {
      this.orphanChanged(current);
      return;
    }
    this.queue.add(key);
    const { minReadySeconds = 0 } = this.daemonSets.get(key)!.spec;
    // A second more, so that the clock's whole seconds are past the time for certain.
    if (minReadySeconds > 0 && !isPodReady(previous) && isPodReady(current)) this.queue.addAfter(key, (minReadySeconds + 1) * SECOND);
  }

  private revisionChanged(revision: ControllerRevision): void {
    const key = this.keyOf(revision);
    if (key === undefined) this.orphanChanged(revision);
    else this.queue.add(key);
  }

  /** A pod or revision that nobody controls may be one for a DaemonSet to adopt. */
  private orphanChanged(object: Pod | ControllerRevision): void {
    if (controllerOf(object) !== undefined || this.daemonSets.size === 0) return;
    for (const daemonSet of this.daemonSets.inNamespace(object.metadata.namespace!)) {
      if (compileLabelSelector(daemonSet.spec.selector)(object.metadata.labels)) this.queue.add(objectKey(daemonSet));
    }
  }

  /** Each sign of a pod's end counts as a deletion: that it is being deleted, each change from then on, and that it is gone. */
  private podDeleted(pod: Pod): void {
    const key = this.keyOf(pod);
    if (key === undefined) return;
    this.expectations.deletionObserved(key);
    this.queue.add(key);
  }

  /** A node that takes no new pods any more is noticed when a DaemonSet is synced for another reason. */
  private nodeChanged(node: Node): void {
    for (const daemonSet of this.daemonSets.list()) {
      const { shouldRun, mayStay } = nodeFitness(daemonSet, node);
      const hasPod = this.hasPodOn(node.metadata.name, daemonSet);
      if (hasPod ? !mayStay || (daemonSet.status?.numberMisscheduled ?? 0) > 0 : shouldRun) this.queue.add(objectKey(daemonSet));
    }
  }

  private hasPodOn(node: string, { metadata: { uid } }: DaemonSet): boolean {
    for (const pod of this.pods.byIndex(BY_NODE, node)) if (controllerOf(pod)?.uid === uid) return true;
    return false;
  }

  private *sync(key: string): Task<void> {
    this.consistency.ensureReady(key);
    const daemonSet = this.daemonSets.get(key);
    if (daemonSet === undefined) this.forget(key);
    if (daemonSet === undefined || daemonSet.metadata.deletionTimestamp !== undefined) return;
    yield* claimPods(this.calls, this.pods, daemonSet, compileLabelSelector(daemonSet.spec.selector), () => true);
    const { current, old } = yield* this.history.revisionsOf(daemonSet);
    const hash = current.metadata.labels![REVISION_HASH_LABEL];
    if (!this.expectations.satisfied(key, this.context.simulation.now)) {
      yield* this.updateStatus(daemonSet, hash, false);
      return;
    }
    const error = yield* this.bringUpToDate(daemonSet, hash, old);
    yield* this.updateStatus(daemonSet, hash, true);
    if (error !== undefined) throw error;
  }

  /** Creates and deletes pods, and revisions that are too many. Returns what went wrong. */
  private *bringUpToDate(daemonSet: DaemonSet, hash: string, old: readonly ControllerRevision[]): Task<ApiError | undefined> {
    try {
      yield* this.manage(daemonSet, hash);
      const isSettled = this.expectations.satisfied(objectKey(daemonSet), this.context.simulation.now);
      if (isSettled && daemonSet.spec.updateStrategy?.type !== "OnDelete") yield* this.rollingUpdate(daemonSet, hash);
      yield* this.history.cleanUp(daemonSet, old);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  /** Pods by the node that they are on or meant for; ended ones that are being deleted make room already. */
  private podsOnNode(daemonSet: DaemonSet): Map<string, Pod[]> {
    const byNode = new Map<string, Pod[]>();
    const matches = compileLabelSelector(daemonSet.spec.selector);
    for (const pod of controlledBy(this.pods, daemonSet.metadata.uid!)) {
      // One that was released counts no more, whatever the cache still shows.
      if (!matches(pod.metadata.labels)) continue;
      if (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
      const node = nodeOfDaemonPod(pod.spec);
      if (node === undefined) continue;
      const pods = byNode.get(node);
      if (pods === undefined) byNode.set(node, [pod]);
      else pods.push(pod);
    }
    return byNode;
  }

  private *manage(daemonSet: DaemonSet, hash: string): Task<void> {
    const podsOnNode = this.podsOnNode(daemonSet);
    const { nodesNeedingPods, podsToDelete, ended } = planManage(daemonSet, this.nodes.list(), podsOnNode, hash, this.context.now());
    for (const pod of ended) if (this.mayDeleteEnded(daemonSet, pod)) podsToDelete.push(pod);
    // Pods that wait for a node that is gone would wait for ever.
    for (const [name, pods] of podsOnNode) {
      if (this.nodes.get(name) === undefined) podsToDelete.push(...pods.filter(({ spec }) => (spec.nodeName ?? "") === ""));
    }
    yield* this.daemonPods.sync(daemonSet, podsToDelete, nodesNeedingPods, hash);
  }

  /** Whether an ended pod's pause is over; tells of the pod, which a new one is to replace. */
  private mayDeleteEnded(daemonSet: DaemonSet, pod: Pod): boolean {
    const { namespace, name } = pod.metadata;
    const node = nodeOfDaemonPod(pod.spec) ?? "";
    const failed = pod.status?.phase === "Failed";
    if (failed) {
      const key = `${daemonSet.metadata.uid}/${daemonSet.status?.observedGeneration ?? 0}/${node}`;
      const pause = this.failedPods.begin(key, this.context.simulation.now);
      if (pause !== undefined) {
        this.queue.addAfter(objectKey(daemonSet), pause);
        return false;
      }
    }
    const reason = failed ? "FailedDaemonPod" : "SucceededDaemonPod";
    const message = `Found ${failed ? "failed" : "succeeded"} daemon pod ${namespace}/${name} on node ${node}, will try to ${failed ? "kill" : "delete"} it`;
    this.calls.recordEvent(referenceTo(daemonSet), failed ? "Warning" : "Normal", reason, message);
    return true;
  }

  private *rollingUpdate(daemonSet: DaemonSet, hash: string): Task<void> {
    const nodes = new Map<string, Node>();
    for (const node of this.nodes.list()) nodes.set(node.metadata.name, node);
    const plan = planUpdate(daemonSet, nodes, this.podsOnNode(daemonSet), hash, this.context.now());
    yield* this.daemonPods.sync(daemonSet, plan.podsToDelete, plan.nodesNeedingPods, hash);
  }

  /** @param observed whether this generation of the DaemonSet was acted upon */
  private *updateStatus(daemonSet: DaemonSet, hash: string, observed: boolean): Task<void> {
    const counted = countedDaemonStatus(daemonSet, this.nodes.list(), this.podsOnNode(daemonSet), hash, this.context.now());
    const { generation } = daemonSet.metadata;
    const status = observed && generation !== undefined ? { ...counted, observedGeneration: generation } : counted;
    if (!sameValue(status, daemonSet.status)) this.consistency.wroteAt(objectKey(daemonSet), yield* this.writeStatus(daemonSet, status));
    const { minReadySeconds = 0 } = daemonSet.spec;
    if (minReadySeconds > 0 && status.numberReady !== status.numberAvailable)
      this.queue.addAfter(objectKey(daemonSet), minReadySeconds * SECOND);
  }

  /** Tries once more on the newest version, with the status that was found. Source: StatusUpdateRetries in daemon_controller.go. */
  private *writeStatus(daemonSet: DaemonSet, status: DaemonSetStatus): Task<DaemonSet> {
    try {
      return yield* this.calls.updateStatus<"DaemonSet">({ ...daemonSet, status });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const newest = yield* this.calls.get<"DaemonSet">(targetOf<"DaemonSet">(daemonSet));
      return yield* this.calls.updateStatus<"DaemonSet">({ ...newest, status });
    }
  }
}

export function startDaemonSetController(context: ControllerContext): void {
  new DaemonSetController(context);
}
