/** A machine of the cluster: its resources, its power, its container runtime, and the kubelet that runs on it. */
import type { ResourceList, Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { ApiServerEndpoint, Target } from "../control-plane/apiserver/client.js";
import type { NodeHeartbeats } from "../control-plane/apiserver/heartbeats.js";
import type { Distribution } from "../engine/distribution.js";
import type { RandomStream } from "../engine/random.js";
import { lognormal } from "../engine/distribution-families.js";
import { MILLISECOND, type EventId, type SimTime, type Simulation } from "../engine/simulation.js";
import { newBootID } from "./status/boot-id.js";
import { annotatedBehavior, type BehaviorSource } from "./containers/behavior.js";
import type { VolumeLimits } from "./status/csi-node.js";
import { CONTAINER_RUNTIMES } from "./containers/container-runtime.js";
import { DEFAULT_RUNTIME, identityOf, type NodeDescription } from "./status/described-node.js";
import { FakeKubelet } from "./fake/fake-kubelet.js";
import { ImagePuller } from "./images/image-puller.js";
import { registryOf, type ImageRegistry } from "./images/images.js";
import { Kubelet } from "./kubelet.js";
import type { NodeAgent } from "./node-agent.js";
import { listedImages, newNode, type NodeIdentity } from "./status/node-object.js";
import { NodeResourceUsage } from "./usage/node-resource-usage.js";
import { UnsimulatedPodNetwork, type PodNetwork } from "./pod/pod-network.js";
import { amountOf, CPU } from "./admission/resources.js";
import { MISSION, REGISTRY_LATENCY, type KubeletSettings } from "./settings.js";
import type { NodeUsage, PodUsage } from "./usage/usage-figures.js";

export interface MachineOptions extends NodeDescription {
  readonly simulation: Simulation;
  /** Unix time at simulated time 0, microseconds. */
  readonly epoch: Timestamp;
  readonly endpoint: ApiServerEndpoint;
  readonly heartbeats: NodeHeartbeats;
  /** Costs of the runtime where they are not its usual ones, microseconds. */
  readonly sandboxDuration?: Distribution;
  readonly containerStartDuration?: Distribution;
  /** Time of mounting one volume, microseconds. */
  readonly mountDuration?: Distribution;
  /** Time of unmounting one volume, microseconds. */
  readonly unmountDuration?: Distribution;
  /** Most volumes of each storage driver. */
  readonly volumeLimits?: VolumeLimits;
  /** "fake" runs nothing: see {@link FakeKubelet}. */
  readonly agent?: "kubelet" | "fake";
  readonly network?: PodNetwork;
  readonly behaviorOf?: BehaviorSource;
  readonly registry?: ImageRegistry;
  /** Bytes a second between registry and machine. */
  readonly registryBandwidth?: number;
  /** A registry's answer to a request that transfers nothing, microseconds. */
  readonly registryLatency?: SimTime;
  /** Manifests of static pods. */
  readonly staticPods?: readonly Pod[];
  /** Images that are on the disk from the start. */
  readonly images?: readonly string[];
}

/** 1 Gbit/s: a common link of a virtual machine. An assumption, and a setting. */
const REGISTRY_BANDWIDTH = 125_000_000;
/** Mounting a formatted disk or a share. An assumption, and a setting. */
const MOUNT_DURATION = lognormal(500 * MILLISECOND, 0.5);
/** Less than mounting, which checks the file system first. An assumption, and a setting. */
const UNMOUNT_DURATION = lognormal(200 * MILLISECOND, 0.5);

export class Machine {
  readonly name: string;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly images: ImagePuller;
  readonly kubelet: NodeAgent;
  powered = false;
  /** The machine is no more, and cannot be switched on. */
  private terminated = false;
  private readonly simulation: Simulation;
  private readonly identity: NodeIdentity;
  private readonly settings: KubeletSettings;
  private readonly resources: NodeResourceUsage;
  private starting: EventId | undefined;
  private readonly bootIDs: RandomStream;
  private bootID: string;
  /** It has been up since before the run began. */
  private wasUp = false;
  private readonly isFake: boolean;

  constructor(options: MachineOptions) {
    const { simulation, name } = options;
    this.simulation = simulation;
    this.name = name;
    this.settings = { ...MISSION, ...options.settings };
    this.bootIDs = simulation.stream(`machine/${name}/boot-id`);
    this.bootID = newBootID(this.bootIDs);
    const cores = amountOf(CPU, options.capacity[CPU] ?? 0) / 1000;
    const identity = identityOf(options);
    this.identity = identity;
    this.capacity = identity.capacity;
    this.allocatable = identity.allocatable;
    this.images = new ImagePuller(
      simulation,
      {
        registry: options.registry ?? registryOf(),
        bandwidth: options.registryBandwidth ?? REGISTRY_BANDWIDTH,
        latency: options.registryLatency ?? REGISTRY_LATENCY,
        parallel: this.settings.serializeImagePulls ? 1 : this.settings.maxParallelImagePulls,
      },
      () => this.kubelet.imagesChanged(),
    );
    for (const image of options.images ?? []) this.images.preload(image);
    this.resources = new NodeResourceUsage(simulation, cores, this.settings.cpuCFSQuota);
    const runtimeName = options.runtime ?? DEFAULT_RUNTIME;
    const profile = CONTAINER_RUNTIMES[runtimeName];
    const costs = simulation.stream(`kubelet/${name}/runtime`);
    const sandbox = options.sandboxDuration ?? profile.sandboxDuration;
    const start = options.containerStartDuration ?? profile.containerStartDuration;
    const mount = options.mountDuration ?? MOUNT_DURATION;
    const mounts = simulation.stream(`kubelet/${name}/mount`);
    const unmount = options.unmountDuration ?? UNMOUNT_DURATION;
    const unmounts = simulation.stream(`kubelet/${name}/unmount`);
    const { epoch, endpoint, heartbeats, network = new UnsimulatedPodNetwork() } = options;
    const common = { simulation, epoch, endpoint, heartbeats, identity, network };
    this.isFake = options.agent === "fake";
    this.kubelet = this.isFake
      ? new FakeKubelet({
          ...common,
          startDuration: () => (options.containerStartDuration === undefined ? 0 : duration(options.containerStartDuration, costs)),
        })
      : new Kubelet({
          ...common,
          reserved: [options.systemReserved ?? {}, options.kubeReserved ?? {}],
          settings: this.settings,
          runtime: {
            scheme: runtimeName,
            sandboxDuration: () => duration(sandbox, costs),
            containerStartDuration: () => duration(start, costs),
            mountDuration: () => duration(mount, mounts),
            unmountDuration: () => duration(unmount, unmounts),
          },
          puller: this.images,
          usage: this.resources,
          behaviorOf: options.behaviorOf ?? annotatedBehavior(),
          bootID: () => this.bootID,
          ...(options.volumeLimits !== undefined && { volumeLimits: options.volumeLimits }),
          ...(options.staticPods !== undefined && { staticPods: options.staticPods }),
        });
  }

  /** The Node object as the kubelet registers it: for a cluster that has been up before the run begins. */
  registeredNode(now: Timestamp): Node {
    this.wasUp = true;
    return newNode(this.identity, listedImages(this.images.present), now, this.isFake ? undefined : this.bootID);
  }

  /** Switches the machine on; after its boot the kubelet's process starts. */
  powerOn(): void {
    if (this.powered || this.terminated) return;
    this.powered = true;
    this.startAfter(this.settings.bootDuration);
  }

  /** Every process on the machine is gone at once, and nobody is told. */
  powerOff(): void {
    if (!this.powered) return;
    this.powered = false;
    this.bootID = newBootID(this.bootIDs);
    this.stopKubelet();
    this.images.abort();
    this.kubelet.losePower();
  }

  /** The machine is given back to the cloud: power is gone for good. */
  terminate(): void {
    this.powerOff();
    this.terminated = true;
  }

  /** Ends the kubelet's process; containers run on. */
  stopKubelet(): void {
    if (this.starting !== undefined) this.simulation.cancel(this.starting);
    this.starting = undefined;
    this.kubelet.stop();
  }

  /** Starts the kubelet's process, if the machine has power. */
  startKubelet(): void {
    if (this.powered && this.starting === undefined && !this.kubelet.running) this.startAfter(0);
  }

  /** Kills the main process of a container, as `kill 1` inside it or an operator would. False where none runs. */
  killProcess(pod: Target<"Pod">, container?: string): boolean {
    return this.kubelet.killProcess(pod, container);
  }

  /** What the machine's processes use now, and CPU time so far. */
  usage(): NodeUsage {
    return this.resources.now();
  }

  /** Counts the CPU time of each container from now on; see {@link podUsage}. */
  meterContainers(): void {
    this.resources.meter();
  }

  /** Each pod with running processes and what its containers use now. */
  podUsage(): Iterable<PodUsage> {
    return this.resources.perPod();
  }

  private startAfter(delay: SimTime): void {
    const total = delay + this.settings.startupDuration;
    const start = (): void => {
      this.starting = undefined;
      this.kubelet.start(this.wasUp);
      this.wasUp = false;
    };
    if (total === 0) start();
    else this.starting = this.simulation.after(total, start);
  }
}

function duration(distribution: Distribution, stream: RandomStream): SimTime {
  return Math.max(0, Math.round(distribution.sample(stream)));
}
