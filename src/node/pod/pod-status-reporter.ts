/**
 * Reports one pod's status to the API server, as the kubelet's status manager does: one request at a time, the latest state wins.
 *
 * Source: pkg/kubelet/status/status_manager.go.
 */
import { qosClassOf } from "../../api/resources.js";
import type { Condition } from "../../api/types/meta.js";
import type { Pod, PodPhase, PodStatus } from "../../api/types/pod.js";
import { SECOND, type EventId, type SimTime } from "../../engine/simulation.js";
import type { ApiStatus } from "../../control-plane/apiserver/client.js";
import { wholeSeconds } from "../containers/container-record.js";
import { hasEnded, podConditions, podPhase } from "./pod-status.js";
import type { PodWorker } from "./pod-worker.js";

/** How often the status manager goes over what was not reported (syncPeriod). */
const STATUS_SYNC_PERIOD: SimTime = 10 * SECOND;

const KUBELET_CONDITIONS: ReadonlySet<string> = new Set([
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
]);

export class PodStatusReporter {
  /** Something changed since the last report. */
  isDirty = true;
  private conditions: readonly Condition[] = [];
  private inFlight = false;
  private sendAgain = false;
  private removing = false;
  private retry: EventId | undefined;
  private suspended = false;
  private whenSettled: (() => void) | undefined;

  constructor(private readonly worker: PodWorker) {}

  /** Nothing is left to report and no answer is awaited. */
  get isSettled(): boolean {
    return !this.inFlight && !this.isDirty && this.retry === undefined;
  }

  touch(): void {
    this.isDirty = true;
  }

  suspend(): void {
    this.suspended = true;
    if (this.retry !== undefined) this.worker.context.simulation.cancel(this.retry);
    this.retry = undefined;
  }

  /** Reports everything anew: what the last process sent and whether it arrived is not known. */
  resume(): void {
    this.suspended = false;
    this.isDirty = true;
    this.inFlight = false;
    this.removing = false;
    this.sendAgain = false;
    this.generation++;
    this.send();
  }

  send(whenSettled?: () => void): void {
    if (whenSettled !== undefined) this.whenSettled = whenSettled;
    if (this.suspended || !this.worker.context.running) return;
    if (this.inFlight) {
      this.sendAgain = true;
      return;
    }
    const { context } = this.worker;
    const pod = context.shownAs(this.worker.pod);
    if (pod === undefined) return;
    this.isDirty = false;
    this.inFlight = true;
    const status = this.statusOf(pod);
    const { generation } = this;
    context.client.patchStatus(
      { kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid } as const,
      (current) => ({ ...current, status: merged(current.status, status) }),
      (result) => {
        if (generation === this.generation) this.onAnswer(result.ok ? undefined : result.status);
      },
    );
  }

  /**
   * Somebody else has written the pod's status: what the kubelet knows better is reported again when the status manager next goes over
   * its pods (needsReconcile). So a pod becomes ready again whose node was taken for dead.
   */
  reconcile(): void {
    if (this.inFlight || this.isDirty || this.conditions.length === 0) return;
    const stored = this.worker.context.shownAs(this.worker.pod)?.status?.conditions;
    if (this.conditions.every(({ type, status }) => stored?.find((condition) => condition.type === type)?.status === status)) return;
    this.isDirty = true;
    this.retryLater(() => this.send());
  }

  /** The API server has the pod from now on, or has it otherwise than before. */
  shown(): void {
    if (this.isDirty && !this.inFlight) this.send();
    else this.reconcile();
  }

  /** Removes a pod of which nothing runs any more from the API server. */
  remove(): void {
    if (this.removing || this.suspended) return;
    this.removing = true;
    const { pod, context } = this.worker;
    const { generation } = this;
    const uid = pod.metadata.uid;
    context.client.delete(
      { kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid } as const,
      { gracePeriodSeconds: 0, ...(uid !== undefined && { preconditions: { uid } }) },
      (result) => {
        if (generation !== this.generation) return;
        this.removing = false;
        if (!result.ok && isWorthRetrying(result.status)) this.retryLater(() => this.remove());
      },
    );
  }

  private generation = 0;

  private onAnswer(refusal: ApiStatus | undefined): void {
    this.inFlight = false;
    if (refusal !== undefined && isWorthRetrying(refusal)) {
      this.isDirty = true;
      this.retryLater(() => this.send());
      return;
    }
    if (this.sendAgain) {
      this.sendAgain = false;
      this.send();
      return;
    }
    // Where another report is due by now, whoever waits is told after that one.
    if (!this.isSettled) return;
    const settled = this.whenSettled;
    this.whenSettled = undefined;
    settled?.();
  }

  private retryLater(action: () => void): void {
    const { simulation } = this.worker.context;
    if (this.retry !== undefined || this.suspended) return;
    this.retry = simulation.after(STATUS_SYNC_PERIOD - (simulation.now % STATUS_SYNC_PERIOD), () => {
      this.retry = undefined;
      action();
    });
  }

  /** Whether readiness gates make the Ready condition another than the reported one. */
  wouldChangeReadiness(): boolean {
    const { pod } = this.worker;
    const containersReady = this.conditions.find(({ type }) => type === "ContainersReady")?.status === "True";
    const gatesOpen = (pod.spec.readinessGates ?? []).every(
      ({ conditionType }) => pod.status?.conditions?.find(({ type }) => type === conditionType)?.status === "True",
    );
    return (containersReady && gatesOpen) !== (this.conditions.find(({ type }) => type === "Ready")?.status === "True");
  }

  private statusOf(pod: Pod): PodStatus {
    const { worker } = this;
    const { context, records, order } = worker;
    const { addresses } = worker.sandbox;
    const init = records.filter(({ role }) => role !== "regular").map((record) => record.status(context.epoch));
    const regular = records.filter(({ role }) => role === "regular").map((record) => record.status(context.epoch));
    const statuses = { initContainerStatuses: init, containerStatuses: regular };
    const own = worker.finished ? this.lastPhase(pod, statuses) : podPhase(pod, statuses, false, worker.hasInitialized);
    // Nobody takes a pod's end back, not even the kubelet that knows better. Source: generateAPIPodStatus in kubelet_pods.go.
    const phase = hasEnded(pod) ? pod.status!.phase! : own;
    const told = order ?? (hasEnded(pod) ? pod.status : undefined);
    this.conditions = this.conditionsOf(pod, statuses, phase);
    return {
      phase,
      conditions: this.conditions,
      ...(told?.reason !== undefined && { reason: told.reason }),
      ...(told?.message !== undefined && { message: told.message }),
      hostIP: context.hostAddresses[0],
      hostIPs: context.hostAddresses.map((ip) => ({ ip })),
      ...(addresses.length > 0 && { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }),
      startTime: wholeSeconds(context.epoch, worker.startTime ?? context.simulation.now),
      ...(init.length > 0 && { initContainerStatuses: init }),
      containerStatuses: regular,
      qosClass: pod.status?.qosClass ?? qosClassOf(pod.spec),
      ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    };
  }

  /** A pod that has been ended before its containers could succeed has failed. Source: TerminatePod in status_manager.go. */
  private lastPhase(pod: Pod, statuses: Parameters<typeof podConditions>[1]): PodPhase {
    const succeeded = this.worker.order === undefined && podPhase(pod, statuses, true, this.worker.hasInitialized) === "Succeeded";
    return succeeded ? "Succeeded" : "Failed";
  }

  private conditionsOf(
    pod: Pod,
    statuses: Parameters<typeof podConditions>[1],
    phase: Parameters<typeof podConditions>[2],
  ): readonly Condition[] {
    const { context, order, hasSandbox } = this.worker;
    const now = wholeSeconds(context.epoch, context.simulation.now);
    const known = [...(pod.status?.conditions ?? []).filter(({ type }) => !KUBELET_CONDITIONS.has(type)), ...this.conditions];
    const wanted: readonly Pick<Condition, "type" | "status" | "reason" | "message">[] = [
      { type: "PodReadyToStartContainers", status: hasSandbox ? "True" : "False" },
      ...podConditions(pod, statuses, phase, known),
      { type: "PodScheduled", status: "True" },
      ...(order?.condition === undefined ? [] : [{ ...order.condition, status: "True" as const }]),
    ];
    const before = this.conditions.length > 0 ? this.conditions : (pod.status?.conditions ?? []);
    return wanted.map((verdict) => {
      const old = before.find(({ type }) => type === verdict.type);
      if (old !== undefined && old.status === verdict.status && old.reason === verdict.reason && old.message === verdict.message)
        return old;
      return { ...verdict, lastTransitionTime: old !== undefined && old.status === verdict.status ? old.lastTransitionTime : now };
    });
  }
}

/** The kubelet's status over what is stored: conditions of others and the nomination stay. */
function merged(current: PodStatus | undefined, own: PodStatus): PodStatus {
  if (current === undefined) return own;
  const types = new Set(own.conditions?.map(({ type }) => type));
  const others = current.conditions?.filter(({ type }) => !types.has(type)) ?? [];
  return {
    ...own,
    conditions: others.length === 0 ? own.conditions : [...own.conditions!, ...others],
    ...(current.nominatedNodeName !== undefined && { nominatedNodeName: current.nominatedNodeName }),
    startTime: current.startTime ?? own.startTime,
  };
}

/** Gone or another pod's: nothing to report any more. All else may pass. */
function isWorthRetrying({ code }: ApiStatus): boolean {
  return code !== 404 && code !== 409;
}
