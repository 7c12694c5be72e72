/**
 * A described cluster, wired and ready to run: the API server with its etcd, the controller manager, the scheduler, a machine with a
 * kubelet for each node, kube-proxy and the pod network, and the traffic that goes through them.
 *
 * This is the one place where components meet; each gets here what it asks for through interfaces of its own.
 */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ApiObject, Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import { matchesScopes, QUOTA_KINDS, usageOf } from "../control-plane/apiserver/admission/quota-usage.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import { HostLinks } from "../control-plane/apiserver/host-links.js";
import { LeaseHeartbeats } from "../control-plane/apiserver/lease-heartbeats.js";
import { DEFAULT_ATTACH_TIMES } from "../control-plane/controllers/attach-detach/external-attacher.js";
import { ControllerManager } from "../control-plane/controllers/controller-manager.js";
import { withFlags } from "../control-plane/controllers/options.js";
import type { EtcdCluster } from "../control-plane/etcd/etcd-cluster.js";
import { LeaderElection } from "../control-plane/leader-election.js";
import type { MetricsSource } from "../control-plane/controllers/podautoscaler/metrics-source.js";
import { type SimTime, Simulation } from "../engine/simulation.js";
import { IngressProxies } from "../network/ingress-proxies.js";
import { LoadBalancerController } from "../network/load-balancer-controller.js";
import { NetworkPolicies } from "../network/network-policies.js";
import { networkPlugin } from "../network/plugin.js";
import { PodNetwork } from "../network/pod-network.js";
import { KubeProxy } from "../network/proxy/kube-proxy.js";
import { ServiceNetwork } from "../network/service-network.js";
import { Machine } from "../node/machine.js";
import type { KubeletSettings } from "../node/settings.js";
import type { TieBreakRule } from "../scheduler/node-selection.js";
import type { SchedulerObserver } from "../scheduler/observer.js";
import { Scheduler } from "../scheduler/scheduler.js";
import { Traffic } from "../traffic/traffic.js";
import { Administrator } from "./administrator.js";
import { Behaviors, type PodBehavior } from "./behaviors.js";
import { ClusterView } from "./cluster-view.js";
import { buildControlPlane } from "./control-plane.js";
import type { ClusterDescription, NodeGroupDescription } from "./description.js";
import { ElasticNodeGroups, nodeDescription } from "./elastic-node-groups.js";
import { EtcdHosts } from "./etcd-hosts.js";
import { EtcdOperations } from "./etcd-operations.js";
import { Faults } from "./faults.js";
import { buildMetrics } from "./metrics/build-metrics.js";
import { Leases } from "./leases.js";
import { MetricsApi } from "./metrics/metrics-api.js";
import { NodePlanner, type NodePlan } from "./node-plan.js";
import type { RunObserver } from "./observer.js";
import { profileOf, type Profile } from "./profile.js";
import { PROXY_MODES } from "./proxy-modes.js";
import { Reachability } from "./reachability.js";
import type { Pod } from "../api/types/pod.js";
import { type RequestedTraffic, toLoad } from "./traffic-load.js";

export interface ClusterOptions {
  readonly seed: number | string;
  readonly replication?: number;
  /** Time of the Unix clock at simulated time 0. */
  readonly epoch: Timestamp;
  readonly observer?: RunObserver;
  /** What autoscalers measure pods by; absent: what the cluster's own metrics-server and the description's signals tell. */
  readonly metrics?: MetricsSource;
  /** How the scheduler tells nodes of equal score apart; absent: as the description says. */
  readonly tieBreak?: TieBreakRule;
  /** The cluster autoscaler looks at the cluster at every turn, whether or not it could find something: for tests. */
  readonly autoscalerLooksAlways?: boolean;
  /** How long after the controller manager's the scheduler's process starts; absent: together. */
  readonly schedulerDelay?: SimTime;
}

export class Cluster {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly apiServer: ApiServer;
  readonly machines = new Map<string, Machine>();
  readonly kubectl: Administrator;
  readonly faults: Faults;
  readonly etcdOperations: EtcdOperations;
  readonly view: ClusterView;
  /** Groups of machines that may grow and shrink. */
  readonly nodeGroups: ElasticNodeGroups;
  private readonly elections: readonly LeaderElection[];
  private readonly etcd: EtcdCluster;
  private leadingScheduler: Scheduler | undefined;
  private readonly behaviors = new Behaviors();
  private readonly links = new HostLinks();
  private readonly traffic: Traffic;
  private readonly podNetwork: PodNetwork;
  private readonly profile: Profile;
  private readonly heartbeats: LeaseHeartbeats;
  private readonly schedulerDelay: SimTime;
  private readonly planner: NodePlanner;
  private readonly metrics: MetricsSource;

  constructor(
    readonly description: ClusterDescription,
    options: ClusterOptions,
  ) {
    const { seed, replication, epoch, observer } = options;
    const simulation = new Simulation({ seed, ...(replication !== undefined && { replication }) });
    this.simulation = simulation;
    this.schedulerDelay = options.schedulerDelay ?? 0;
    this.epoch = epoch;
    this.profile = profileOf(description);
    const { apiServer, etcd } = buildControlPlane(description, simulation, epoch, this.links);
    const heartbeats = new LeaseHeartbeats(simulation, this.links, etcd);
    this.heartbeats = heartbeats;
    this.apiServer = apiServer;
    this.etcd = etcd;
    this.observe(observer);

    const plugin = networkPlugin(description.network.plugin, description.network.encapsulation, description.network.mtu);
    this.podNetwork = new PodNetwork({ plugin, podCIDRs: [description.network.podCIDR] });
    const proxy = new KubeProxy({ simulation, apiServer: this.apiServer, mode: PROXY_MODES[description.network.proxyMode]() });

    this.planner = new NodePlanner(description.nodeGroups);
    const plans = description.nodeGroups.flatMap((group) => this.planner.planGroup(group));
    const apiServerHosts = plans.filter(({ group }) => group.controlPlane === true).map(({ name }) => name);
    for (const plan of plans) this.machines.set(plan.name, this.machine(plan, heartbeats));

    const policies = plugin.enforcesPolicy ? new NetworkPolicies(this.apiServer) : undefined;
    const network = new ServiceNetwork({
      simulation,
      pods: this.podNetwork,
      proxy,
      ingressProxies: new IngressProxies(this.apiServer),
      loadBalancer: description.network.loadBalancerAddresses === undefined ? "cloud" : "layer2",
      ...(policies !== undefined && { allows: (client, server, port) => policies.allows(client, server, port) }),
    });
    const { loadBalancerAddresses: addresses } = description.network;
    new LoadBalancerController({ simulation, apiServer: this.apiServer, ...(addresses !== undefined && { addresses }) });
    this.traffic = new Traffic({
      simulation,
      network,
      behaviors: (pod) => this.behaviors.ofServer(pod),
      ...(observer?.request !== undefined && { observer: { request: (record) => observer.request?.(record) } }),
    });
    this.metrics =
      options.metrics ??
      buildMetrics(
        {
          simulation,
          epoch,
          machines: this.machines,
          traffic: this.traffic,
          links: this.links,
          serviceCpu: (pod) => this.behaviors.serviceCpu(pod),
        },
        this.apiServer,
        description.metrics,
      );
    const { dataPath } = this.podNetwork;
    const reachability = new Reachability(dataPath, this.links, apiServerHosts);
    this.elections = this.electLeaders(apiServerHosts, etcd, options);
    this.nodeGroups = new ElasticNodeGroups({
      simulation,
      epoch,
      apiServer,
      description,
      plans,
      planner: this.planner,
      kubelet: this.kubeletSettings,
      launch: (plan) => this.launch(plan),
      terminate: (node) => this.terminate(node),
      looksAlways: options.autoscalerLooksAlways === true,
    });
    this.kubectl = new Administrator(
      this.apiServer,
      this.machines,
      (node) => reachability.isReachable(node),
      this.metricsApi(),
      this.leases(),
    );
    this.view = new ClusterView(this.apiServer, this.traffic);
    const etcdHosts = new EtcdHosts(etcd, dataPath, apiServerHosts);
    this.faults = new Faults({
      machines: this.machines,
      dataPath,
      reachability,
      proxy,
      etcd: etcdHosts,
      apiServerHosts,
      objects: this.apiServer.objects,
    });
    this.etcdOperations = new EtcdOperations({
      simulation,
      apiServer,
      etcd,
      hosts: etcdHosts,
      setServing: (serving) => this.faults.setServing(serving),
    });
  }

  /**
   * Switches everything on at the current time: call it once, before the first event. The cluster has been up before: its nodes are
   * registered and Ready.
   */
  start(): void {
    this.apiServer.load([...this.machines.values()].map((machine) => machine.registeredNode(this.epoch)));
    for (const machine of this.machines.values()) machine.powerOn();
    this.nodeGroups.start();
    const [controllerManager, scheduler] = this.elections;
    controllerManager.start();
    if (this.schedulerDelay === 0) scheduler.start();
    else this.simulation.after(this.schedulerDelay, () => scheduler.start());
  }

  /** The scheduler that leads; undefined while none does. */
  get scheduler(): Scheduler | undefined {
    return this.leadingScheduler;
  }

  /** Whether writes are taken, a controller manager with all of its controllers leads, and a scheduler does. */
  get isControlPlaneUp(): boolean {
    const isWhole = this.description.controlPlane.controllerManager["controllers"] === undefined;
    return isWhole && this.etcd.writable && !this.etcd.full && this.elections.every(({ hasLeader }) => hasLeader);
  }

  /** Whether the scheduler has all of its plugins, and no others. */
  get hasDefaultScheduler(): boolean {
    return this.description.scheduler === undefined;
  }

  /** Whether the machine has power, its kubelet runs, and the API server hears it. */
  isNodeUp(name: string): boolean {
    const machine = this.machines.get(name);
    return machine?.powered === true && machine.kubelet.running && this.links.isUp(name);
  }

  /** Called after each fault, and after the end of each. */
  onFault(listener: () => void): void {
    this.faults.onFault(listener);
  }

  /** Switches on machines that were not there before; their kubelets register them. Names must be new. */
  addMachines(group: NodeGroupDescription): void {
    for (const plan of this.planner.planGroup(group)) this.launch(plan);
  }

  private launch(plan: NodePlan): void {
    const machine = this.machine(plan, this.heartbeats);
    this.machines.set(plan.name, machine);
    machine.powerOn();
  }

  /** Its Node object stays until somebody deletes it. */
  private terminate(name: string): void {
    const machine = this.machines.get(name);
    if (this.podNetwork.dataPath.find(name) !== undefined) this.faults.nodePowerOff(name);
    machine?.terminate();
  }

  /** How pods behave once they run. Set once, before the first event; asked once for each pod. */
  setBehaviors(behaviorOf: (pod: Pod) => PodBehavior): void {
    this.behaviors.set(behaviorOf);
  }

  /** Begins to send requests at the current time. */
  startTraffic(requested: RequestedTraffic): void {
    this.traffic.start(toLoad(requested));
  }

  /** Writes objects as if the cluster had always had them: no request, no latency, before the first event. */
  preload(objects: readonly ObjectsByKind[Kind][]): void {
    this.apiServer.load(objects as readonly ApiObject[]);
  }

  private leases(): Leases {
    return new Leases({
      epoch: this.epoch,
      now: () => this.simulation.now,
      nodes: () => this.apiServer.objects.list("Node"),
      heartbeats: this.heartbeats,
      elections: this.elections,
    });
  }

  private metricsApi(): MetricsApi {
    return new MetricsApi(this.metrics, (node) => {
      const machine = this.machines.get(node);
      return machine !== undefined && machine.powered && machine.kubelet.running && this.links.isUp(node);
    });
  }

  /** CPU and memory that the containers of a node use now; undefined where there is no such node. */
  usage(node: string): { readonly cpuMillicores: number; readonly memoryBytes: number } | undefined {
    const usage = this.machines.get(node)?.usage();
    return usage === undefined ? undefined : { cpuMillicores: usage.cpuCores * MILLICORES, memoryBytes: usage.memoryBytes };
  }

  private observe(observer: RunObserver | undefined): void {
    this.apiServer.onCommit((change) => {
      observer?.change?.(change);
      if (change.kind === "Pod" && change.type === "DELETED") this.behaviors.forget(change.object as Pod);
      else if (change.kind === "Node" && change.type === "DELETED") this.podNetwork.removeNode(change.object.metadata.name);
      else if (change.kind === "Node") this.podNetwork.addNode(change.object as Node);
    });
  }

  private get kubeletSettings(): Partial<KubeletSettings> {
    return { ...this.profile.kubelet, ...this.description.kubelet };
  }

  private machine(plan: NodePlan, heartbeats: LeaseHeartbeats): Machine {
    const { description } = this;
    const { sandboxStart, containerStart, volumeMount, volumeUnmount } = description.latencies;
    return new Machine({
      ...nodeDescription(plan, description, this.kubeletSettings),
      simulation: this.simulation,
      epoch: this.epoch,
      endpoint: this.apiServer,
      heartbeats,
      ...(plan.group.agent !== undefined && { agent: plan.group.agent }),
      ...(plan.group.staticPods !== undefined && { staticPods: plan.group.staticPods }),
      ...(sandboxStart !== undefined && { sandboxDuration: sandboxStart }),
      ...(containerStart !== undefined && { containerStartDuration: containerStart }),
      ...(volumeMount !== undefined && { mountDuration: volumeMount }),
      ...(volumeUnmount !== undefined && { unmountDuration: volumeUnmount }),
      ...(plan.group.volumeLimits !== undefined && { volumeLimits: plan.group.volumeLimits }),
      network: this.podNetwork,
      behaviorOf: this.behaviors.ofContainer,
    });
  }

  /** kube-controller-manager and kube-scheduler on each control-plane machine, of which one leads. */
  private electLeaders(hosts: readonly string[], etcd: EtcdCluster, options: ClusterOptions): LeaderElection[] {
    const { simulation } = this;
    const candidates = hosts.length === 0 ? [undefined] : hosts;
    const canWrite = (host: string | undefined): boolean => etcd.writable && !etcd.full && this.links.isUp(host);
    const elections = [
      new LeaderElection({
        simulation,
        name: "kube-controller-manager",
        candidates,
        canWrite,
        lead: (host) => this.leadControllerManager(host),
      }),
      new LeaderElection({ simulation, name: "kube-scheduler", candidates, canWrite, lead: (host) => this.leadScheduler(host, options) }),
    ];
    const changed = (): void => {
      for (const election of elections) election.reachabilityChanged();
    };
    etcd.onWritable(changed);
    etcd.onFull(changed);
    this.links.onChange(changed);
    return elections;
  }

  private leadControllerManager(host: string | undefined): ControllerManager {
    const manager = new ControllerManager({
      simulation: this.simulation,
      epoch: this.epoch,
      api: this.apiServer,
      heartbeats: this.heartbeats,
      options: withFlags(this.profile.controllerManager, this.description.controlPlane.controllerManager),
      ...(host !== undefined && { host }),
      quotaRules: { kinds: QUOTA_KINDS, usageOf, matchesScopes },
      metrics: this.metrics,
      attachTimes: {
        attach: this.description.latencies["volumeAttach"] ?? DEFAULT_ATTACH_TIMES.attach,
        detach: this.description.latencies["volumeDetach"] ?? DEFAULT_ATTACH_TIMES.detach,
      },
    });
    manager.start();
    return manager;
  }

  private leadScheduler(host: string | undefined, { observer, tieBreak = this.description.schedulerTieBreak }: ClusterOptions): Scheduler {
    const { description, simulation, epoch } = this;
    const component = "default-scheduler";
    const onHost = host !== undefined && { host };
    const popFromBackoffQ = description.controlPlane.featureGates?.["SchedulerPopFromBackoffQ"];
    const scheduler = new Scheduler({
      simulation,
      epoch,
      client: this.apiServer.connect({ component, user: "system:kube-scheduler", ...onHost, ...SCHEDULER_CLIENT }),
      informers: this.apiServer.informers({ component, ...onHost }),
      ...(description.scheduler !== undefined && { configuration: description.scheduler }),
      ...(description.schedulerPlugins !== undefined && { plugins: description.schedulerPlugins }),
      ...(description.schedulerExtenders !== undefined && { extenders: description.schedulerExtenders }),
      ...(description.latencies["schedulerCycle"] !== undefined && { attemptDuration: description.latencies["schedulerCycle"] }),
      ...(observer !== undefined && { observer: schedulerObserver(observer) }),
      ...(popFromBackoffQ !== undefined && { popFromBackoffQ }),
      ...(tieBreak !== undefined && { tieBreak }),
    });
    this.leadingScheduler = scheduler;
    scheduler.start();
    return scheduler;
  }
}

/** What is not asked for is not wired: the scheduler does no work for it. */
function schedulerObserver(observer: RunObserver): SchedulerObserver {
  return {
    ...(observer.attempt !== undefined && { attempt: (attempt) => observer.attempt?.(attempt) }),
    ...(observer.deciding !== undefined && { deciding: (cycle) => observer.deciding?.(cycle) }),
  };
}

/** In a core. */
const MILLICORES = 1000;

/** Rate limits of kube-scheduler's two clients, one of them for events alone. Source: clientConnection in https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/ */
const SCHEDULER_CLIENT = { qps: 50, burst: 100, eventQps: 50, eventBurst: 100, eventSeries: true };
