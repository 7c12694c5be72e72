/** The pods that a kubelet looks after, and what its node asks of all of them. */
import type { Pod } from "../../api/types/pod.js";
import type { Target } from "../../control-plane/apiserver/client.js";
import { SIGKILL_EXIT_CODE } from "../containers/container-process.js";
import { EVICTED, type Eviction } from "../eviction/manager.js";
import { runtimeImageName } from "../images/images.js";
import type { KubeletEvents } from "../kubelet-events.js";
import type { Candidate, PodsUnderPressure } from "../usage/node-pressure.js";
import type { PodWorker } from "./pod-worker.js";
import { isStaticPod } from "../admission/resources.js";

export class PodWorkers implements PodsUnderPressure {
  private readonly byUid = new Map<string, PodWorker>();

  constructor(private readonly events: KubeletEvents) {}

  [Symbol.iterator](): IterableIterator<PodWorker> {
    return this.byUid.values();
  }

  of({ metadata }: Pod): PodWorker | undefined {
    return this.byUid.get(metadata.uid ?? "");
  }

  add(worker: PodWorker): void {
    this.byUid.set(worker.uid, worker);
  }

  remove(worker: PodWorker): void {
    this.byUid.delete(worker.uid);
  }

  /** Kills a container's main process (the first running one where none is named). False where there is none. */
  kill(pod: Target<"Pod">, container: string | undefined): boolean {
    for (const worker of this) {
      const { name, namespace, uid } = worker.pod.metadata;
      if (name !== pod.name || namespace !== pod.namespace) continue;
      // Whoever names a static pod means its mirror pod, whose uid is another.
      if (pod.uid === undefined || pod.uid === uid || isStaticPod(worker.pod)) return worker.processes.kill(container);
    }
    return false;
  }

  activePods(): readonly Pod[] {
    const pods: Pod[] = [];
    for (const worker of this) if (!worker.terminating && !worker.finished) pods.push(worker.pod);
    return pods;
  }

  *processes(): Generator<Candidate> {
    for (const worker of this) {
      for (const { process, container } of worker.records) {
        if (process === undefined) continue;
        yield {
          pod: worker.pod,
          process,
          kill: () => worker.processes.kill(container.name, { exitCode: SIGKILL_EXIT_CODE, reason: "OOMKilled" }),
        };
      }
    }
  }

  isImageInUse(image: string): boolean {
    for (const worker of this) {
      if (worker.finished) continue;
      if (
        worker.records.some(({ container, containerID }) => containerID !== undefined && runtimeImageName(container.image ?? "") === image)
      )
        return true;
    }
    return false;
  }

  evict({ pod, gracePeriodSeconds, message, isDisruption }: Eviction): void {
    this.events.pod(pod, "Warning", EVICTED, message);
    this.of(pod)?.evict({
      reason: EVICTED,
      message,
      graceSeconds: gracePeriodSeconds,
      ...(isDisruption && { condition: { type: "DisruptionTarget", reason: "TerminationByKubelet", message } }),
    });
  }
}
