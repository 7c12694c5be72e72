/** Stops one pod's containers within their grace, and single containers that failed a probe. */
import type { Container } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import { SIGKILL_EXIT_CODE, type ProcessEnd } from "../containers/container-process.js";
import type { ContainerRecord } from "../containers/container-record.js";
import type { PodWorker } from "./pod-worker.js";
import { containerGraceSeconds, podGraceSeconds, stopPlan, stopPlans, type KillReason, type Stopping } from "./termination.js";

/** A process that ends on SIGTERM is taken to do so in order, with exit code 0; one that does not is killed. */
function stopOutcome(sigkill: boolean): Omit<ProcessEnd, "at"> {
  return sigkill ? { exitCode: SIGKILL_EXIT_CODE, reason: "Error" } : { exitCode: 0, reason: "Completed" };
}

export class PodTermination {
  /** Seconds that the pod was given; 0 before it is told to stop. */
  private grace = 0;

  constructor(private readonly worker: PodWorker) {}

  get isBegun(): boolean {
    return this.grace > 0;
  }

  private stoppingOf(record: ContainerRecord): Stopping {
    const process = record.process!;
    const { container } = record;
    const { behaviorStream } = this.worker.context;
    const hook = container.lifecycle?.preStop;
    const preStop =
      hook === undefined
        ? undefined
        : hook.sleep !== undefined
          ? hook.sleep.seconds * SECOND
          : Math.max(0, Math.round(process.behavior.preStopDuration?.sample(behaviorStream) ?? 0));
    return { exitAfterTerm: process.shutdownDuration(behaviorStream), preStop };
  }

  /** Tells all running containers to stop. */
  begin(): void {
    const { context, pod } = this.worker;
    const { simulation } = context;
    const override = this.worker.order?.graceSeconds;
    this.grace = podGraceSeconds(pod, this.grace, override);
    const running = new Map<string, Stopping>();
    const ordered = pod.metadata.deletionTimestamp !== undefined || this.worker.order !== undefined;
    for (const record of this.worker.records) {
      if (record.process === undefined) continue;
      running.set(record.container.name, this.stoppingOf(record));
      if (context.settings.normalEvents)
        context.events.container(pod, record.container, "Normal", "Killing", `Stopping container ${record.container.name}`);
    }
    if (running.size === 0) {
      this.worker.onAllStopped();
      return;
    }
    if (ordered && this.worker.report.isDirty) this.worker.report.send();
    const graceOf = (container: Container): number => override ?? Math.min(this.grace, containerGraceSeconds(pod, container, "Unknown"));
    const plans = stopPlans(pod.spec, running, graceOf, simulation.now);
    for (const record of this.worker.records) {
      const plan = plans.get(record.container.name);
      if (plan === undefined || record.process === undefined) continue;
      const own = record.process.naturalEnd;
      if (own !== undefined && own.at <= plan.exitAt) continue;
      this.worker.processes.endAt(record, { at: plan.exitAt, ...stopOutcome(plan.sigkill) });
    }
  }

  /** The grace period was cut while the containers stop: those that would take longer are killed at its end. */
  shorten(): void {
    const { simulation } = this.worker.context;
    const previous = this.grace;
    this.grace = podGraceSeconds(this.worker.pod, this.grace, this.worker.order?.graceSeconds);
    if (this.grace >= previous) return;
    const end = simulation.now + this.grace * SECOND;
    for (const record of this.worker.records) {
      if (record.process !== undefined) this.cut(record, end);
    }
  }

  private cut(record: ContainerRecord, end: SimTime): void {
    const process = record.process!;
    if (process.plannedEnd !== undefined && process.plannedEnd <= end) return;
    this.worker.processes.endAt(record, { at: end, exitCode: SIGKILL_EXIT_CODE, reason: "Error" });
  }

  /** Stops one container that failed its probe; the pod goes on. */
  killUnhealthy(record: ContainerRecord, reason: KillReason): void {
    const { context, pod } = this.worker;
    const { container, process } = record;
    if (process === undefined || this.worker.terminating) return;
    const probe = reason === "LivenessProbe" ? "liveness" : "startup";
    context.events.container(pod, container, "Normal", "Killing", `Container ${container.name} failed ${probe} probe, will be restarted`);
    const now = context.simulation.now;
    const plan = stopPlan(this.stoppingOf(record), containerGraceSeconds(pod, container, reason), now);
    this.worker.processes.endAt(record, { at: plan.exitAt, ...stopOutcome(plan.sigkill) });
  }
}
