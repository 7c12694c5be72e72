/**
 * Which nodes could go: those of which little is asked, and whose pods have other places.
 *
 * Source: cluster-autoscaler/core/scaledown/planner/planner.go, cluster-autoscaler/simulator/cluster.go
 */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../api/types/policy.js";
import type { SimTime } from "../../engine/simulation.js";
import type { CloudProvider } from "./cloud-provider.js";
import { type ControllerLookup, endOfPatience, podsToMove } from "./drainability.js";
import { ineligibility } from "./eligibility.js";
import { isDaemonPod, isMirrorPod } from "./node-template.js";
import type { ClusterAutoscalerOptions } from "./options.js";
import { RemainingBudgets } from "./remaining-budgets.js";
import { type SchedulingSimulation, withoutNode } from "./scheduling-simulation.js";
import { type RemovableNode, UnneededNodes } from "./unneeded-nodes.js";
import { type Utilization, utilizationOf } from "./utilization.js";

export interface ScaleDownSurroundings {
  /** Nodes from which some may go, and on which pods may be placed. */
  readonly nodes: readonly Node[];
  readonly budgets: Iterable<PodDisruptionBudget>;
  /** Nodes that are being drained or deleted. */
  readonly deletions: ReadonlySet<string>;
  readonly drained: readonly string[];
}

interface KnownUtilization {
  readonly generation: number | undefined;
  readonly node: Node;
  readonly utilization: Utilization;
}

export class ScaleDownPlanner {
  readonly unneeded: UnneededNodes;
  /** Nodes whose pods had no other place, and when they are looked at again. */
  private readonly recheck = new Map<string, SimTime>();
  private readonly utilizations = new Map<string, KnownUtilization>();
  private terminationDeadline = Number.POSITIVE_INFINITY;

  constructor(
    private readonly cloud: CloudProvider,
    private readonly simulation: SchedulingSimulation,
    private readonly controllers: ControllerLookup,
    private readonly options: ClusterAutoscalerOptions,
    private readonly epoch: Timestamp,
  ) {
    this.unneeded = new UnneededNodes(options);
  }

  /** Finds out anew which nodes are unneeded. The simulation is left as it was. Returns whether there are nodes that might be. */
  update({ nodes, budgets, deletions, drained }: ScaleDownSurroundings, now: SimTime): boolean {
    this.forgetGoneNodes(nodes);
    const candidates = nodes.filter(({ metadata: { name } }) => {
      const group = this.cloud.groupOf(name);
      return group !== undefined && group.targetSize > group.minSize && !deletions.has(name);
    });
    this.simulation.fork();
    if (this.replaceDrainedPods(drained, deletions)) this.categorize(nodes, candidates, deletions, new RemainingBudgets(budgets), now);
    else this.unneeded.clear();
    this.simulation.revert();
    return candidates.length > 0;
  }

  /** Of what the node's pods ask of it. */
  utilization(node: Node, now: SimTime): Utilization {
    const { name } = node.metadata;
    const generation = this.simulation.generation(name);
    const known = this.utilizations.get(name);
    if (known !== undefined && known.generation === generation && known.node === node) return known.utilization;
    const pods = this.simulation.podsOn(name);
    const utilization = utilizationOf(node, pods, this.options, this.epoch + now);
    if (!this.watchTerminating(pods, now)) this.utilizations.set(name, { generation, node, utilization });
    return utilization;
  }

  /** The first time at which the plan would be another without any change of the cluster. */
  deadline(now: SimTime): SimTime {
    // What has to last longer than a time has done so after it.
    let first = Math.min(this.terminationDeadline, this.unneeded.deadline(now)) + 1;
    for (const time of this.recheck.values()) if (time > now) first = Math.min(first, time);
    return first;
  }

  /** Pods of nodes that are being drained come to life elsewhere; false where there is no place for them. */
  private replaceDrainedPods(drained: readonly string[], deletions: ReadonlySet<string>): boolean {
    const moving = drained.flatMap((node) => this.simulation.podsOn(node)).filter((pod) => !isDaemonPod(pod) && !isMirrorPod(pod));
    return moving.every((pod) => this.move(pod, (node) => !deletions.has(node)));
  }

  private categorize(
    nodes: readonly Node[],
    candidates: readonly Node[],
    deletions: ReadonlySet<string>,
    budgets: RemainingBudgets,
    now: SimTime,
  ): void {
    this.terminationDeadline = Number.POSITIVE_INFINITY;
    const destinations = new Set(nodes.map(({ metadata }) => metadata.name).filter((name) => !deletions.has(name)));
    const eligible = candidates.filter((node) => {
      if ((this.recheck.get(node.metadata.name) ?? 0) > now) return false;
      return ineligibility(node, () => this.utilization(node, now), this.options, this.epoch + now) === undefined;
    });
    // Nodes that were unneeded before are tried first, so that the choice does not change from look to look.
    const isOld = ({ metadata }: Node): boolean => this.unneeded.has(metadata.name);
    const inOrder = [...eligible.filter(isOld), ...eligible.filter((node) => !isOld(node))];
    const limit = this.unneededLimit();
    const removable: RemovableNode[] = [];
    for (const node of inOrder) {
      if (removable.length >= limit) break;
      const pods = this.tryRemoval(node, destinations, budgets, now);
      if (pods === undefined) {
        this.recheck.set(node.metadata.name, now + this.options.unremovableNodeRecheckTimeout);
        continue;
      }
      destinations.delete(node.metadata.name);
      budgets.remove(pods);
      removable.push({ node, pods });
    }
    this.unneeded.update(removable, now);
  }

  /** The pods that would have to be moved, which the simulation has moved then; undefined where the node has to stay. */
  private tryRemoval(node: Node, destinations: ReadonlySet<string>, budgets: RemainingBudgets, now: SimTime): readonly Pod[] | undefined {
    const { name } = node.metadata;
    const onNode = this.simulation.podsOn(name);
    this.watchTerminating(onNode, now);
    const drain = podsToMove(onNode, this.options, this.controllers, budgets, this.epoch + now);
    if ("reason" in drain) return undefined;
    this.simulation.fork();
    for (const pod of drain.pods) this.simulation.removePod(pod);
    if (drain.pods.every((pod) => this.move(pod, (other) => other !== name && destinations.has(other)))) {
      this.simulation.commit();
      return drain.pods;
    }
    this.simulation.revert();
    return undefined;
  }

  private move(pod: Pod, accepts: (node: string) => boolean): boolean {
    const unbound = withoutNode(pod);
    const node = this.simulation.firstFit(unbound, accepts);
    if (node === undefined) return false;
    this.simulation.setPod(unbound, node);
    return true;
  }

  /**
   * More nodes than can be deleted by the time that they may be are not looked for.
   * Source: unneededNodesLimit in cluster-autoscaler/core/scaledown/planner/planner.go
   */
  private unneededLimit(): number {
    const { maxScaleDownParallelism, scaleDownUnneededTime, scanInterval } = this.options;
    const buffer = maxScaleDownParallelism;
    const most = Math.floor(Math.max(scaleDownUnneededTime, scanInterval) / scanInterval) * maxScaleDownParallelism + buffer;
    return Math.min(this.unneeded.size + maxScaleDownParallelism + buffer, most);
  }

  /** Whether pods are terminating, of which some will not be waited for in a while. */
  private watchTerminating(pods: readonly Pod[], now: SimTime): boolean {
    let any = false;
    for (const pod of pods) {
      const end = endOfPatience(pod) - this.epoch;
      if (end < now || end === Number.POSITIVE_INFINITY) continue;
      any = true;
      this.terminationDeadline = Math.min(this.terminationDeadline, end);
    }
    return any;
  }

  private forgetGoneNodes(nodes: readonly Node[]): void {
    if (this.utilizations.size + this.recheck.size <= nodes.length) return;
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const known of [this.utilizations, this.recheck]) for (const name of known.keys()) if (!names.has(name)) known.delete(name);
  }
}
