/**
 * One pod on one node: sandbox, init containers, containers, restarts, the end.
 *
 * The containers belong to the runtime and go on while the kubelet is stopped; what the kubelet does about them happens in
 * {@link PodWorker.sync}, which looks at what there is and does what is missing, like syncPod upstream (pkg/kubelet/kubelet.go,
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go). Steps whose times are known beforehand and which nobody can observe one by one
 * are merged into one event.
 */
import { isSidecar } from "../api/resources.js";
import type { Container, Pod } from "../api/types/pod.js";
import { SECOND, type EventId, type SimTime } from "../engine/simulation.js";
import { SIGKILL_EXIT_CODE, UNKNOWN_EXIT_CODE, type ProcessEnd } from "./container-process.js";
import { ContainerRecord } from "./container-record.js";
import { ContainerStarter } from "./container-starter.js";
import type { KubeletContext } from "./kubelet-context.js";
import { PodDependencies, type MissingDependency } from "./pod-dependencies.js";
import { PodStatusReporter } from "./pod-status-reporter.js";
import { PodTermination } from "./pod-termination.js";
import { hasEnded } from "./pod-status.js";
import { probeFailure } from "./probe-failure.js";
import type { ProbeKind } from "./probe-worker.js";
import { PodProber, type ProbeListener } from "./prober.js";
import { ServingState } from "./serving-state.js";
import { podGraceSeconds } from "./termination.js";
import { PodVolumes } from "./volume-manager.js";

/** How often a sandbox that could not be created is tried again (the kubelet's backOffPeriod). */
const SANDBOX_RETRY_PERIOD: SimTime = 10 * SECOND;

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
  private timer: EventId | undefined;
  private timerAt: SimTime = 0;
  readonly serving = new ServingState(this);
  private readonly starter = new ContainerStarter(this);
  private readonly termination = new PodTermination(this);
  private deadlineEvent: EventId | undefined;
  private readonly dependencies: PodDependencies;
  private readonly volumes: PodVolumes;
  readonly prober: PodProber | undefined;
  /** A kubelet that has not heard of the pod since it started does nothing about it. */
  private suspended = false;
  /** Plans made under an earlier number are void. */
  generation = 0;

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
    this.volumes = new PodVolumes(context.volumes, pod);
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
    this.suspended = true;
    this.cancelPlans();
    if (this.sandbox === "creating") this.sandbox = "none";
    for (const record of this.records) record.starting = false;
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
    this.serving.end();
    this.volumes.lose();
    if (this.sandbox !== "none") this.sandbox = "none";
    this.hasInitialized = false;
  }

  /** A new kubelet process looks at what is there. */
  resume(): void {
    this.suspended = false;
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
      this.context.events.pod(this.pod, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    }
    this.report.resume();
    this.sync();
  }

  update(pod: Pod): void {
    this.pod = pod;
    if (this.terminating && !this.finished && this.termination.isBegun) this.termination.shorten();
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
    this.suspended = false;
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
    if (this.terminating || this.isLeftAlone) return;
    if (this.isStopOrdered) {
      this.terminate();
      return;
    }
    if (this.starter.isDone()) {
      this.terminate();
      return;
    }
    if (!this.dependencies.ready) {
      this.dependencies.ensure(
        () => this.sync(),
        (what) => this.onMissing(what),
      );
    } else if (!this.volumes.ready) {
      this.volumes.ensure(
        () => this.sync(),
        (message) => this.context.events.pod(this.pod, "Warning", "FailedMount", message),
      );
    } else if (this.sandbox === "none") this.createSandbox();
    else if (this.sandbox === "ready") this.starter.sync(this.context.simulation.now);
    if (this.report.isDirty) this.report.send();
  }

  private get isLeftAlone(): boolean {
    return this.suspended || !this.context.running;
  }

  private get isStopOrdered(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined || this.orphaned || this.order !== undefined || hasEnded(this.pod);
  }

  private onMissing({ volume, message }: MissingDependency): void {
    const { context, pod } = this;
    if (volume !== undefined) {
      context.events.pod(pod, "Warning", "FailedMount", `MountVolume.SetUp failed for volume "${volume}" : ${message}`);
      return;
    }
    for (const record of this.records) {
      if (record.role !== "regular" || !record.wait("CreateContainerConfigError", message)) continue;
      context.events.container(pod, record.container, "Warning", "Failed", `Error: ${message}`);
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
    const first = this.starter.nextToStart(simulation.now).at(0);
    if (first !== undefined && this.starter.isImageAtHand(first.container)) {
      this.starter.startAll(readyAt);
      return;
    }
    this.report.send();
    this.arm(readyAt, () => {
      this.sandboxReady();
      this.sync();
    });
  }

  sandboxReady(): void {
    this.sandbox = "ready";
  }

  private failSandbox(message: string): void {
    const { simulation } = this.context;
    this.context.events.pod(this.pod, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${message}`);
    this.report.touch();
    this.arm(simulation.now + SANDBOX_RETRY_PERIOD, () => this.sync());
  }

  endAt(record: ContainerRecord, end: ProcessEnd): void {
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
    const record = this.records.find(
      ({ container, process }) => process !== undefined && (containerName === undefined || container.name === containerName),
    );
    if (record === undefined) return false;
    this.onExit(record, { ...end, at: this.context.simulation.now });
    return true;
  }

  private onExit(record: ContainerRecord, end: ProcessEnd): void {
    this.removeProcess(record, end);
    this.serving.update();
    if (this.terminating) {
      if (this.records.every(({ process }) => process === undefined)) this.onAllStopped();
    } else this.context.pleg.relistSoon(this);
  }

  private removeProcess(record: ContainerRecord, end: ProcessEnd): void {
    const process = record.process!;
    if (process.endEvent !== undefined) this.context.simulation.cancel(process.endEvent);
    this.context.usage.remove(this, process);
    record.end(end);
    this.prober?.containerEnded(record);
    this.report.touch();
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
    this.context.events.container(
      this.pod,
      container,
      "Warning",
      "Unhealthy",
      `${name} probe failed: ${probeFailure(probe, this.addresses[0] ?? "")}`,
    );
  }

  unhealthy(record: ContainerRecord, kind: "liveness" | "startup"): void {
    this.termination.killUnhealthy(record, kind === "liveness" ? "LivenessProbe" : "StartupProbe");
  }

  // The end

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

  private terminate(): void {
    this.terminating = true;
    this.cancelPlans();
    this.prober?.podStopping();
    this.termination.begin();
  }

  /** What was planned under the present circumstances no longer holds. */
  private cancelPlans(): void {
    const { simulation } = this.context;
    this.generation++;
    for (const event of [this.timer, this.deadlineEvent]) if (event !== undefined) simulation.cancel(event);
    this.timer = this.deadlineEvent = undefined;
    this.dependencies.cancel();
    this.volumes.cancel();
  }

  onAllStopped(): void {
    const { context } = this;
    this.serving.end();
    if (this.isLeftAlone) return;
    this.finished = true;
    this.volumes.release();
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
    if (
      this.orphaned ||
      !this.finished ||
      this.pod.metadata.deletionTimestamp === undefined ||
      !this.context.running ||
      !this.report.isSettled
    )
      return;
    this.report.remove();
  }

  private release(): void {
    this.context.podGone(this);
  }

  /** Comes back at that time, or at an earlier one that was asked for before: each look arranges for the next. */
  arm(at: SimTime, action: () => void): void {
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
