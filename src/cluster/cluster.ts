/**
 * A described cluster, wired and ready to run: the API server with its etcd, the controller manager, the scheduler, a machine with a
 * kubelet for each node, kube-proxy and the pod network, and the traffic that goes through them.
 *
 * This is the one place where components meet; each gets here what it asks for through interfaces of its own.
 */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ApiObject, Timestamp } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import { HostLinks } from "../control-plane/apiserver/host-links.js";
import { LeaseHeartbeats } from "../control-plane/apiserver/lease-heartbeats.js";
import type { EtcdCluster } from "../control-plane/etcd/etcd-cluster.js";
import type { MetricsSource } from "../control-plane/controllers/podautoscaler/metrics-source.js";
import { type SimTime, Simulation } from "../engine/simulation.js";
import { IngressProxies } from "../network/ingress-proxies.js";
import { LoadBalancerController } from "../network/load-balancer-controller.js";
import { NetworkPolicies } from "../network/network-policies.js";
import { networkPlugin } from "../network/plugin.js";
import { PodNetwork } from "../network/pod-network.js";
import { KubeProxy } from "../network/proxy/kube-proxy.js";
import { ServiceNetwork } from "../network/service-network.js";
import type { Machine } from "../node/machine.js";
import type { TieBreakRule } from "../scheduler/node-selection.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import { Traffic } from "../traffic/traffic.js";
import { Administrator } from "./administrator.js";
import { Behaviors, type PodBehavior } from "./behaviors.js";
import { ClusterView } from "./cluster-view.js";
import { buildControlPlane } from "./control-plane.js";
import type { ClusterDescription, NodeGroupDescription } from "./description.js";
import { ElasticNodeGroups } from "./elastic-node-groups.js";
import { EtcdHosts } from "./etcd-hosts.js";
import { EtcdOperations } from "./etcd-operations.js";
import { Faults } from "./faults.js";
import { buildMetrics } from "./metrics/build-metrics.js";
import { Leaders } from "./leaders.js";
import { Leases } from "./leases.js";
import { Machines } from "./machines.js";
import { MetricsApi } from "./metrics/metrics-api.js";
import type { RunObserver } from "./observer.js";
import { profileOf } from "./profile.js";
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
  readonly machines: ReadonlyMap<string, Machine>;
  readonly kubectl: Administrator;
  readonly faults: Faults;
  readonly etcdOperations: EtcdOperations;
  readonly view: ClusterView;
  /** Groups of machines that may grow and shrink. */
  readonly nodeGroups: ElasticNodeGroups;
  private readonly leaders: Leaders;
  private readonly etcd: EtcdCluster;
  private readonly behaviors = new Behaviors();
  private readonly links = new HostLinks();
  private readonly traffic: Traffic;
  private readonly podNetwork: PodNetwork;
  private readonly schedulerDelay: SimTime;
  private readonly hardware: Machines;

  constructor(
    readonly description: ClusterDescription,
    options: ClusterOptions,
  ) {
    const { seed, replication, epoch, observer } = options;
    const simulation = new Simulation({ seed, ...(replication !== undefined && { replication }) });
    this.simulation = simulation;
    this.schedulerDelay = options.schedulerDelay ?? 0;
    this.epoch = epoch;
    const profile = profileOf(description);
    const { apiServer, etcd } = buildControlPlane(description, simulation, epoch, this.links);
    const heartbeats = new LeaseHeartbeats(simulation, this.links, etcd);
    this.apiServer = apiServer;
    this.etcd = etcd;
    this.observe(observer);

    const plugin = networkPlugin(description.network.plugin, description.network.encapsulation, description.network.mtu);
    this.podNetwork = new PodNetwork({ plugin, podCIDRs: [description.network.podCIDR] });
    const proxy = new KubeProxy({ simulation, apiServer: this.apiServer, mode: PROXY_MODES[description.network.proxyMode]() });

    const kubelet = { ...profile.kubelet, ...description.kubelet };
    const { links, behaviors } = this;
    const hardware = new Machines({
      simulation,
      epoch,
      apiServer,
      heartbeats,
      links,
      network: this.podNetwork,
      behaviors,
      kubelet,
      description,
    });
    this.hardware = hardware;
    this.machines = hardware.byName;
    const { plans, planner } = hardware;
    const apiServerHosts = plans.filter(({ group }) => group.controlPlane === true).map(({ name }) => name);

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
    const metrics =
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
    this.leaders = new Leaders({
      simulation,
      epoch,
      description,
      profile,
      apiServer,
      etcd,
      links,
      heartbeats,
      metrics,
      hosts: apiServerHosts,
      ...(observer !== undefined && { observer }),
      ...(options.tieBreak !== undefined && { tieBreak: options.tieBreak }),
    });
    this.nodeGroups = new ElasticNodeGroups({
      simulation,
      epoch,
      apiServer,
      description,
      plans,
      planner,
      kubelet,
      launch: (plan) => hardware.launch(plan),
      terminate: (node) => this.terminate(node),
      looksAlways: options.autoscalerLooksAlways === true,
    });
    this.kubectl = new Administrator(
      this.apiServer,
      this.machines,
      (node) => reachability.isReachable(node),
      new MetricsApi(metrics, (node) => hardware.isUp(node)),
      new Leases({
        epoch,
        now: () => simulation.now,
        nodes: () => apiServer.objects.list("Node"),
        heartbeats,
        elections: this.leaders.elections,
      }),
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
    this.hardware.start();
    this.nodeGroups.start();
    this.leaders.start(this.schedulerDelay);
  }

  /** The scheduler that leads; undefined while none does. */
  get scheduler(): Scheduler | undefined {
    return this.leaders.scheduler;
  }

  /** Whether writes are taken, a controller manager with all of its controllers leads, and a scheduler does. */
  get isControlPlaneUp(): boolean {
    const isWhole = this.description.controlPlane.controllerManager["controllers"] === undefined;
    return isWhole && this.etcd.writable && !this.etcd.full && this.leaders.areThere;
  }

  /** Whether the scheduler has all of its plugins, and no others. */
  get hasDefaultScheduler(): boolean {
    return this.description.scheduler === undefined;
  }

  /** Whether the machine has power, its kubelet runs, and the API server hears it. */
  isNodeUp(name: string): boolean {
    return this.hardware.isUp(name);
  }

  /** Called after each fault, and after the end of each. */
  onFault(listener: () => void): void {
    this.faults.onFault(listener);
  }

  /** Switches on machines that were not there before; their kubelets register them. Names must be new. */
  addMachines(group: NodeGroupDescription): void {
    this.hardware.add(group);
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

  /** CPU and memory that the containers of a node use now; undefined where there is no such node. */
  usage(node: string): { readonly cpuMillicores: number; readonly memoryBytes: number } | undefined {
    return this.hardware.usage(node);
  }

  private observe(observer: RunObserver | undefined): void {
    this.apiServer.onCommit((change) => {
      observer?.change?.(change);
      if (change.kind === "Pod" && change.type === "DELETED") this.behaviors.forget(change.object as Pod);
      else if (change.kind === "Node" && change.type === "DELETED") this.podNetwork.removeNode(change.object.metadata.name);
      else if (change.kind === "Node") this.podNetwork.addNode(change.object as Node);
    });
  }
}
