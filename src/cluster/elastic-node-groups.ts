/**
 * The groups of machines that may grow and shrink, and who makes them do so: the cluster autoscaler, the update of a managed node group,
 * an administrator. Seen from there this is the cloud.
 */
import type { Timestamp } from "../api/types/meta.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import { CLUSTER_AUTOSCALER_ROLE, NODE_MANAGER_ROLE } from "../control-plane/apiserver/rbac-bootstrap.js";
import { CloudNodeLifecycleController } from "../control-plane/cloud-controller-manager/cloud-node-lifecycle-controller.js";
import { ClusterAutoscaler } from "../control-plane/cluster-autoscaler/cluster-autoscaler.js";
import { withAutoscalerFlags } from "../control-plane/cluster-autoscaler/options.js";
import { NodeGroupUpdates } from "../control-plane/managed-node-groups/node-group-update.js";
import { NOT_ACTIVE, type UpdateOutcome } from "../control-plane/managed-node-groups/update-outcome.js";
import type { Simulation, SimTime } from "../engine/simulation.js";
import { describedNode } from "../node/status/described-node.js";
import type { KubeletSettings } from "../node/settings.js";
import { ClusterSnapshot } from "../scheduler/cluster-snapshot.js";
import type { ClusterDescription } from "./description.js";
import { ElasticNodeGroup } from "./elastic-node-group.js";
import type { NodePlan, NodePlanner } from "./node-plan.js";

/** A group that the cluster does not have, or whose machines are fixed. */
export class UnknownNodeGroup extends Error {
  override readonly name = "UnknownNodeGroup";
  constructor(group: string, known: readonly string[]) {
    const choice = known.length === 0 ? "none is: give groups minSize, maxSize or maxUnavailable" : `known are ${known.join(", ")}`;
    super(`there is no managed nodegroup "${group}"; ${choice}`);
  }
}

export interface ElasticSurroundings {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly apiServer: ApiServer;
  readonly description: ClusterDescription;
  readonly plans: readonly NodePlan[];
  readonly planner: NodePlanner;
  readonly kubelet: Partial<KubeletSettings>;
  readonly launch: (plan: NodePlan) => void;
  readonly terminate: (node: string) => void;
  /** See {@link ClusterAutoscaler}. */
  readonly looksAlways: boolean;
}

const AUTOSCALER = {
  component: "cluster-autoscaler",
  user: "system:serviceaccount:kube-system:cluster-autoscaler",
  groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
};

/** User of the service that updates managed node groups. Source: https://docs.aws.amazon.com/eks/latest/userguide/default-roles-users.html */
const NODE_MANAGER = { component: "eks-node-manager", user: "eks:node-manager", groups: ["system:authenticated"] };

export class ElasticNodeGroups {
  readonly nodeGroups: readonly ElasticNodeGroup[];
  private readonly byName = new Map<string, ElasticNodeGroup>();
  private readonly owners = new Map<string, ElasticNodeGroup>();
  private readonly listeners: (() => void)[] = [];
  private readonly gone = new Set<string>();
  private lifecycle: CloudNodeLifecycleController | undefined;
  private updates: NodeGroupUpdates | undefined;

  constructor(private readonly around: ElasticSurroundings) {
    const { simulation, epoch, description, plans, planner } = around;
    for (const scaling of description.scaling) {
      const group = description.nodeGroups.find(({ name }) => name === scaling.group);
      if (group === undefined) continue;
      const elastic = new ElasticNodeGroup({
        simulation,
        group,
        scaling,
        machines: plans.filter((plan) => plan.group === group),
        planner,
        launch: around.launch,
        terminate: (node) => this.terminate(node),
        describe: (plan) => describedNode(nodeDescription(plan, description, around.kubelet), epoch + simulation.now),
        changed: () => this.changed(),
      });
      this.byName.set(group.name, elastic);
    }
    this.nodeGroups = [...this.byName.values()];
    this.changed();
  }

  /** When the cluster autoscaler last made any group grow. */
  get lastScaleUp(): SimTime {
    return Math.max(...this.nodeGroups.map(({ lastScaleUp }) => lastScaleUp));
  }

  /** How long after that it takes no node away. */
  get scaleDownDelayAfterAdd(): SimTime {
    return withAutoscalerFlags(this.around.description.clusterAutoscaler ?? {}).scaleDownDelayAfterAdd;
  }

  /** The group that the machine belongs to; undefined where it belongs to none, or is no more. */
  groupOf(node: string): ElasticNodeGroup | undefined {
    return this.owners.get(node);
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The cluster autoscaler begins its work, where the description has one. @throws UnknownExpander */
  start(): void {
    const { simulation, epoch, apiServer, description } = this.around;
    if (this.nodeGroups.length > 0) apiServer.load(NODE_MANAGER_ROLE);
    const flags = description.clusterAutoscaler;
    if (flags === undefined) return;
    apiServer.load(CLUSTER_AUTOSCALER_ROLE);
    const options = withAutoscalerFlags(flags);
    const informers = apiServer.informers(AUTOSCALER);
    const placements = new ClusterSnapshot({
      listers: informers,
      now: () => epoch + simulation.now,
      stream: (name) => simulation.stream(`cluster-autoscaler/scheduler/${name}`),
      ...(description.scheduler !== undefined && { configuration: description.scheduler }),
      ...(description.schedulerPlugins !== undefined && { plugins: description.schedulerPlugins }),
    });
    const client = apiServer.connect({ ...AUTOSCALER, qps: options.kubeClientQps, burst: options.kubeClientBurst });
    new ClusterAutoscaler({ simulation, epoch, client, informers, placements, cloud: this, options, looksAlways: this.around.looksAlways });
  }

  /**
   * Replaces all nodes of a managed node group by new ones; refused while that goes on.
   *
   * @throws UnknownNodeGroup
   */
  update(
    name: string,
    options: { readonly kubernetesVersion?: string; readonly force?: boolean },
    done: (outcome: UpdateOutcome) => void,
  ): void {
    const group = this.group(name);
    const { kubernetesVersion: ofControlPlane } = this.around.description;
    if (options.kubernetesVersion !== undefined && minorOf(options.kubernetesVersion) > minorOf(ofControlPlane)) {
      done(newerThanControlPlane(options.kubernetesVersion, ofControlPlane));
      return;
    }
    const { maxUnavailable, maxUnavailablePercentage } = group.scaling;
    this.managed.start(
      group,
      {
        ...options,
        ...(maxUnavailable !== undefined && { maxUnavailable }),
        ...(maxUnavailablePercentage !== undefined && { maxUnavailablePercentage }),
      },
      done,
    );
  }

  /**
   * Sets the sizes of a group; refused while it is being updated. Machines that are too many are drained, and taken away after at most
   * 15 minutes.
   *
   * @throws UnknownNodeGroup
   */
  scale(
    name: string,
    { nodes, min, max }: { readonly nodes?: number; readonly min?: number; readonly max?: number },
    done: (problem: string | undefined) => void,
  ): void {
    const group = this.group(name);
    const [size, least, most] = [nodes ?? group.targetSize, min ?? group.minSize, max ?? group.maxSize];
    if (this.updates?.isUpdating(group) === true) done(`${NOT_ACTIVE.errorCode}: ${NOT_ACTIVE.errorMessage}`);
    else if (least > size) done(`Minimum capacity ${least} can't be greater than desired size ${size}`);
    else if (size > most) done(`desired capacity ${size} can't be greater than max size ${most}`);
    else {
      group.bound(least, most);
      if (size > group.targetSize) group.enlarge(size - group.targetSize);
      else if (size < group.targetSize) this.managed.reduce(group, group.targetSize - size);
      done(undefined);
    }
  }

  private get managed(): NodeGroupUpdates {
    const { simulation, apiServer } = this.around;
    return (this.updates ??= new NodeGroupUpdates({
      simulation,
      client: apiServer.connect(NODE_MANAGER),
      informers: apiServer.informers(NODE_MANAGER),
    }));
  }

  private group(name: string): ElasticNodeGroup {
    const group = this.byName.get(name);
    if (group === undefined) throw new UnknownNodeGroup(name, [...this.byName.keys()]);
    return group;
  }

  private terminate(node: string): void {
    this.gone.add(node);
    const { simulation, apiServer, terminate } = this.around;
    terminate(node);
    this.lifecycle ??= new CloudNodeLifecycleController(simulation, apiServer, (name) => !this.gone.has(name));
  }

  private changed(): void {
    this.owners.clear();
    for (const group of this.byName.values()) for (const { name } of group.instances) this.owners.set(name, group);
    for (const listener of this.listeners) listener();
  }
}

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}

/** Source: https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html */
function newerThanControlPlane(asked: string, ofControlPlane: string): UpdateOutcome {
  const [node, cluster] = [asked, ofControlPlane].map((version) => version.split(".").slice(0, 2).join("."));
  const errorMessage = `Nodegroup Kubernetes version ${node} is newer than the cluster's, ${cluster}; must be ${cluster} or older`;
  return { status: "Refused", errorCode: "InvalidParameterException", errorMessage };
}

/** What of a plan and of the cluster shows in a Node object. */
export function nodeDescription(
  { name, group, address, zone, kubernetesVersion }: NodePlan,
  cluster: ClusterDescription,
  settings: Partial<KubeletSettings>,
): Parameters<typeof describedNode>[0] {
  return {
    name,
    capacity: group.capacity,
    ...(group.systemReserved !== undefined && { systemReserved: group.systemReserved }),
    ...(group.kubeReserved !== undefined && { kubeReserved: group.kubeReserved }),
    addresses: [address],
    ...(group.labels !== undefined && { labels: group.labels }),
    ...(group.annotations !== undefined && { annotations: group.annotations }),
    ...(group.taints !== undefined && { taints: group.taints }),
    ...(zone !== undefined && { zone }),
    ...(group.region !== undefined && { region: group.region }),
    kubernetesVersion: kubernetesVersion ?? cluster.kubernetesVersion,
    ...(group.runtime !== undefined && { runtime: group.runtime }),
    settings,
  };
}
