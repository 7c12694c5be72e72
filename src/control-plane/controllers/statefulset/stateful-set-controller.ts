/**
 * The StatefulSet controller: pods with stable names and volumes, made, updated and removed in order.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set.go, stateful_set_status_updater.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { Pod, StatefulSet } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { claimPods } from "../claim-pods.js";
import { retryOnConflict } from "../conflict-retries.js";
import { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { BY_OWNER, controllerOf, ownerUids } from "../owner-references.js";
import { untilAvailable } from "../pod-conditions.js";
import type { Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { StatefulPodControl } from "./stateful-pod-control.js";
import { isMemberOf } from "./stateful-pod.js";
import { StatefulHistory } from "./stateful-revisions.js";
import { StatefulSetControl } from "./stateful-set-control.js";
import { completed, differs, type StatefulSetStatus } from "./stateful-status.js";

const ACCOUNT = "statefulset-controller";

class StatefulSetController {
  private readonly calls: ApiCalls;
  private readonly sets: Informer<StatefulSet>;
  private readonly pods: Informer<Pod>;
  private readonly queue: WorkQueue;
  private readonly history: StatefulHistory;
  private readonly podControl: StatefulPodControl;
  private readonly consistency: ConsistencyStore;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentStatefulSetSyncs, sync: (key) => this.sync(key) });
    this.sets = context.informer("StatefulSet");
    this.pods = context.informer("Pod");
    const claims = context.informer("PersistentVolumeClaim");
    this.history = new StatefulHistory(this.calls, context.informer("ControllerRevision"));
    this.consistency = new ConsistencyStore({ Pod: this.pods, PersistentVolumeClaim: claims, StatefulSet: this.sets });
    this.podControl = new StatefulPodControl(this.calls, claims, (set, object) => this.consistency.wroteAt(objectKey(set), object));
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.pods.addIndex(ORPHANS, orphanNamespace);
    this.sets.addHandlers({
      added: (set) => this.queue.add(objectKey(set)),
      updated: (_, set) => this.queue.add(objectKey(set)),
      deleted: (set) => this.queue.add(objectKey(set)),
    });
    this.pods.addHandlers({
      added: (pod) => this.podChanged(pod),
      updated: (previous, current) => {
        if (controllerOf(previous)?.uid !== controllerOf(current)?.uid) this.podChanged(previous);
        this.podChanged(current);
      },
      deleted: (pod) => this.podChanged(pod),
    });
  }

  private podChanged(pod: Pod): void {
    if (this.sets.size === 0) return;
    const controller = controllerOf(pod);
    if (controller?.kind === "StatefulSet") this.queue.add(`${pod.metadata.namespace}/${controller.name}`);
    if (controller !== undefined) return;
    for (const set of this.sets.inNamespace(pod.metadata.namespace!)) {
      if (compileLabelSelector(set.spec.selector)(pod.metadata.labels)) this.queue.add(objectKey(set));
    }
  }

  private *sync(key: string): Task<void> {
    this.consistency.ensureReady(key);
    const set = this.sets.get(key);
    if (set === undefined) {
      this.consistency.clear(key);
      return;
    }
    yield* this.history.adoptOrphans(set);
    const pods = yield* claimPods(this.calls, this.pods, set, compileLabelSelector(set.spec.selector), (pod) => isMemberOf(set, pod));
    const revisions = yield* this.history.find(set);
    const { status, error } = yield* new StatefulSetControl(this.context, this.podControl, set, revisions).update(pods);
    try {
      yield* this.updateStatus(set, completed(set, status));
    } catch (refused) {
      throw error ?? refused;
    } finally {
      yield* this.history.truncate(set, pods, revisions);
    }
    if (error !== undefined) throw error;
    this.wakeWhenAvailable(set, key, pods);
  }

  private *updateStatus(set: StatefulSet, status: StatefulSetStatus): Task<void> {
    if (!differs(status, set.status)) return;
    let base: StatefulSet | undefined;
    const written = yield* retryOnConflict(this.context.simulation, () => {
      base = base === undefined ? set : (this.sets.get(objectKey(set)) ?? base);
      return this.calls.updateStatus<"StatefulSet">({ ...base, status });
    });
    this.consistency.wroteAt(objectKey(set), written);
  }

  private wakeWhenAvailable(set: StatefulSet, key: string, pods: readonly Pod[]): void {
    const minReadySeconds = set.spec.minReadySeconds ?? 0;
    if (minReadySeconds === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const pod of pods) next = Math.min(next, untilAvailable(pod, minReadySeconds, this.context.now()) ?? next);
    if (next !== Number.POSITIVE_INFINITY) this.queue.addAfter(key, next);
  }
}

export function startStatefulSetController(context: ControllerContext): void {
  new StatefulSetController(context);
}
