/**
 * One pod on one node: sandbox, init containers, containers, restarts, the end.
 *
 * The containers belong to the runtime and go on while the kubelet is stopped; what the kubelet does about them happens in
 * {@link PodWorker.sync}, which looks at what there is and does what is missing, like syncPod upstream (pkg/kubelet/kubelet.go,
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go). Steps whose times are known beforehand and which nobody can observe one by one
 * are merged into one event.
 */
import { isSidecar } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";
import { ActiveDeadline } from "./active-deadline.js";
import { ContainerRecord } from "../containers/container-record.js";
import { ContainerStarter } from "../containers/container-starter.js";
import { EarliestTimer } from "../earliest-timer.js";
import type { KubeletContext } from "../kubelet-context.js";
import { PodDependencies, type MissingDependency } from "./pod-dependencies.js";
import { PodProcesses } from "./pod-processes.js";
import { PodSandbox } from "./pod-sandbox.js";
import { PodStatusReporter } from "./pod-status-reporter.js";
import { PodTermination } from "./pod-termination.js";
import { hasEnded } from "./pod-status.js";
import { ProbeResults } from "../probes/probe-results.js";
import { hasProbe, PodProber } from "../probes/prober.js";
import { ServingState } from "../serving-state.js";
import { PodVolumes } from "./volume-manager.js";

/** A termination that the kubelet decided on itself. */
export interface KubeletOrder {
  readonly reason: string;
  readonly message: string;
  readonly graceSeconds: number;
  readonly condition?: { readonly type: string; readonly reason: string; readonly message: string };
}

export class PodWorker {
  readonly records: readonly ContainerRecord[];
  readonly report: PodStatusReporter;
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
  readonly sandbox = new PodSandbox(this);
  readonly processes = new PodProcesses(this);
  private readonly timer: EarliestTimer;
  readonly serving = new ServingState(this);
  private readonly starter = new ContainerStarter(this);
  private readonly termination = new PodTermination(this);
  private readonly deadline: ActiveDeadline | undefined;
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
    this.timer = new EarliestTimer(context.simulation);
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
    if (pod.spec.activeDeadlineSeconds !== undefined) this.deadline = new ActiveDeadline(this);
    const probed = this.records.some(({ container, role }) => role !== "init" && hasProbe(container));
    if (probed)
      this.prober = new PodProber(
        context.simulation,
        this.records,
        new ProbeResults(this, this.termination),
        context.settings.simulateProbesSingly,
      );
  }

  get hasSandbox(): boolean {
    return this.sandbox.state === "ready" || this.hasInitialized;
  }

  get uid(): string {
    return this.pod.metadata.uid ?? "";
  }

  /** Called once after admission. */
  begin(): void {
    this.startTime = this.context.simulation.now;
    this.deadline?.watch();
    this.prober?.begin();
    this.sync();
  }

  /** The kubelet's process ended: its timers and plans are gone, the containers are not. */
  suspend(): void {
    this.suspended = true;
    this.cancelPlans();
    this.sandbox.suspend();
    for (const record of this.records) record.starting = false;
    this.prober?.suspend();
    this.report.suspend();
  }

  /** The machine lost power: no process and no sandbox is left. */
  lose(): void {
    this.processes.lose();
    this.serving.end();
    this.volumes.lose();
    this.sandbox.lose();
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
    this.deadline?.watch();
    this.prober?.begin();
    const wasTerminating = this.terminating;
    this.terminating = false;
    if (this.sandbox.isLost && !wasTerminating && !this.isStopOrdered) {
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
    } else if (this.sandbox.state === "none") this.sandbox.create((at) => this.startFirst(at));
    else if (this.sandbox.state === "ready") this.starter.sync(this.context.simulation.now);
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

  /** The sandbox is there then: the first containers need not wait to be looked at where their images are. */
  private startFirst(readyAt: SimTime): void {
    const first = this.starter.nextToStart(this.context.simulation.now).at(0);
    if (first !== undefined && this.starter.isImageAtHand(first.container)) {
      this.starter.startAll(readyAt);
      return;
    }
    this.report.send();
    this.arm(readyAt, () => {
      this.sandbox.state = "ready";
      this.sync();
    });
  }

  // The end

  private terminate(): void {
    this.terminating = true;
    this.cancelPlans();
    this.prober?.podStopping();
    this.termination.begin();
  }

  /** What was planned under the present circumstances no longer holds. */
  private cancelPlans(): void {
    this.generation++;
    this.timer.cancel();
    this.deadline?.cancel();
    this.dependencies.cancel();
    this.volumes.cancel();
  }

  onAllStopped(): void {
    const { context } = this;
    this.serving.end();
    if (this.isLeftAlone) return;
    this.finished = true;
    this.prober?.suspend();
    context.podStopped(this);
    this.sandbox.remove();
    if (this.orphaned) this.release();
    else {
      this.report.touch();
      this.report.send(() => this.finishDeletion());
    }
    this.volumes.release(() => this.finishDeletion());
  }

  /** Once nothing runs or is mounted and the end is reported, a deleted pod is removed from the API server. */
  private finishDeletion(): void {
    if (
      this.orphaned ||
      !this.finished ||
      !this.volumes.isReleased ||
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
    this.timer.arm(at, action);
  }
}
