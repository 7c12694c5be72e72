/**
 * One pod on one node: sandbox, init containers, containers, restarts, the end.
 *
 * The containers belong to the runtime and go on while the kubelet is stopped; what the kubelet does about them happens in
 * {@link PodWorker.sync}, which looks at what there is and does what is missing, like syncPod upstream (pkg/kubelet/kubelet.go,
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go). Steps whose times are known beforehand and which nobody can observe one by one
 * are merged into one event.
 */
import { formatDuration } from "../api/duration.js";
import { isSidecar } from "../api/resources.js";
import type { Container, Pod } from "../api/types/pod.js";
import { SECOND, type EventId, type SimTime } from "../engine/simulation.js";
import { containerMemoryLimit } from "./cgroups.js";
import { ContainerProcess, SIGKILL_EXIT_CODE, UNKNOWN_EXIT_CODE, type ProcessEnd } from "./container-process.js";
import { ContainerRecord } from "./container-record.js";
import { pullPolicyOf } from "./images.js";
import { mayRestart } from "./pod-status.js";
import { PodStatusReporter } from "./pod-status-reporter.js";
import { PodDependencies, type MissingDependency } from "./pod-dependencies.js";
import { probeFailure } from "./probe-failure.js";
import type { ProbeKind } from "./probe-workers.js";
import { PodProber, type ProbeListener } from "./prober.js";
import type { KubeletContext } from "./kubelet-context.js";
import { containerGraceSeconds, podGraceSeconds, stopPlan, stopPlans, type KillReason, type Stopping } from "./termination.js";

/** How often a sandbox that could not be created is tried again (the kubelet's backOffPeriod). */
const SANDBOX_RETRY_PERIOD: SimTime = 10 * SECOND;

/** From a failed pull to the kubelet's next look at the pod, when it finds the pull in back-off: about its sync after a status change. */
const BACK_OFF_LOOK: SimTime = SECOND;

/** A process that ends on SIGTERM is taken to do so in order, with exit code 0; one that does not is killed. */
function stopOutcome(sigkill: boolean): Omit<ProcessEnd, "at"> {
  return sigkill ? { exitCode: SIGKILL_EXIT_CODE, reason: "Error" } : { exitCode: 0, reason: "Completed" };
}

function hasProbe({ livenessProbe, readinessProbe, startupProbe }: Container): boolean {
  return livenessProbe !== undefined || readinessProbe !== undefined || startupProbe !== undefined;
}

type SandboxState = "none" | "creating" | "ready";

/** A termination that the kubelet decided on itself. */
export interface KubeletOrder {
  readonly reason: string;
  readonly message: string;
  readonly graceSeconds: number;
  readonly condition?: { readonly type: string; readonly reason: string; readonly message: string };
}

export class PodWorker implements ProbeListener {
  readonly records: readonly ContainerRecord[];
  readonly report: PodStatusReporter;
  /** Addresses of the present sandbox, the primary family first. */
  addresses: readonly string[] = [];
  startTime: SimTime | undefined;
  /** A regular container of this sandbox has started. */
  hasInitialized = false;
  /** Set once the pod is being stopped for good, or its containers are all done. */
  terminating = false;
  /** Nothing is left to do but to report, or nothing at all. */
  finished = false;
  order: KubeletOrder | undefined;
  /** The object was removed from the API server while containers ran. */
  private orphaned = false;
  private sandbox: SandboxState = "none";
  private sandboxAttempts = 0;
  private grace = 0;
  private timer: EventId | undefined;
  private timerAt: SimTime = 0;
  private serving = false;
  private servingEvent: EventId | undefined;
  private deadlineEvent: EventId | undefined;
  private readonly dependencies: PodDependencies;
  private readonly prober: PodProber | undefined;
  /** Plans made under an earlier number are void. */
  private generation = 0;

  constructor(
    readonly context: KubeletContext,
    public pod: Pod,
  ) {
    const init = pod.spec.initContainers ?? [];
    const has = init.length > 0;
    this.records = [
      ...init.map((container) => new ContainerRecord(container, isSidecar(container) ? "sidecar" : "init", false)),
      ...pod.spec.containers.map((container) => new ContainerRecord(container, "regular", has)),
    ];
    for (const record of this.records) if (has) record.reason = "PodInitializing";
    this.report = new PodStatusReporter(this);
    this.dependencies = new PodDependencies(context.simulation, context.client, pod);
    const probed = this.records.some(({ container, role }) => role !== "init" && hasProbe(container));
    if (probed) this.prober = new PodProber(context.simulation, this.records, this, context.settings.simulateProbesSingly);
  }

  get hasSandbox(): boolean {
    return this.sandbox === "ready" || this.hasInitialized;
  }

  get uid(): string {
    return this.pod.metadata.uid ?? "";
  }

  /** Called once after admission. */
  begin(): void {
    this.startTime = this.context.simulation.now;
    const seconds = this.pod.spec.activeDeadlineSeconds;
    if (seconds !== undefined) this.watchDeadline();
    this.prober?.begin();
    this.sync();
  }

  /** The kubelet's process ended: its timers and plans are gone, the containers are not. */
  suspend(): void {
    const { simulation } = this.context;
    for (const event of [this.timer, this.deadlineEvent]) if (event !== undefined) simulation.cancel(event);
    this.timer = this.deadlineEvent = undefined;
    if (this.sandbox === "creating") this.sandbox = "none";
    this.generation++;
    for (const record of this.records) record.starting = false;
    this.dependencies.cancel();
    this.prober?.suspend();
    this.report.suspend();
  }

  /** The machine lost power: no process and no sandbox is left. */
  lose(): void {
    const { simulation } = this.context;
    for (const record of this.records) {
      if (record.process === undefined) continue;
      this.removeProcess(record, { at: simulation.now, exitCode: UNKNOWN_EXIT_CODE, reason: "Unknown" });
    }
    this.setServing(false);
    if (this.sandbox !== "none") this.sandbox = "none";
    this.hasInitialized = false;
  }

  /** A new kubelet process looks at what is there. */
  resume(): void {
    if (this.finished) {
      this.report.resume();
      this.finishDeletion();
      return;
    }
    if (this.pod.spec.activeDeadlineSeconds !== undefined) this.watchDeadline();
    this.prober?.begin();
    const wasTerminating = this.terminating;
    this.terminating = false;
    if (this.sandbox === "none" && this.sandboxAttempts > 0 && !wasTerminating && !this.isStopOrdered) {
      this.context.event(this.pod, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    }
    this.report.resume();
    this.sync();
  }

  update(pod: Pod): void {
    this.pod = pod;
    if (this.terminating && !this.finished && this.grace > 0) this.shorten();
    else this.sync();
  }

  /** Somebody wrote conditions that decide on readiness. */
  gatesChanged(): void {
    if (!this.finished && this.report.wouldChangeReadiness()) {
      this.report.touch();
      this.report.send();
    }
  }

  /** The object is gone from the API server: whatever runs is stopped, and nothing is reported. */
  orphan(): void {
    this.orphaned = true;
    this.report.suspend();
    if (this.finished) this.release();
    else if (!this.terminating) this.terminate();
  }

  /** Stops the pod for good by the kubelet's own decision: it fails with this reason. */
  evict(order: KubeletOrder): void {
    if (this.terminating || this.finished) return;
    this.order = order;
    this.terminate();
  }

  sync(): void {
    if (this.finished) {
      this.finishDeletion();
      return;
    }
    if (this.terminating || !this.context.running) return;
    if (this.isStopOrdered) {
      this.terminate();
      return;
    }
    if (this.isDone()) {
      this.complete();
      return;
    }
    if (!this.dependencies.ready) {
      this.dependencies.ensure(
        () => this.sync(),
        (what) => this.onMissing(what),
      );
    } else if (this.sandbox === "none") this.createSandbox();
    else if (this.sandbox === "ready") this.syncContainers(this.context.simulation.now);
    if (this.report.isDirty) this.report.send();
  }

  private get isStopOrdered(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined || this.orphaned || this.order !== undefined;
  }

  private onMissing({ volume, message }: MissingDependency): void {
    const { context, pod } = this;
    if (volume !== undefined) {
      context.event(pod, "Warning", "FailedMount", `MountVolume.SetUp failed for volume "${volume}" : ${message}`);
      return;
    }
    for (const record of this.records) {
      if (record.role !== "regular" || !record.wait("CreateContainerConfigError", message)) continue;
      context.containerEvent(pod, record.container, "Warning", "Failed", `Error: ${message}`);
      this.report.touch();
    }
    if (this.report.isDirty) this.report.send();
  }

  // The sandbox

  private createSandbox(): void {
    const { simulation, runtime, network, node } = this.context;
    let delay: SimTime = runtime.sandboxDuration();
    if (this.pod.spec.hostNetwork === true) this.addresses = this.context.hostAddresses;
    else {
      if (this.sandboxAttempts > 0) network.tearDown(this.pod, node);
      const setUp = network.setUp(this.pod, node);
      if (!setUp.ok) {
        this.failSandbox(setUp.message);
        return;
      }
      this.addresses = setUp.addresses;
      delay += setUp.delay;
    }
    this.sandboxAttempts++;
    this.sandbox = "creating";
    this.report.touch();
    const readyAt = simulation.now + delay;
    const first = this.nextToStart(simulation.now).at(0);
    if (first !== undefined && this.isImageAtHand(first.container)) {
      this.startAll(readyAt, "sandbox");
      return;
    }
    this.report.send();
    this.arm(readyAt, () => {
      this.sandbox = "ready";
      this.sync();
    });
  }

  private failSandbox(message: string): void {
    const { simulation } = this.context;
    this.context.event(this.pod, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${message}`);
    this.report.touch();
    this.arm(simulation.now + SANDBOX_RETRY_PERIOD, () => this.sync());
  }

  // Containers

  /** Those to start now, in order: the next step of initialisation, or all regular containers. */
  private nextToStart(now: SimTime): ContainerRecord[] {
    const due: ContainerRecord[] = [];
    for (const record of this.records) {
      if (record.role === "regular") break;
      if (record.role === "sidecar") {
        if (record.phase !== "running" && this.mayStart(record, now)) due.push(record);
        if (!record.started && !this.hasInitialized) return due;
      } else if (!this.hasInitialized && !record.isDone) {
        if (record.phase !== "running" && this.mayStart(record, now)) due.push(record);
        return due;
      }
    }
    for (const record of this.records) {
      if (record.role === "regular" && record.phase !== "running" && this.mayStart(record, now)) due.push(record);
    }
    return due;
  }

  private mayStart(record: ContainerRecord, now: SimTime): boolean {
    if (record.starting) return false;
    const { lastRun } = record;
    if (lastRun === undefined) return true;
    if (!this.wantsRestart(record)) return false;
    return this.context.crashBackoff.untilSince(this.backoffKey(record), lastRun.at, now) === undefined;
  }

  private wantsRestart({ container, lastRun, role }: ContainerRecord): boolean {
    if (lastRun === undefined) return true;
    if (role === "init" && lastRun.exitCode === 0) return false;
    return mayRestart(this.pod.spec, container, lastRun.exitCode);
  }

  private backoffKey(record: ContainerRecord): string {
    return `${this.uid}/${record.container.name}/${record.container.image ?? ""}`;
  }

  private isImageAtHand(container: Container): boolean {
    return this.context.images.isAtHand(container.image ?? "", pullPolicyOf(container));
  }

  /** Starts what is due, or arranges for what it waits for. */
  private syncContainers(now: SimTime): void {
    this.noteBackOffs(now);
    const due = this.nextToStart(now);
    if (due.length === 0) return;
    const missing = due.find(({ container }) => !this.isImageAtHand(container));
    if (missing !== undefined) {
      this.pullImages(due.filter(({ container }) => !this.isImageAtHand(container)));
      if (due[0] === missing) return;
    }
    this.startAll(now, "ready");
  }

  /** Starts the containers that are due and have their images, one after the other; their common event is when all run and the kubelet has noticed. */
  private startAll(from: SimTime, sandbox: "sandbox" | "ready"): void {
    const { simulation, runtime, settings } = this.context;
    const batch: { record: ContainerRecord; startedAt: SimTime }[] = [];
    let at = from;
    for (const record of this.nextToStart(simulation.now)) {
      if (!this.isImageAtHand(record.container)) break;
      at += runtime.containerStartDuration();
      record.starting = true;
      batch.push({ record, startedAt: at });
    }
    if (batch.length === 0) return;
    const noticed = this.context.nextRelist(at);
    if (this.report.isDirty && noticed - simulation.now > settings.reportCreatingAfter) this.report.send();
    const { generation } = this;
    simulation.at(noticed, () => {
      if (generation !== this.generation || this.terminating || this.finished) {
        for (const { record } of batch) record.starting = false;
        return;
      }
      if (sandbox === "sandbox") this.sandbox = "ready";
      for (const { record, startedAt } of batch) this.startContainer(record, startedAt, false);
      this.updateServing();
      this.sync();
    });
  }

  private startContainer(record: ContainerRecord, startedAt: SimTime, pulled: boolean): void {
    const { context, pod } = this;
    const { container } = record;
    const image = container.image ?? "";
    if (record.lastRun !== undefined) context.crashBackoff.next(this.backoffKey(record), record.lastRun.at, startedAt);
    const attempt = record.lastRun === undefined ? 0 : record.restartCount + 1;
    const limit = containerMemoryLimit(container, pod.spec);
    const process = new ContainerProcess(container, context.behaviorOf(pod, container, attempt), startedAt, limit, context.behaviorStream);
    record.begin(process, `${context.runtime.scheme}://${this.uid}-${container.name}-${attempt}`);
    if (context.settings.normalEvents) {
      if (!pulled) {
        context.containerEvent(pod, container, "Normal", "Pulled", context.images.presentMessage(image));
      }
      context.containerEvent(pod, container, "Normal", "Created", "Container created");
      context.containerEvent(pod, container, "Normal", "Started", "Container started");
    }
    if (record.role === "regular") this.hasInitialized = true;
    record.started = container.startupProbe === undefined || record.role === "init";
    record.ready = record.started && container.readinessProbe === undefined;
    context.usage.add(this, process);
    if (process.naturalEnd !== undefined) this.endAt(record, process.naturalEnd);
    this.prober?.containerStarted(record);
    this.report.touch();
  }

  private endAt(record: ContainerRecord, end: ProcessEnd): void {
    const { simulation } = this.context;
    const process = record.process!;
    if (process.endEvent !== undefined) simulation.cancel(process.endEvent);
    process.plannedEnd = end.at;
    process.endEvent = simulation.at(Math.max(simulation.now, end.at), () => {
      process.endEvent = undefined;
      this.onExit(record, end);
    });
  }

  /** Ends a process at once, from outside. */
  kill(containerName: string | undefined, end: Omit<ProcessEnd, "at"> = { exitCode: SIGKILL_EXIT_CODE, reason: "Error" }): boolean {
    const record = this.records.find(({ container, process }) => process !== undefined && (containerName === undefined || container.name === containerName));
    if (record === undefined) return false;
    this.onExit(record, { ...end, at: this.context.simulation.now });
    return true;
  }

  private onExit(record: ContainerRecord, end: ProcessEnd): void {
    this.removeProcess(record, end);
    this.updateServing();
    if (this.terminating) {
      if (this.records.every(({ process }) => process === undefined)) this.onAllStopped();
    } else this.context.relistSoon(this);
  }

  private removeProcess(record: ContainerRecord, end: ProcessEnd): void {
    const process = record.process!;
    if (process.endEvent !== undefined) this.context.simulation.cancel(process.endEvent);
    this.context.usage.remove(this, process);
    record.end(end);
    this.prober?.containerEnded(record);
    this.report.touch();
  }

  /** Containers that ended and are to be started again: at once the first time, later after their back-off. */
  private noteBackOffs(now: SimTime): void {
    let earliest: SimTime | undefined;
    for (const record of this.records) {
      const { lastRun, phase, container } = record;
      if (lastRun === undefined || phase === "running" || record.starting || !this.wantsRestart(record)) continue;
      const key = this.backoffKey(record);
      const until = this.context.crashBackoff.untilSince(key, lastRun.at, now);
      if (until === undefined) continue;
      const where = `container=${container.name} pod=${this.pod.metadata.name}_${this.pod.metadata.namespace ?? ""}(${this.uid})`;
      if (record.wait("CrashLoopBackOff", `back-off ${formatDuration(this.context.crashBackoff.get(key))} restarting failed ${where}`)) {
        this.report.touch();
        const text = `Back-off restarting failed container ${container.name} in pod ${this.pod.metadata.name}_${this.pod.metadata.namespace ?? ""}(${this.uid})`;
        this.context.containerEvent(this.pod, container, "Warning", "BackOff", text);
      }
      if (earliest === undefined || until < earliest) earliest = until;
    }
    if (earliest !== undefined) this.arm(earliest, () => this.sync());
  }

  // Images

  private pullImages(records: readonly ContainerRecord[]): void {
    for (const record of records) this.pullImage(record);
  }

  private pullImage(record: ContainerRecord): void {
    const { context, pod } = this;
    const { container } = record;
    const { generation } = this;
    record.starting = true;
    const request = {
      podUid: this.uid,
      image: container.image ?? "",
      policy: pullPolicyOf(container),
      event: (type: "Normal" | "Warning", reason: string, message: string) => context.containerEvent(pod, container, type, reason, message),
    };
    context.images.ensure(request, (outcome) => {
      if (generation !== this.generation) return;
      record.starting = false;
      if (outcome.ok) {
        this.startPulled(record);
        return;
      }
      if (record.wait(outcome.reason, outcome.message)) {
        context.containerEvent(pod, container, "Warning", "Failed", `Error: ${outcome.reason}`);
        this.report.touch();
        this.report.send();
      }
      // The first look after a failure tells of the back-off, the next one is at its end.
      const backingOff = outcome.reason === "ImagePullBackOff";
      if (outcome.retryAt !== undefined) this.arm(backingOff ? outcome.retryAt : context.simulation.now + BACK_OFF_LOOK, () => this.sync());
    });
  }

  /** The image is there: the container starts without another look at the pull policy. */
  private startPulled(record: ContainerRecord): void {
    const { simulation, runtime } = this.context;
    record.starting = true;
    const startedAt = simulation.now + runtime.containerStartDuration();
    const { generation } = this;
    simulation.at(this.context.nextRelist(startedAt), () => {
      record.starting = false;
      if (generation !== this.generation || this.terminating || this.finished) return;
      this.startContainer(record, startedAt, true);
      this.updateServing();
      this.sync();
    });
  }

  // Probes and serving

  probed(record: ContainerRecord, what: "started" | "ready", value: boolean): void {
    record[what] = value;
    this.report.touch();
    this.sync();
  }

  probeFailed({ container }: ContainerRecord, kind: ProbeKind): void {
    const probe = container[`${kind}Probe`]!;
    const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    this.context.containerEvent(this.pod, container, "Warning", "Unhealthy", `${name} probe failed: ${probeFailure(probe, this.addresses[0] ?? "")}`);
  }

  unhealthy(record: ContainerRecord, kind: "liveness" | "startup"): void {
    this.killUnhealthy(record, kind === "liveness" ? "LivenessProbe" : "StartupProbe");
  }

  private killUnhealthy(record: ContainerRecord, reason: KillReason): void {
    const { context, pod } = this;
    const { container, process } = record;
    if (process === undefined || this.terminating) return;
    const probe = reason === "LivenessProbe" ? "liveness" : "startup";
    context.containerEvent(pod, container, "Normal", "Killing", `Container ${container.name} failed ${probe} probe, will be restarted`);
    const now = context.simulation.now;
    const plan = stopPlan(this.stoppingOf(record), containerGraceSeconds(pod, container, reason), now);
    this.endAt(record, { at: plan.exitAt, ...stopOutcome(plan.sigkill) });
  }

  private updateServing(): void {
    const now = this.context.simulation.now;
    let next: SimTime | undefined;
    let serving = false;
    for (const { process, role } of this.records) {
      if (process === undefined || role === "init") continue;
      if (process.servesAt <= now) serving = true;
      else next = next === undefined ? process.servesAt : Math.min(next, process.servesAt);
    }
    this.setServing(serving);
    if (!serving && next !== undefined) {
      this.servingEvent = this.context.simulation.at(next, () => {
        this.servingEvent = undefined;
        this.updateServing();
      });
    }
  }

  private setServing(serving: boolean): void {
    if (this.servingEvent !== undefined) this.context.simulation.cancel(this.servingEvent);
    this.servingEvent = undefined;
    if (serving === this.serving) return;
    this.serving = serving;
    this.context.network.listening(this.pod, serving);
  }

  // The end

  private isDone(): boolean {
    if (this.records.some((record) => record.role === "init" && !this.hasInitialized && record.phase !== "running" && record.lastRun !== undefined && record.lastRun.exitCode !== 0 && !this.wantsRestart(record))) return true;
    return this.records.every((record) => record.role !== "regular" || (record.phase !== "running" && record.lastRun !== undefined && !this.wantsRestart(record)));
  }

  private watchDeadline(): void {
    const { simulation } = this.context;
    const seconds = this.pod.spec.activeDeadlineSeconds! * SECOND;
    this.deadlineEvent = simulation.at(Math.max(simulation.now, this.startTime! + seconds), () => {
      this.deadlineEvent = undefined;
      this.evict({
        reason: "DeadlineExceeded",
        message: "Pod was active on the node longer than the specified deadline",
        graceSeconds: podGraceSeconds(this.pod, 0, undefined),
      });
    });
  }

  /** All containers ended by themselves: what is left of the pod is its status and, maybe, sidecars that are stopped now. */
  private complete(): void {
    this.terminate();
  }

  private stoppingOf(record: ContainerRecord): Stopping {
    const process = record.process!;
    const { container } = record;
    const { behaviorStream } = this.context;
    const hook = container.lifecycle?.preStop;
    const preStop =
      hook === undefined
        ? undefined
        : hook.sleep !== undefined
          ? hook.sleep.seconds * SECOND
          : Math.max(0, Math.round(process.behavior.preStopDuration?.sample(behaviorStream) ?? 0));
    return { exitAfterTerm: process.shutdownDuration(behaviorStream), preStop };
  }

  private terminate(): void {
    const { context, pod } = this;
    const { simulation } = context;
    this.terminating = true;
    this.generation++;
    for (const event of [this.timer, this.deadlineEvent]) if (event !== undefined) simulation.cancel(event);
    this.timer = this.deadlineEvent = undefined;
    this.dependencies.cancel();
    this.prober?.podStopping();
    const override = this.order?.graceSeconds;
    this.grace = podGraceSeconds(pod, this.grace, override);
    const running = new Map<string, Stopping>();
    const ordered = pod.metadata.deletionTimestamp !== undefined || this.order !== undefined;
    for (const record of this.records) {
      if (record.process === undefined) continue;
      running.set(record.container.name, this.stoppingOf(record));
      if (context.settings.normalEvents) context.containerEvent(pod, record.container, "Normal", "Killing", `Stopping container ${record.container.name}`);
    }
    if (running.size === 0) {
      this.onAllStopped();
      return;
    }
    if (ordered && this.report.isDirty) this.report.send();
    const graceOf = (container: Container): number => override ?? Math.min(this.grace, containerGraceSeconds(pod, container, "Unknown"));
    const plans = stopPlans(pod.spec, running, graceOf, simulation.now);
    for (const record of this.records) {
      const plan = plans.get(record.container.name);
      if (plan === undefined || record.process === undefined) continue;
      const own = record.process.naturalEnd;
      if (own !== undefined && own.at <= plan.exitAt) continue;
      this.endAt(record, { at: plan.exitAt, ...stopOutcome(plan.sigkill) });
    }
  }

  /** The grace period was cut while the containers stop: those that would take longer are killed at its end. */
  private shorten(): void {
    const { simulation } = this.context;
    const previous = this.grace;
    this.grace = podGraceSeconds(this.pod, this.grace, this.order?.graceSeconds);
    if (this.grace >= previous) return;
    const end = simulation.now + this.grace * SECOND;
    for (const record of this.records) {
      if (record.process !== undefined) this.cut(record, end);
    }
  }

  private cut(record: ContainerRecord, end: SimTime): void {
    const process = record.process!;
    if (process.plannedEnd !== undefined && process.plannedEnd <= end) return;
    this.endAt(record, { at: end, exitCode: SIGKILL_EXIT_CODE, reason: "Error" });
  }

  private onAllStopped(): void {
    const { context } = this;
    this.setServing(false);
    if (!context.running) return;
    this.finished = true;
    this.prober?.suspend();
    context.podStopped(this);
    if (this.sandboxAttempts > 0 && this.pod.spec.hostNetwork !== true) context.network.tearDown(this.pod, context.node);
    this.sandbox = "none";
    if (this.orphaned) {
      this.release();
      return;
    }
    this.report.touch();
    this.report.send(() => this.finishDeletion());
  }

  /** Once nothing runs and the end is reported, a deleted pod is removed from the API server. */
  private finishDeletion(): void {
    if (this.orphaned || !this.finished || this.pod.metadata.deletionTimestamp === undefined || !this.context.running || !this.report.isSettled) return;
    this.report.remove();
  }

  private release(): void {
    this.context.podGone(this);
  }

  /** Comes back at that time, or at an earlier one that was asked for before: each look arranges for the next. */
  private arm(at: SimTime, action: () => void): void {
    const { simulation } = this.context;
    if (this.timer !== undefined) {
      if (this.timerAt <= at) return;
      simulation.cancel(this.timer);
    }
    this.timerAt = at;
    this.timer = simulation.at(Math.max(at, simulation.now), () => {
      this.timer = undefined;
      action();
    });
  }
}
