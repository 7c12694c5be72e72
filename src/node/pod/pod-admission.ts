/** Takes bound pods in or refuses them, and ends less important ones for critical ones. */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { ApiClient } from "../../control-plane/apiserver/client.js";
import type { Simulation } from "../../engine/simulation.js";
import { admitPod, PodsOnNode, type Admission } from "../admission/admission.js";
import { wholeSeconds } from "../containers/container-record.js";
import { PREEMPTION_MESSAGE, PREEMPTION_REASON, selectVictims } from "../admission/critical-pod-preemption.js";
import type { KubeletEvents } from "../kubelet-events.js";
import type { PodWorkers } from "./pod-workers.js";
import { isStaticPod } from "../admission/resources.js";
import { podGraceSeconds } from "./termination.js";

export interface PodAdmissionSurroundings {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly client: ApiClient;
  readonly events: KubeletEvents;
  readonly workers: PodWorkers;
  /** The node's own object as the kubelet knows it. */
  node(): Node;
  /** What the node's memory and disk say to the pod. */
  underPressure(pod: Pod): Admission;
}

export class PodAdmission {
  /** Admitted pods that still hold their requests. */
  private readonly admitted = new PodsOnNode();

  constructor(private readonly around: PodAdmissionSurroundings) {}

  /** Whether the node takes the pod; one that it does not take has failed. */
  admits(pod: Pod): boolean {
    const admission = this.judge(pod);
    if (!admission.admit) this.reject(pod, admission.reason, admission.message);
    return admission.admit;
  }

  /** The pod holds its requests from now on. */
  hold(pod: Pod): void {
    this.admitted.add(pod.metadata.uid ?? "", pod);
  }

  /** Nothing of the pod runs any more. */
  release(pod: Pod): void {
    this.admitted.remove(pod.metadata.uid ?? "");
  }

  private judge(pod: Pod): Admission {
    const underPressure = this.around.underPressure(pod);
    if (!underPressure.admit) return underPressure;
    return admitPod(pod, this.around.node(), this.admitted, (insufficient) => {
      const selection = selectVictims(pod, [...this.admitted.list()], insufficient);
      if (!selection.ok) return selection;
      for (const victim of selection.victims) this.preempt(victim);
      return selection;
    });
  }

  private preempt(victim: Pod): void {
    const { events, workers } = this.around;
    events.pod(victim, "Warning", PREEMPTION_REASON, PREEMPTION_MESSAGE);
    this.release(victim);
    workers.of(victim)?.evict({
      reason: PREEMPTION_REASON,
      message: PREEMPTION_MESSAGE,
      graceSeconds: podGraceSeconds(victim, 0, undefined),
      condition: {
        type: "DisruptionTarget",
        reason: "TerminationByKubelet",
        message: "Pod was preempted by Kubelet to accommodate a critical pod.",
      },
    });
  }

  private reject(pod: Pod, reason: string, message: string): void {
    const { simulation, epoch, client, events } = this.around;
    events.pod(pod, "Warning", reason, message);
    // The API server does not know a static pod before it runs.
    if (isStaticPod(pod)) return;
    const startTime = wholeSeconds(epoch, simulation.now);
    client.patchStatus<"Pod">(
      { kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
      (current) => ({
        ...current,
        status: {
          ...current.status,
          phase: "Failed",
          reason,
          message: `Pod was rejected: ${message}`,
          startTime: current.status?.startTime ?? startTime,
        },
      }),
    );
  }
}
