/**
 * The DaemonSet controller: one pod on each node where one belongs.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/ and kubernetes pkg/controller/daemon/daemon_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { ControllerRevision, DaemonSet, Node, Pod, PodTemplateSpec } from "../../../api/types/index.js";
import { MINUTE, SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { Expectations } from "../expectations.js";
import { byRevision, keepsTemplate, newRevision, REVISION_HASH_LABEL, surplusRevisions } from "../history/controller-history.js";
import { BY_OWNER, controlledBy, controllerOf, ownerUids } from "../owner-references.js";
import { isPodAvailable, isPodReady, isPodTerminal, untilAvailable } from "../pod-conditions.js";
import { PodControl, referenceTo } from "../pod-control.js";
import { podTemplateHash } from "../pod-template-hash.js";
import { sameValue } from "../same-value.js";
import { slowStart } from "../slow-start.js";
import { firstError, inParallel, RetryLater, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { byCreationAndPhase, isUpdated, planManage, planUpdate, updateBounds } from "./daemon-plan.js";
import { affinityForNode, daemonTolerations, nodeFitness, nodeOfDaemonPod } from "./node-fitness.js";

const ACCOUNT = "daemon-set-controller";
const COMPONENT = "daemonset-controller";
/** Most pods that one sync creates or deletes. Source: BurstReplicas in daemon_controller.go. */
const BURST_REPLICAS = 250;
/** Pauses before a failed daemon pod is deleted. Source: failedPodsBackoff in cmd/kube-controller-manager/app/apps.go. */
const FIRST_PAUSE: SimTime = SECOND;
const LONGEST_PAUSE: SimTime = 15 * MINUTE;
const DEFAULT_HISTORY_LIMIT = 10;
const TEMPLATE_GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";
const TEMPLATE_GENERATION_LABEL = "pod-template-generation";

interface Pause {
  length: SimTime;
  since: SimTime;
}

class DaemonSetController {
  private readonly calls: ApiCalls;
  private readonly podControl: PodControl;
  private readonly daemonSets: Informer<DaemonSet>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly queue: WorkQueue;
  private readonly expectations = new Expectations();
  private readonly pauses = new Map<string, Pause>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.podControl = new PodControl(this.calls);
    this.queue = context.queue({ workers: context.options.concurrentDaemonSetSyncs, sync: (key) => this.sync(key) });
    this.daemonSets = context.informer("DaemonSet");
    this.pods = context.informer("Pod");
    this.nodes = context.informer("Node");
    this.revisions = context.informer("ControllerRevision");
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.revisions.addIndex(BY_OWNER, ownerUids);
    this.daemonSets.addHandlers({
      added: (daemonSet) => this.queue.add(objectKey(daemonSet)),
      updated: (_, daemonSet) => this.queue.add(objectKey(daemonSet)),
      deleted: (daemonSet) => {
        this.expectations.forget(objectKey(daemonSet));
      },
    });
    this.pods.addHandlers({
      added: (pod) => this.podAdded(pod),
      updated: (previous, current) => this.podUpdated(previous, current),
      deleted: (pod) => this.podDeleted(pod),
    });
    this.nodes.addHandlers({
      added: (node) => this.nodeChanged(undefined, node),
      updated: (previous, current) => this.nodeChanged(previous, current),
    });
  }

  private keyOf(pod: Pod): string | undefined {
    const controller = controllerOf(pod);
    return controller?.kind === "DaemonSet" ? `${pod.metadata.namespace}/${controller.name}` : undefined;
  }

  private podAdded(pod: Pod): void {
    const key = this.keyOf(pod);
    if (key === undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined) this.expectations.deletionObserved(key, objectKey(pod));
    else this.expectations.creationObserved(key);
    this.queue.add(key);
  }

  private podUpdated(previous: Pod, current: Pod): void {
    const key = this.keyOf(current);
    if (key === undefined) return;
    const deleted = current.metadata.deletionTimestamp !== undefined;
    if (deleted) this.expectations.deletionObserved(key, objectKey(current));
    if (
      deleted !== (previous.metadata.deletionTimestamp !== undefined) ||
      previous.status?.phase !== current.status?.phase ||
      isPodReady(previous) !== isPodReady(current) ||
      previous.metadata.labels !== current.metadata.labels
    ) {
      this.queue.add(key);
    }
  }

  private podDeleted(pod: Pod): void {
    const key = this.keyOf(pod);
    if (key === undefined) return;
    this.expectations.deletionObserved(key, objectKey(pod));
    this.queue.add(key);
  }

  private nodeChanged(previous: Node | undefined, current: Node): void {
    if (previous !== undefined && previous.spec.taints === current.spec.taints && previous.metadata.labels === current.metadata.labels)
      return;
    for (const daemonSet of this.daemonSets.list()) {
      const after = nodeFitness(daemonSet, current);
      const before = previous === undefined ? undefined : nodeFitness(daemonSet, previous);
      if (before === undefined ? after.shouldRun : before.shouldRun !== after.shouldRun || before.mayStay !== after.mayStay)
        this.queue.add(objectKey(daemonSet));
    }
  }

  private *sync(key: string): Task<void> {
    const daemonSet = this.daemonSets.get(key);
    if (daemonSet === undefined || daemonSet.metadata.deletionTimestamp !== undefined) return;
    const { current, old } = yield* this.constructHistory(daemonSet);
    const hash = current.metadata.labels![REVISION_HASH_LABEL];
    if (!this.expectations.satisfied(key, this.context.simulation.now)) {
      yield* this.updateStatus(daemonSet, hash, false);
      return;
    }
    yield* this.manage(daemonSet, hash);
    if (
      this.expectations.satisfied(key, this.context.simulation.now) &&
      (daemonSet.spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate"
    ) {
      yield* this.rollingUpdate(daemonSet, hash);
    }
    yield* this.cleanUpHistory(daemonSet, old);
    yield* this.updateStatus(daemonSet, hash, true);
    this.wakeWhenAvailable(daemonSet, key);
  }

  /** Pods by the node that they are on or meant for; ended ones that are being deleted make room already. */
  private podsOnNode(daemonSet: DaemonSet): Map<string, Pod[]> {
    const byNode = new Map<string, Pod[]>();
    for (const pod of controlledBy(this.pods, daemonSet.metadata.uid!)) {
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
      if (this.nodes.get(name) !== undefined) continue;
      podsToDelete.push(...pods.filter(({ spec, metadata }) => (spec.nodeName ?? "") === "" && metadata.deletionTimestamp === undefined));
    }
    yield* this.syncPods(daemonSet, podsToDelete, nodesNeedingPods, hash);
  }

  /** Whether an ended pod's pause is over; tells of the pod, which a new one is to replace. */
  private mayDeleteEnded(daemonSet: DaemonSet, pod: Pod): boolean {
    const { namespace, name } = pod.metadata;
    const node = pod.spec.nodeName ?? "";
    const failed = pod.status?.phase === "Failed";
    if (failed) {
      const key = `${daemonSet.metadata.uid}/${node}`;
      const { now } = this.context.simulation;
      const pause = this.pauses.get(key);
      if (pause !== undefined && now - pause.since < pause.length) {
        this.queue.addAfter(objectKey(daemonSet), pause.since + pause.length - now);
        return false;
      }
      const forgotten = pause === undefined || now - pause.since > 2 * LONGEST_PAUSE;
      this.pauses.set(key, { length: forgotten ? FIRST_PAUSE : Math.min(2 * pause.length, LONGEST_PAUSE), since: now });
    }
    const reason = failed ? "FailedDaemonPod" : "SucceededDaemonPod";
    const message = `Found ${failed ? "failed" : "succeeded"} daemon pod ${namespace}/${name} on node ${node}, will try to ${failed ? "kill" : "delete"} it`;
    this.calls.recordEvent(referenceTo(daemonSet), failed ? "Warning" : "Normal", reason, message);
    return true;
  }

  private *rollingUpdate(daemonSet: DaemonSet, hash: string): Task<void> {
    let desired = 0;
    for (const node of this.nodes.list()) if (nodeFitness(daemonSet, node).shouldRun) desired++;
    const plan = planUpdate(daemonSet, this.podsOnNode(daemonSet), hash, updateBounds(daemonSet, desired), this.context.now());
    yield* this.syncPods(daemonSet, plan.podsToDelete, plan.nodesNeedingPods, hash);
  }

  private *syncPods(daemonSet: DaemonSet, doomed: readonly Pod[], nodes: readonly string[], hash: string): Task<void> {
    const key = objectKey(daemonSet);
    const creations = nodes.slice(0, BURST_REPLICAS);
    const deletions = doomed.slice(0, BURST_REPLICAS);
    this.expectations.expect(key, creations.length, deletions.map(objectKey), this.context.simulation.now);
    const template = templateOfPods(daemonSet, hash);
    const { successes, error } = yield* slowStart(creations.length, (index) => this.createPod(daemonSet, template, creations[index]));
    for (let skipped = successes; skipped < creations.length; skipped++) this.expectations.creationObserved(key);
    const outcomes = yield* inParallel(deletions, deletions.length, (pod) => this.deletePod(key, pod, daemonSet));
    const failed = error ?? firstError(outcomes);
    if (failed !== undefined) throw failed;
  }

  private createPod(daemonSet: DaemonSet, template: PodTemplateSpec, node: string): Task<Pod> {
    const spec = { ...template.spec, affinity: affinityForNode(template.spec.affinity, node) };
    return this.podControl.createFromTemplate({ ...template, spec }, daemonSet);
  }

  private *deletePod(key: string, pod: Pod, daemonSet: DaemonSet): Task<void> {
    try {
      yield* unless(["NotFound"], this.podControl.delete(pod, daemonSet));
    } catch (error) {
      this.expectations.deletionObserved(key, objectKey(pod));
      throw error;
    }
  }

  /** The revision of the present template, made where there is none, and all others. */
  private *constructHistory(
    daemonSet: DaemonSet,
  ): Task<{ readonly current: ControllerRevision; readonly old: readonly ControllerRevision[] }> {
    const all = [...controlledBy(this.revisions, daemonSet.metadata.uid!)].sort(byRevision);
    const matching = all.filter((revision) => keepsTemplate(revision, daemonSet.spec.template));
    const old = all.filter((revision) => !matching.includes(revision));
    const number = (old.at(-1)?.revision ?? 0) + 1;
    let current = matching.at(-1);
    if (current === undefined) {
      const wished = newRevision(daemonSet, number, podTemplateHash(daemonSet.spec.template, daemonSet.status?.collisionCount));
      const created = yield* unless(["AlreadyExists"], this.calls.create<"ControllerRevision">(wished));
      current = created ?? (yield* this.afterCollision(daemonSet, wished));
    } else if (current.revision < number) current = yield* this.calls.update<"ControllerRevision">({ ...current, revision: number });
    return { current, old };
  }

  private *afterCollision(daemonSet: DaemonSet, wished: ControllerRevision): Task<ControllerRevision> {
    const { namespace, name } = wished.metadata;
    const present = yield* this.calls.get<"ControllerRevision">({ kind: "ControllerRevision", namespace: namespace!, name });
    if (keepsTemplate(present, daemonSet.spec.template)) return present;
    if (daemonSet.status !== undefined) {
      const collisionCount = (daemonSet.status.collisionCount ?? 0) + 1;
      yield* this.calls.updateStatus<"DaemonSet">({ ...daemonSet, status: { ...daemonSet.status, collisionCount } });
    }
    throw new RetryLater(`found a stale collision count of DaemonSet ${objectKey(daemonSet)}`);
  }

  private *cleanUpHistory(daemonSet: DaemonSet, old: readonly ControllerRevision[]): Task<void> {
    const limit = daemonSet.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
    if (old.length <= limit) return;
    const live = new Set<string | undefined>();
    for (const pod of controlledBy(this.pods, daemonSet.metadata.uid!)) live.add(pod.metadata.labels?.[REVISION_HASH_LABEL]);
    const inUse = new Set(
      old.filter(({ metadata }) => live.has(metadata.labels?.[REVISION_HASH_LABEL])).map(({ metadata }) => metadata.name),
    );
    for (const revision of surplusRevisions(old, inUse, limit)) {
      yield* unless(["NotFound"], this.calls.delete<"ControllerRevision">(targetOf<"ControllerRevision">(revision)));
    }
  }

  private *updateStatus(daemonSet: DaemonSet, hash: string, observed: boolean): Task<void> {
    const podsOnNode = this.podsOnNode(daemonSet);
    const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
    let desired = 0;
    let scheduled = 0;
    let misscheduled = 0;
    let ready = 0;
    let available = 0;
    let updated = 0;
    for (const node of this.nodes.list()) {
      const pods = podsOnNode.get(node.metadata.name);
      if (!nodeFitness(daemonSet, node).shouldRun) {
        if (pods !== undefined) misscheduled++;
        continue;
      }
      desired++;
      if (pods === undefined) continue;
      scheduled++;
      const [pod] = pods.sort(byCreationAndPhase);
      if (isPodReady(pod)) ready++;
      if (isPodAvailable(pod, minReadySeconds, this.context.now())) available++;
      if (isUpdated(pod, hash)) updated++;
    }
    const { generation } = daemonSet.metadata;
    const status: NonNullable<DaemonSet["status"]> = {
      ...daemonSet.status,
      currentNumberScheduled: scheduled,
      numberMisscheduled: misscheduled,
      desiredNumberScheduled: desired,
      numberReady: ready,
      updatedNumberScheduled: updated,
      numberAvailable: available,
      numberUnavailable: desired - available,
      ...(observed && generation !== undefined && { observedGeneration: generation }),
    };
    if (sameValue(status, daemonSet.status)) return;
    yield* this.calls.updateStatus<"DaemonSet">({ ...daemonSet, status });
  }

  private wakeWhenAvailable(daemonSet: DaemonSet, key: string): void {
    const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
    if (minReadySeconds === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const pod of controlledBy(this.pods, daemonSet.metadata.uid!))
      next = Math.min(next, untilAvailable(pod, minReadySeconds, this.context.now()) ?? next);
    if (next !== Number.POSITIVE_INFINITY) this.queue.addAfter(key, next);
  }
}

/** The template with the labels and tolerations that daemon pods have. */
function templateOfPods(daemonSet: DaemonSet, hash: string): PodTemplateSpec {
  const { template } = daemonSet.spec;
  const generation = daemonSet.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION];
  const labels = {
    ...template.metadata?.labels,
    ...(generation !== undefined && { [TEMPLATE_GENERATION_LABEL]: generation }),
    [REVISION_HASH_LABEL]: hash,
  };
  return { metadata: { ...template.metadata, labels }, spec: { ...template.spec, tolerations: daemonTolerations(template.spec) } };
}

export function startDaemonSetController(context: ControllerContext): void {
  new DaemonSetController(context);
}
