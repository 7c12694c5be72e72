/**
 * The kubelet: the one agent of a node that talks to the API server.
 *
 * Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/, pkg/kubelet/kubelet.go.
 */
import type { ResourceList, Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { ApiClient, Informer, Target } from "../control-plane/apiserver/client.js";
import type { RandomStream } from "../engine/random.js";
import type { Simulation } from "../engine/simulation.js";
import { admitPod, PodsOnNode, type Admission } from "./admission.js";
import { Backoff, crashLoopBackoffPeriods } from "./backoff.js";
import type { BehaviorSource } from "./behavior.js";
import { SIGKILL_EXIT_CODE } from "./container-process.js";
import { wholeSeconds } from "./container-record.js";
import { PREEMPTION_MESSAGE, PREEMPTION_REASON, selectVictims } from "./critical-pod-preemption.js";
import { EVICTED, type Eviction } from "./eviction/manager.js";
import { onRenewalsChange } from "./heartbeat-watch.js";
import { ImageManager } from "./image-manager.js";
import type { ImagePuller } from "./image-puller.js";
import { runtimeImageName } from "./images.js";
import type { KubeletContext, RuntimeCosts } from "./kubelet-context.js";
import { KubeletEvents } from "./kubelet-events.js";
import type { NodeAgent, NodeAgentOptions } from "./node-agent.js";
import type { NodePressures } from "./node-object.js";
import { NodeStatusReporter } from "./node-status-reporter.js";
import { NodePressure, type Candidate, type NodePressureHost } from "./node-pressure.js";
import type { NodeResourceUsage } from "./node-resource-usage.js";
import { PodLifecycleEventGenerator } from "./pleg.js";
import type { PodNetwork } from "./pod-network.js";
import { hasEnded } from "./pod-status.js";
import { PodWorker } from "./pod-worker.js";
import type { KubeletSettings } from "./settings.js";
import type { VolumeManagerSurroundings } from "./volume-manager.js";
import { podGraceSeconds } from "./termination.js";

export interface KubeletOptions extends NodeAgentOptions {
  /** What is kept for the system's and Kubernetes' own daemons. */
  readonly reserved: readonly ResourceList[];
  readonly settings: KubeletSettings;
  readonly runtime: RuntimeCosts;
  readonly puller: ImagePuller;
  readonly usage: NodeResourceUsage;
  readonly behaviorOf: BehaviorSource;
}

export class Kubelet implements NodeAgent, KubeletContext, NodePressureHost {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly node: string;
  readonly hostAddresses: readonly string[];
  readonly settings: KubeletSettings;
  readonly client: ApiClient;
  readonly runtime: RuntimeCosts;
  readonly network: PodNetwork;
  readonly images: ImageManager;
  readonly usage: NodeResourceUsage;
  readonly behaviorOf: BehaviorSource;
  readonly behaviorStream: RandomStream;
  readonly crashBackoff: Backoff;
  readonly pleg: PodLifecycleEventGenerator;
  readonly events: KubeletEvents;
  readonly volumes: VolumeManagerSurroundings;
  running = false;
  private readonly workers = new Map<string, PodWorker>();
  /** Admitted pods that still hold their requests. */
  private readonly admitted = new PodsOnNode();
  private readonly pods: Informer<Pod>;
  /** The node's own object, with what others wrote into it. */
  private readonly nodes: Informer<Node>;
  private readonly pressure: NodePressure;
  private readonly status: NodeStatusReporter;

  constructor(private readonly options: KubeletOptions) {
    const { simulation, identity, settings, endpoint } = options;
    this.simulation = simulation;
    this.epoch = options.epoch;
    this.node = identity.name;
    this.hostAddresses = identity.addresses;
    this.settings = settings;
    this.runtime = options.runtime;
    this.network = options.network;
    this.images = new ImageManager(simulation, options.puller);
    this.usage = options.usage;
    this.behaviorOf = options.behaviorOf;
    this.behaviorStream = simulation.stream(`kubelet/${this.node}/behavior`);
    const phases = simulation.stream(`kubelet/${this.node}/phase`);
    this.crashBackoff = new Backoff(crashLoopBackoffPeriods(settings.maxContainerRestartPeriod, false));
    this.pleg = new PodLifecycleEventGenerator(simulation, settings.plegRelistPeriod, phases);
    this.pressure = new NodePressure(
      simulation,
      options.epoch,
      settings,
      identity.capacity,
      options.reserved,
      options.usage,
      options.puller,
      this,
      phases.integer(settings.evictionMonitoringPeriod),
    );
    this.client = endpoint.connect({
      component: "kubelet",
      user: `system:node:${this.node}`,
      groups: ["system:nodes"],
      host: this.node,
      qps: settings.kubeAPIQPS,
      burst: settings.kubeAPIBurst,
      eventQps: settings.eventRecordQPS,
      eventBurst: settings.eventBurst,
    });
    this.events = new KubeletEvents(this.client, this.node, settings.normalEvents);
    this.status = new NodeStatusReporter(simulation, options.epoch, identity, settings, this.client, options.puller, phases);
    const { runtime } = options;
    this.volumes = { simulation, client: this.client, inUse: this.status, mountDuration: () => runtime.mountDuration() };
    const informers = endpoint.informers({ component: "kubelet", host: this.node, podsOfNode: this.node });
    this.nodes = informers.informer("Node");
    this.pods = informers.informer("Pod");
    this.pods.addHandlers({
      added: (pod) => {
        if (this.running) this.addPod(pod);
      },
      updated: (previous, pod) => {
        if (this.running) this.updatePod(previous, pod);
      },
      deleted: (pod) => {
        if (this.running) this.workers.get(pod.metadata.uid ?? "")?.orphan();
      },
    });
    onRenewalsChange(options.heartbeats, this.node, () => {
      if (options.heartbeats.isRenewing(this.node)) this.status.reviseSoon();
    });
  }

  // The process

  start(): void {
    if (this.running) return;
    this.running = true;
    this.pleg.start();
    this.pressure.start();
    this.status.start();
    const { heartbeats } = this.options;
    const period = this.settings.leaseRenewPeriod;
    heartbeats.renew(this.node, this.simulation.now, period);
    this.images.forget();
    this.crashBackoff.clear();
    const present = new Set<string>();
    for (const pod of this.pods.list()) {
      present.add(pod.metadata.uid ?? "");
      const worker = this.workers.get(pod.metadata.uid ?? "");
      if (worker === undefined) this.addPod(pod);
      else {
        worker.pod = pod;
        worker.resume();
      }
    }
    for (const [uid, worker] of [...this.workers]) if (!present.has(uid)) worker.orphan();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.options.heartbeats.cease(this.node);
    this.pleg.stop();
    this.status.stop();
    this.pressure.stop();
    for (const worker of this.workers.values()) worker.suspend();
  }

  losePower(): void {
    for (const worker of this.workers.values()) worker.lose();
  }

  killProcess(pod: Target<"Pod">, container: string | undefined): boolean {
    for (const worker of this.workers.values()) {
      const { name, namespace, uid } = worker.pod.metadata;
      if (name === pod.name && namespace === pod.namespace && (pod.uid === undefined || pod.uid === uid)) return worker.kill(container);
    }
    return false;
  }

  // Pods

  private addPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    if (this.workers.has(uid)) return;
    const worker = new PodWorker(this, pod);
    if (hasEnded(pod)) {
      if (pod.metadata.deletionTimestamp !== undefined) this.removeEnded(worker);
      return;
    }
    if (pod.metadata.deletionTimestamp === undefined) {
      const admission = this.admit(pod);
      if (!admission.admit) {
        this.reject(pod, admission.reason, admission.message);
        return;
      }
    }
    this.admitted.add(uid, pod);
    this.workers.set(uid, worker);
    worker.begin();
  }

  private admit(pod: Pod): Admission {
    const underPressure = this.pressure.admit(pod);
    if (!underPressure.admit) return underPressure;
    return admitPod(pod, this.nodes.get(this.node) ?? this.status.node, this.admitted, (insufficient) => {
      const selection = selectVictims(pod, [...this.admitted.list()], insufficient);
      if (!selection.ok) return selection;
      for (const victim of selection.victims) this.preempt(victim);
      return selection;
    });
  }

  private preempt(victim: Pod): void {
    const worker = this.workers.get(victim.metadata.uid ?? "");
    this.events.pod(victim, "Warning", PREEMPTION_REASON, PREEMPTION_MESSAGE);
    this.admitted.remove(victim.metadata.uid ?? "");
    worker?.evict({
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

  // What the node's pressure asks for and leads to

  activePods(): readonly Pod[] {
    const pods: Pod[] = [];
    for (const worker of this.workers.values()) if (!worker.terminating && !worker.finished) pods.push(worker.pod);
    return pods;
  }

  *processes(): Generator<Candidate> {
    for (const worker of this.workers.values()) {
      for (const { process, container } of worker.records) {
        if (process === undefined) continue;
        yield { pod: worker.pod, process, kill: () => worker.kill(container.name, { exitCode: SIGKILL_EXIT_CODE, reason: "OOMKilled" }) };
      }
    }
  }

  isImageInUse(image: string): boolean {
    for (const worker of this.workers.values()) {
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
    this.workers.get(pod.metadata.uid ?? "")?.evict({
      reason: EVICTED,
      message,
      graceSeconds: gracePeriodSeconds,
      ...(isDisruption && { condition: { type: "DisruptionTarget", reason: "TerminationByKubelet", message } }),
    });
  }

  pressuresChanged(pressures: NodePressures): void {
    this.status.pressuresChanged(pressures);
  }

  imagesChanged(): void {
    if (!this.running) return;
    this.status.reviseSoon();
    this.pressure.imagesChanged();
  }

  private removeEnded(worker: PodWorker): void {
    this.workers.set(worker.uid, worker);
    worker.finished = true;
    worker.report.remove();
  }

  private reject(pod: Pod, reason: string, message: string): void {
    this.events.pod(pod, "Warning", reason, message);
    const startTime = wholeSeconds(this.epoch, this.simulation.now);
    this.client.patchStatus<"Pod">(
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

  private updatePod(previous: Pod, pod: Pod): void {
    const worker = this.workers.get(pod.metadata.uid ?? "");
    if (worker === undefined) {
      // A pod that this kubelet refused or found ended is removed when somebody deletes it.
      if (pod.metadata.deletionTimestamp !== undefined) this.addPod(pod);
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

  // What pod workers ask for

  podStopped(worker: PodWorker): void {
    this.admitted.remove(worker.uid);
  }

  podGone(worker: PodWorker): void {
    this.admitted.remove(worker.uid);
    this.workers.delete(worker.uid);
  }

  /** Requests of the admitted pods of one resource, in millicores or whole units. */
  requestedOf(resource: string): number {
    return this.admitted.requestedOf(resource);
  }
}
