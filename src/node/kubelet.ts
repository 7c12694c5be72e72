/**
 * The kubelet: the one agent of a node that talks to the API server.
 *
 * Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/, pkg/kubelet/kubelet.go.
 */
import type { Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { ApiClient, Informer, Target } from "../control-plane/apiserver/client.js";
import type { RandomStream } from "../engine/random.js";
import type { Simulation } from "../engine/simulation.js";
import { Backoff, crashLoopBackoffPeriods } from "./containers/backoff.js";
import type { BehaviorSource } from "./containers/behavior.js";
import { onRenewalsChange } from "./status/heartbeat-watch.js";
import { registerDrivers } from "./status/csi-node.js";
import { ImageManager } from "./images/image-manager.js";
import type { KubeletContext, RuntimeCosts } from "./kubelet-context.js";
import { KubeletEvents } from "./kubelet-events.js";
import type { KubeletOptions } from "./kubelet-options.js";
import type { NodeAgent } from "./node-agent.js";
import { NodeStatusReporter } from "./status/node-status-reporter.js";
import { NodePressure } from "./usage/node-pressure.js";
import type { NodeResourceUsage } from "./usage/node-resource-usage.js";
import { PodLifecycleEventGenerator } from "./containers/pleg.js";
import { PodAdmission } from "./pod/pod-admission.js";
import type { PodNetwork } from "./pod/pod-network.js";
import { PodSyncHandler } from "./pod/pod-sync-handler.js";
import type { PodWorker } from "./pod/pod-worker.js";
import { PodWorkers } from "./pod/pod-workers.js";
import { isMirrorPod, isStaticPod } from "./admission/resources.js";
import type { KubeletSettings } from "./settings.js";
import { StaticPods, staticPodOf } from "./pod/static-pods.js";
import type { VolumeManagerSurroundings } from "./pod/volume-manager.js";

export class Kubelet implements NodeAgent, KubeletContext {
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
  /** Whether this process has had a list of its pods from the API server. */
  private seesPods = false;
  /** Counts the starts of the process. */
  private life = 0;
  private readonly workers: PodWorkers;
  private readonly admission: PodAdmission;
  private readonly handler: PodSyncHandler;
  private readonly staticPods: StaticPods;
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
    const lookPhase = phases.integer(settings.evictionMonitoringPeriod);
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
    this.workers = new PodWorkers(this.events);
    this.pressure = new NodePressure(
      simulation,
      options.epoch,
      settings,
      identity.capacity,
      options.reserved,
      options.usage,
      options.puller,
      { pods: this.workers, events: this.events, pressuresChanged: (pressures) => this.status.pressuresChanged(pressures) },
      lookPhase,
    );
    this.status = new NodeStatusReporter(
      simulation,
      options.epoch,
      identity,
      settings,
      this.client,
      options.puller,
      phases,
      this.events,
      options.bootID,
    );
    const { runtime } = options;
    this.volumes = { simulation, client: this.client, inUse: this.status, runtime };
    const informers = endpoint.informers({ component: "kubelet", host: this.node, podsOfNode: this.node });
    this.nodes = informers.informer("Node");
    this.admission = new PodAdmission({
      simulation,
      epoch: options.epoch,
      client: this.client,
      events: this.events,
      workers: this.workers,
      node: () => this.nodes.get(this.node) ?? this.status.node,
      underPressure: (pod) => this.pressure.admit(pod),
    });
    this.handler = new PodSyncHandler(this, this.workers, this.admission);
    this.pods = informers.informer("Pod");
    this.staticPods = new StaticPods(
      {
        simulation,
        client: this.client,
        node: () => this.nodes.get(this.node),
        mirrorChanged: (pod) => {
          if (this.running) this.workers.of(pod)?.report.shown();
        },
      },
      (options.staticPods ?? []).map((manifest) => staticPodOf(manifest, this.node, options.epoch + simulation.now)),
    );
    this.watch();
  }

  // The process

  start(isRunningOn = false): void {
    if (this.running) return;
    this.running = true;
    this.pleg.start();
    this.pressure.start();
    this.status.start(isRunningOn);
    const { heartbeats } = this.options;
    const period = this.settings.leaseRenewPeriod;
    heartbeats.renew(this.node, this.simulation.now, period);
    this.images.forget();
    this.crashBackoff.clear();
    for (const pod of this.staticPods.list()) this.handler.takeUp(pod);
    this.staticPods.start();
    const life = ++this.life;
    // A new process knows of no pods of the API server before its first list: those that it finds running run on meanwhile.
    const list = (): void => {
      if (life !== this.life || !this.running) return;
      this.seesPods = true;
      this.handler.takeUpAll(this.pods.list());
    };
    if (this.pods.whenFollowing === undefined) list();
    else this.pods.whenFollowing(list);
  }

  stop(): void {
    if (!this.running) return;
    this.running = this.seesPods = false;
    this.options.heartbeats.cease(this.node);
    this.pleg.stop();
    this.status.stop();
    this.pressure.stop();
    this.staticPods.stop();
    for (const worker of this.workers) worker.suspend();
  }

  losePower(): void {
    for (const worker of this.workers) worker.lose();
  }

  killProcess(pod: Target<"Pod">, container: string | undefined): boolean {
    return this.workers.kill(pod, container);
  }

  imagesChanged(): void {
    if (!this.running) return;
    this.status.reviseSoon();
    this.pressure.imagesChanged();
  }

  // Pods

  private watch(): void {
    this.pods.addHandlers({
      added: (pod) => {
        if (isMirrorPod(pod)) this.staticPods.seen(pod);
        else if (this.seesPods) this.handler.add(pod);
      },
      updated: (previous, pod) => {
        if (isMirrorPod(pod)) this.staticPods.seen(pod);
        else if (this.seesPods) this.handler.update(previous, pod);
      },
      deleted: (pod) => {
        if (isMirrorPod(pod)) this.staticPods.gone(pod);
        else if (this.seesPods) this.handler.remove(pod);
      },
    });
    this.nodes.addHandlers({
      added: (node) => {
        this.status.nodeChanged(undefined, node);
        const { volumeLimits } = this.options;
        if (volumeLimits !== undefined) registerDrivers(this.client, node, volumeLimits);
        if (this.running) this.staticPods.reconcile();
      },
      updated: (previous, node) => this.status.nodeChanged(previous, node),
    });
    const { heartbeats } = this.options;
    onRenewalsChange(heartbeats, this.node, () => {
      if (heartbeats.isRenewing(this.node)) this.status.reviseSoon();
    });
  }

  // What pod workers ask for

  shownAs(pod: Pod): Pod | undefined {
    return isStaticPod(pod) ? this.staticPods.mirrorOf(pod) : pod;
  }

  podStopped(worker: PodWorker): void {
    this.admission.release(worker.pod);
  }

  podGone(worker: PodWorker): void {
    this.admission.release(worker.pod);
    this.workers.remove(worker);
  }
}
