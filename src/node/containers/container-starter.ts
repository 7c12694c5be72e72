/**
 * Starts one pod's containers: init containers in order, then the others, each with its image, and again with back-off after they ended.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/, .../sidecar-containers/, .../pod-lifecycle/#restart-policy and
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions).
 */
import { formatDuration } from "../../api/duration.js";
import type { Container } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import { containerMemoryLimit } from "../usage/cgroups.js";
import { ContainerProcess } from "./container-process.js";
import type { ContainerRecord } from "./container-record.js";
import { pullPolicyOf } from "../images/images.js";
import { mayRestart } from "../pod/pod-status.js";
import type { PodWorker } from "../pod/pod-worker.js";

/** From a failed pull to the kubelet's next look at the pod, when it finds the pull in back-off: about its sync after a status change. */
const BACK_OFF_LOOK: SimTime = SECOND;

export class ContainerStarter {
  constructor(private readonly worker: PodWorker) {}

  /** Those to start now, in order: the next step of initialisation, or all regular containers. */
  nextToStart(now: SimTime): ContainerRecord[] {
    const due: ContainerRecord[] = [];
    for (const record of this.worker.records) {
      if (record.role === "regular") break;
      if (record.role === "sidecar") {
        if (record.phase !== "running" && this.mayStart(record, now)) due.push(record);
        if (!record.started && !this.worker.hasInitialized) return due;
      } else if (!this.worker.hasInitialized && !record.isDone) {
        if (record.phase !== "running" && this.mayStart(record, now)) due.push(record);
        return due;
      }
    }
    for (const record of this.worker.records) {
      if (record.role === "regular" && record.phase !== "running" && this.mayStart(record, now)) due.push(record);
    }
    return due;
  }

  private mayStart(record: ContainerRecord, now: SimTime): boolean {
    if (record.starting) return false;
    const { lastRun } = record;
    if (lastRun === undefined) return true;
    if (!this.wantsRestart(record)) return false;
    return this.worker.context.crashBackoff.untilSince(this.backoffKey(record), lastRun.at, now) === undefined;
  }

  private wantsRestart({ container, lastRun, role }: ContainerRecord): boolean {
    if (lastRun === undefined) return true;
    if (role === "init" && lastRun.exitCode === 0) return false;
    return mayRestart(this.worker.pod.spec, container, lastRun.exitCode);
  }

  private backoffKey(record: ContainerRecord): string {
    return `${this.worker.uid}/${record.container.name}/${record.container.image ?? ""}`;
  }

  isImageAtHand(container: Container): boolean {
    return this.worker.context.images.isAtHand(container.image ?? "", pullPolicyOf(container));
  }

  /** Starts what is due, or arranges for what it waits for. */
  sync(now: SimTime): void {
    this.noteBackOffs(now);
    const due = this.nextToStart(now);
    if (due.length === 0) return;
    const missing = due.find(({ container }) => !this.isImageAtHand(container));
    if (missing !== undefined) {
      this.pullImages(due.filter(({ container }) => !this.isImageAtHand(container)));
      if (due[0] === missing) return;
    }
    this.startAll(now);
  }

  /** Starts the containers that are due and have their images, one after the other; their common event is when all run and the kubelet has noticed. */
  startAll(from: SimTime): void {
    const { simulation, runtime, settings } = this.worker.context;
    const batch: { record: ContainerRecord; startedAt: SimTime }[] = [];
    let at = from;
    for (const record of this.nextToStart(simulation.now)) {
      if (!this.isImageAtHand(record.container)) break;
      at += runtime.containerStartDuration();
      record.starting = true;
      batch.push({ record, startedAt: at });
    }
    if (batch.length === 0) return;
    const noticed = this.worker.context.pleg.nextRelist(at);
    if (this.worker.report.isDirty && noticed - simulation.now > settings.reportCreatingAfter) this.worker.report.send();
    const { generation } = this.worker;
    simulation.at(noticed, () => {
      if (generation !== this.worker.generation || this.worker.terminating || this.worker.finished) {
        for (const { record } of batch) record.starting = false;
        return;
      }
      this.worker.sandbox.state = "ready";
      for (const { record, startedAt } of batch) this.startContainer(record, startedAt, false);
      this.worker.serving.update();
      this.worker.sync();
    });
  }

  private startContainer(record: ContainerRecord, startedAt: SimTime, pulled: boolean): void {
    const { context, pod } = this.worker;
    const { container } = record;
    const image = container.image ?? "";
    if (record.lastRun !== undefined) context.crashBackoff.next(this.backoffKey(record), record.lastRun.at, startedAt);
    const attempt = record.lastRun === undefined ? 0 : record.restartCount + 1;
    const limit = containerMemoryLimit(container, pod.spec);
    const process = new ContainerProcess(container, context.behaviorOf(pod, container, attempt), startedAt, limit, context.behaviorStream);
    record.begin(process, `${context.runtime.scheme}://${this.worker.uid}-${container.name}-${attempt}`);
    if (context.settings.normalEvents) {
      if (!pulled) {
        context.events.container(pod, container, "Normal", "Pulled", context.images.presentMessage(image));
      }
      context.events.container(pod, container, "Normal", "Created", "Container created");
      context.events.container(pod, container, "Normal", "Started", "Container started");
    }
    if (record.role === "regular") this.worker.hasInitialized = true;
    record.started = container.startupProbe === undefined || record.role === "init";
    record.ready = record.started && container.readinessProbe === undefined;
    context.usage.add(this.worker, process, () => this.worker.processes.endAt(record, { at: context.simulation.now, ...process.ownExit }));
    if (process.naturalEnd !== undefined) this.worker.processes.endAt(record, process.naturalEnd);
    this.worker.prober?.containerStarted(record);
    this.worker.report.touch();
  }

  /** Containers that ended and are to be started again: at once the first time, later after their back-off. */
  private noteBackOffs(now: SimTime): void {
    let earliest: SimTime | undefined;
    for (const record of this.worker.records) {
      const { lastRun, phase, container } = record;
      if (lastRun === undefined || phase === "running" || record.starting || !this.wantsRestart(record)) continue;
      const key = this.backoffKey(record);
      const until = this.worker.context.crashBackoff.untilSince(key, lastRun.at, now);
      if (until === undefined) continue;
      const where = `container=${container.name} pod=${this.worker.pod.metadata.name}_${this.worker.pod.metadata.namespace ?? ""}(${this.worker.uid})`;
      if (
        record.wait("CrashLoopBackOff", `back-off ${formatDuration(this.worker.context.crashBackoff.get(key))} restarting failed ${where}`)
      ) {
        this.worker.report.touch();
        const text = `Back-off restarting failed container ${container.name} in pod ${this.worker.pod.metadata.name}_${this.worker.pod.metadata.namespace ?? ""}(${this.worker.uid})`;
        this.worker.context.events.container(this.worker.pod, container, "Warning", "BackOff", text);
      }
      if (earliest === undefined || until < earliest) earliest = until;
    }
    if (earliest !== undefined) this.worker.arm(earliest, () => this.worker.sync());
  }

  private pullImages(records: readonly ContainerRecord[]): void {
    for (const record of records) this.pullImage(record);
  }

  private pullImage(record: ContainerRecord): void {
    const { context, pod } = this.worker;
    const { container } = record;
    const { generation } = this.worker;
    record.starting = true;
    const request = {
      podUid: this.worker.uid,
      image: container.image ?? "",
      policy: pullPolicyOf(container),
      event: (type: "Normal" | "Warning", reason: string, message: string) =>
        context.events.container(pod, container, type, reason, message),
    };
    context.images.ensure(request, (outcome) => {
      if (generation !== this.worker.generation) return;
      record.starting = false;
      if (outcome.ok) {
        this.startPulled(record);
        return;
      }
      if (record.wait(outcome.reason, outcome.message)) {
        context.events.container(pod, container, "Warning", "Failed", `Error: ${outcome.reason}`);
        this.worker.report.touch();
        this.worker.report.send();
      }
      // The first look after a failure tells of the back-off, the next one is at its end.
      const backingOff = outcome.reason === "ImagePullBackOff";
      if (outcome.retryAt !== undefined)
        this.worker.arm(backingOff ? outcome.retryAt : context.simulation.now + BACK_OFF_LOOK, () => this.worker.sync());
    });
  }

  /** The image is there: the container starts without another look at the pull policy. */
  private startPulled(record: ContainerRecord): void {
    const { simulation, runtime } = this.worker.context;
    record.starting = true;
    const startedAt = simulation.now + runtime.containerStartDuration();
    const { generation } = this.worker;
    simulation.at(this.worker.context.pleg.nextRelist(startedAt), () => {
      record.starting = false;
      if (generation !== this.worker.generation || this.worker.terminating || this.worker.finished) return;
      this.startContainer(record, startedAt, true);
      this.worker.serving.update();
      this.worker.sync();
    });
  }

  /** Whether no container runs or will be started again but sidecars. */
  isDone(): boolean {
    const { records, hasInitialized } = this.worker;
    const hasEnded = (record: ContainerRecord): boolean =>
      record.phase !== "running" && record.lastRun !== undefined && !this.wantsRestart(record);
    if (!hasInitialized && records.some((record) => record.role === "init" && !record.isDone && hasEnded(record))) return true;
    return records.every((record) => record.role !== "regular" || hasEnded(record));
  }
}
