/**
 * What the kubelet does about pods that come, change and go.
 *
 * Source: pkg/kubelet/kubelet.go (SyncHandler: HandlePodAdditions, HandlePodUpdates, HandlePodRemoves).
 */
import type { Pod } from "../../api/types/pod.js";
import type { KubeletContext } from "../kubelet-context.js";
import type { PodAdmission } from "./pod-admission.js";
import { hasEnded } from "./pod-status.js";
import { PodWorker } from "./pod-worker.js";
import type { PodWorkers } from "./pod-workers.js";
import { isMirrorPod, isStaticPod } from "../admission/resources.js";

export class PodSyncHandler {
  constructor(
    private readonly context: KubeletContext,
    private readonly workers: PodWorkers,
    private readonly admission: PodAdmission,
  ) {}

  /** Those that are there when a process begins to hear of pods; whatever else of the API server runs is stopped. */
  takeUpAll(pods: Iterable<Pod>): void {
    const present = new Set<PodWorker | undefined>();
    const earlier = [...this.workers];
    for (const pod of [...pods]) {
      if (isMirrorPod(pod)) continue;
      present.add(this.workers.of(pod));
      this.takeUp(pod);
    }
    for (const worker of earlier) if (!present.has(worker) && !isStaticPod(worker.pod)) worker.orphan();
  }

  takeUp(pod: Pod): void {
    const worker = this.workers.of(pod);
    if (worker === undefined) this.add(pod);
    else {
      worker.pod = pod;
      worker.resume();
    }
  }

  add(pod: Pod): void {
    if (this.workers.of(pod) !== undefined) return;
    const worker = new PodWorker(this.context, pod);
    const isToGo = pod.metadata.deletionTimestamp !== undefined;
    if (hasEnded(pod)) {
      if (isToGo) this.removeEnded(worker);
      return;
    }
    if (!isToGo && !this.admission.admits(pod)) return;
    this.admission.hold(pod);
    this.workers.add(worker);
    worker.begin();
  }

  private removeEnded(worker: PodWorker): void {
    this.workers.add(worker);
    worker.finished = true;
    worker.report.remove();
  }

  update(previous: Pod, pod: Pod): void {
    const worker = this.workers.of(pod);
    if (worker === undefined) {
      // A pod that this kubelet refused or found ended is removed when somebody deletes it.
      if (pod.metadata.deletionTimestamp !== undefined) this.add(pod);
      return;
    }
    const told =
      pod.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp ||
      pod.metadata.deletionGracePeriodSeconds !== previous.metadata.deletionGracePeriodSeconds ||
      // Somebody else ended it. Source: UpdatePod in pod_workers.go.
      (hasEnded(pod) && !worker.terminating);
    if (told) {
      worker.update(pod);
      return;
    }
    worker.pod = pod;
    if (pod.status !== previous.status) worker.report.reconcile();
    if (pod.spec.readinessGates !== undefined && pod.status?.conditions !== previous.status?.conditions) worker.gatesChanged();
  }

  /** The object is gone. */
  remove(pod: Pod): void {
    this.workers.of(pod)?.orphan();
  }
}
