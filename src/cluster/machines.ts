/** The machines of a cluster: the described ones, those that come later, and those that go. */
import type { Timestamp } from "../api/types/meta.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import type { HostLinks } from "../control-plane/apiserver/host-links.js";
import type { LeaseHeartbeats } from "../control-plane/apiserver/lease-heartbeats.js";
import type { Simulation } from "../engine/simulation.js";
import type { PodNetwork } from "../network/pod-network.js";
import { Machine } from "../node/machine.js";
import type { KubeletSettings } from "../node/settings.js";
import type { Behaviors } from "./behaviors.js";
import type { ClusterDescription, NodeGroupDescription } from "./description.js";
import { nodeDescription } from "./elastic-node-groups.js";
import { type NodePlan, NodePlanner } from "./node-plan.js";

export interface MachinesOptions {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly apiServer: ApiServer;
  readonly heartbeats: LeaseHeartbeats;
  readonly links: HostLinks;
  readonly network: PodNetwork;
  readonly behaviors: Behaviors;
  readonly kubelet: Partial<KubeletSettings>;
  readonly description: ClusterDescription;
}

/** In a core. */
const MILLICORES = 1000;

export class Machines {
  readonly byName = new Map<string, Machine>();
  readonly planner: NodePlanner;
  /** Of the machines that are described. */
  readonly plans: readonly NodePlan[];

  constructor(private readonly options: MachinesOptions) {
    const { nodeGroups } = options.description;
    this.planner = new NodePlanner(nodeGroups);
    this.plans = nodeGroups.flatMap((group) => this.planner.planGroup(group));
    for (const plan of this.plans) this.byName.set(plan.name, this.build(plan));
  }

  /** Switches on all of them, as nodes that have been there before. */
  start(): void {
    const { apiServer, epoch } = this.options;
    apiServer.load([...this.byName.values()].map((machine) => machine.registeredNode(epoch)));
    for (const machine of this.byName.values()) machine.powerOn();
  }

  /** Switches on machines that were not there before; their kubelets register them. Names must be new. */
  add(group: NodeGroupDescription): void {
    for (const plan of this.planner.planGroup(group)) this.launch(plan);
  }

  launch(plan: NodePlan): void {
    const machine = this.build(plan);
    this.byName.set(plan.name, machine);
    machine.powerOn();
  }

  /** Whether the machine has power, its kubelet runs, and the API server hears it. */
  isUp(name: string): boolean {
    const machine = this.byName.get(name);
    return machine?.powered === true && machine.kubelet.running && this.options.links.isUp(name);
  }

  /** CPU and memory that the containers of a node use now; undefined where there is no such node. */
  usage(node: string): { readonly cpuMillicores: number; readonly memoryBytes: number } | undefined {
    const usage = this.byName.get(node)?.usage();
    return usage === undefined ? undefined : { cpuMillicores: usage.cpuCores * MILLICORES, memoryBytes: usage.memoryBytes };
  }

  private build(plan: NodePlan): Machine {
    const { description, simulation, epoch, apiServer, heartbeats, kubelet, network, behaviors } = this.options;
    const { sandboxStart, containerStart, volumeMount, volumeUnmount } = description.latencies;
    return new Machine({
      ...nodeDescription(plan, description, kubelet),
      simulation,
      epoch,
      endpoint: apiServer,
      heartbeats,
      ...(plan.group.agent !== undefined && { agent: plan.group.agent }),
      ...(plan.group.staticPods !== undefined && { staticPods: plan.group.staticPods }),
      ...(sandboxStart !== undefined && { sandboxDuration: sandboxStart }),
      ...(containerStart !== undefined && { containerStartDuration: containerStart }),
      ...(volumeMount !== undefined && { mountDuration: volumeMount }),
      ...(volumeUnmount !== undefined && { unmountDuration: volumeUnmount }),
      ...(plan.group.volumeLimits !== undefined && { volumeLimits: plan.group.volumeLimits }),
      network,
      behaviorOf: behaviors.ofContainer,
    });
  }
}
