/**
 * The cluster autoscaler: enlarges node groups for pods that have no place, and makes them smaller where nodes are not needed.
 *
 * It looks at the cluster at regular times. A look that would find the same as the last one changes nothing and is no event: the next
 * look is scheduled when something has changed, while pods are pending, or for the time at which something will have lasted long enough.
 *
 * Source: cluster-autoscaler/FAQ.md, cluster-autoscaler/core/static_autoscaler.go
 */
import { formatDuration } from "../../api/duration.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import type { RandomStream } from "../../engine/random.js";
import type { SimTime, Simulation } from "../../engine/simulation.js";
import type { ApiClient, InformerFactory } from "../apiserver/client.js";
import { referenceTo } from "../controllers/pod-control.js";
import { markCandidates } from "./candidate-marks.js";
import type { CloudProvider } from "./cloud-provider.js";
import { ClusterState, isReady } from "./cluster-state.js";
import { podsToMove } from "./drainability.js";
import { bestOption, type ExpanderName, expandersOf, type ExpansionOption } from "./expander.js";
import { addUpcomingNodes, groupTemplates } from "./group-templates.js";
import { LookSchedule } from "./look-schedule.js";
import { NodeDeletion } from "./node-deletion.js";
import { isDaemonPod, isMirrorPod, type NodeTemplate } from "./node-template.js";
import type { ClusterAutoscalerOptions } from "./options.js";
import { areAllNew, hasWaited, withoutPlace } from "./pending-pods.js";
import { PriorityConfigMap } from "./priority-list.js";
import { RemainingBudgets } from "./remaining-budgets.js";
import { ScaleDownPlanner } from "./scale-down-planner.js";
import { planLeastSizes, planScaleUp, type ScaleUpPlan } from "./scale-up.js";
import { type SchedulingSimulation, withoutNode } from "./scheduling-simulation.js";
import { formatScaleUps, type ScaleUpInfo } from "./similar-node-groups.js";
import { autoscalerStatus } from "./autoscaler-status.js";
import { STATUS_CONFIG_MAP, StatusConfigMap } from "./status-config-map.js";
import { formatUtilization } from "./utilization.js";
import { WatchedCluster } from "./watched-cluster.js";

export interface ClusterAutoscalerSurroundings {
  readonly simulation: Simulation;
  /** Timestamp of simulated time 0. */
  readonly epoch: Timestamp;
  readonly client: ApiClient;
  /** Shared with the simulation of placements, whose plugins look objects up there. */
  readonly informers: InformerFactory;
  readonly placements: SchedulingSimulation;
  readonly cloud: CloudProvider;
  readonly options: ClusterAutoscalerOptions;
  /** Looks at every turn, whether or not something could be found: for tests. */
  readonly looksAlways?: boolean;
}

export class ClusterAutoscaler {
  private readonly expanders: readonly ExpanderName[];
  private readonly choices: RandomStream;
  private readonly schedule: LookSchedule;
  private readonly watched: WatchedCluster;
  private readonly priorities: PriorityConfigMap;
  private readonly state: ClusterState;
  private readonly planner: ScaleDownPlanner;
  private readonly deletion: NodeDeletion;
  private readonly status: StatusConfigMap;
  private lastScaleUp = Number.NEGATIVE_INFINITY;
  private lastDeletion = Number.NEGATIVE_INFINITY;
  private lastFailure = Number.NEGATIVE_INFINITY;
  /** More nodes are to be marked than one look may mark. */
  private hasMoreToMark = false;

  /**
   * Begins to watch and to look.
   *
   * @throws UnknownExpander
   */
  constructor(private readonly around: ClusterAutoscalerSurroundings) {
    const { simulation, epoch, client, informers, placements, cloud, options } = around;
    this.expanders = expandersOf(options.expander);
    this.choices = simulation.stream("cluster-autoscaler/expander");
    const phase = simulation.stream("cluster-autoscaler/phase").integer(options.scanInterval);
    this.schedule = new LookSchedule(simulation, options.scanInterval, simulation.now + phase, (now) => this.look(now));
    const soon = (): void => this.schedule.soon();
    this.watched = new WatchedCluster(informers, placements, options.expendablePodsPriorityCutoff, soon);
    this.priorities = new PriorityConfigMap(informers, client);
    this.state = new ClusterState(cloud, options, epoch);
    this.planner = new ScaleDownPlanner(cloud, placements, this.watched, options, epoch);
    this.status = new StatusConfigMap(client);
    this.deletion = new NodeDeletion({
      simulation,
      epoch,
      client,
      cloud,
      options,
      log: (type, reason, message) => this.log(type, reason, message),
      podsOn: (node) => placements.podsOn(node),
      podsToMove: ({ metadata }) =>
        podsToMove(
          placements.podsOn(metadata.name),
          options,
          this.watched,
          new RemainingBudgets(this.watched.budgets.list()),
          this.timestamp,
        ),
      describeUtilization: (node) => formatUtilization(this.planner.utilization(node, simulation.now)),
      ended: (_, succeeded) => {
        if (!succeeded) this.lastFailure = simulation.now;
        soon();
      },
    });
    cloud.onChange(soon);
    soon();
  }

  private get timestamp(): Timestamp {
    return this.around.epoch + this.around.simulation.now;
  }

  private look(now: SimTime): void {
    const { cloud, placements, options } = this.around;
    for (const { group, after } of this.state.update(this.watched.nodes, now))
      this.log("Warning", "ScaleUpTimedOut", `Nodes added to group ${group.id} failed to register within ${formatDuration(after)}`);
    this.removeOverdueMachines();
    if (this.state.isClusterHealthy) {
      this.removeFailedMachines(now);
      placements.fork();
      const templates = groupTemplates(cloud, this.watched.nodes, this.watched.daemonSets.list(), placements);
      const starting = addUpcomingNodes(cloud, this.state, templates, placements);
      const outcome = this.helpPendingPods(templates, starting, now);
      if (outcome !== "scaled up") {
        if (options.scaleDownEnabled) this.scaleDown(starting, outcome === "pods are very new", now);
        if (options.enforceNodeGroupMinSize)
          this.enlarge(planLeastSizes({ groups: cloud.nodeGroups, templates, state: this.state, options, now }), now);
      }
      placements.revert();
    } else {
      this.planner.unneeded.clear();
      this.log("Warning", "ClusterUnhealthy", "Cluster is unhealthy");
    }
    if (options.writeStatusConfigmap) this.status.write(autoscalerStatus(cloud, this.state, this.candidatesByGroup(), now), this.timestamp);
    this.schedule.notBefore(this.deadline(now));
  }

  /** The first time from which on a look would find something else, unless the cluster changes before. */
  private deadline(now: SimTime): SimTime {
    const { looksAlways = false, options } = this.around;
    if (looksAlways || this.watched.unschedulable.size > 0 || this.hasMoreToMark || !this.state.isClusterHealthy) return now + 1;
    const cooldown = Math.max(
      this.lastScaleUp + options.scaleDownDelayAfterAdd,
      this.lastFailure + options.scaleDownDelayAfterFailure,
      this.lastDeletion + options.scaleDownDelayAfterDelete,
    );
    const times = [this.state.deadline + 1, this.planner.deadline(now)];
    if (cooldown > now) times.push(cooldown);
    return Math.min(...times);
  }

  // Machines that do not come

  private removeOverdueMachines(): void {
    for (const group of this.around.cloud.nodeGroups) {
      const overdue = this.state.readinessOf(group).longUnregistered.slice(0, Math.max(0, group.targetSize - group.minSize));
      if (overdue.length === 0) continue;
      group.deleteNodes(overdue);
      for (const name of overdue) this.log("Normal", "DeleteUnregistered", `Removed unregistered node ${name}`);
    }
  }

  private removeFailedMachines(now: SimTime): void {
    for (const group of this.around.cloud.nodeGroups) {
      const failed = group.instances.filter(({ error }) => error !== undefined);
      if (failed.length === 0) continue;
      const { code, message } = failed[0].error!;
      this.log(
        "Warning",
        "ScaleUpFailed",
        `Failed adding ${failed.length} nodes to group ${group.id} due to ${code}; source errors: ${message}`,
      );
      this.state.registerFailure(group, failed.length, now, { code, message });
      group.deleteNodes(failed.map(({ name }) => name));
    }
  }

  // Scale-up

  private helpPendingPods(
    templates: ReadonlyMap<string, NodeTemplate>,
    starting: ReadonlySet<string>,
    now: SimTime,
  ): "scaled up" | "pods are very new" | "nothing to do" {
    const { options, placements } = this.around;
    const leaving = this.deletion.nodes;
    const pending = withoutPlace(
      [...this.watched.unschedulable.values(), ...this.podsOfDrainedNodes()],
      placements,
      (node) => !starting.has(node) && !leaving.has(node),
    );
    const pods = pending.filter((pod) => hasWaited(pod, options.newPodScaleUpDelay, this.timestamp));
    if (pods.length === 0) return "nothing to do";
    const upcoming = this.around.cloud.nodeGroups.reduce((sum, group) => sum + this.state.upcoming(group), 0);
    const nodeCount = [...this.watched.nodes].filter(isReady).length + upcoming;
    if (options.maxNodesTotal > 0 && nodeCount >= options.maxNodesTotal) {
      for (const pod of pods)
        this.tell(pod, "Normal", "NotTriggerScaleUp", "pod didn't trigger scale-up: max total nodes in cluster reached");
      return "nothing to do";
    }
    if (areAllNew(pods, this.timestamp)) return "pods are very new";
    const plan = planScaleUp(pods, {
      groups: this.around.cloud.nodeGroups,
      templates,
      state: this.state,
      simulation: placements,
      options,
      nodeCount,
      choose: (choices) => this.choose(choices),
      now,
    });
    return this.execute(plan, now);
  }

  /** Their controllers will make others in their place. */
  private podsOfDrainedNodes(): Pod[] {
    const pods = this.deletion.drained.flatMap((node) => this.around.placements.podsOn(node));
    return pods.filter((pod) => !isDaemonPod(pod) && !isMirrorPod(pod) && pod.metadata.deletionTimestamp === undefined).map(withoutNode);
  }

  private choose(options: readonly ExpansionOption[]): ExpansionOption | undefined {
    return bestOption(this.expanders, options, this.expanders.includes("priority") ? this.priorities.current() : [], this.choices);
  }

  private execute({ scaleUps, triggered, unhelped, reachedMaxNodes }: ScaleUpPlan, now: SimTime): "scaled up" | "nothing to do" {
    if (reachedMaxNodes)
      this.log("Warning", "MaxNodesTotalReached", `Max total nodes in cluster reached: ${this.around.options.maxNodesTotal}`);
    if (scaleUps.length === 0) {
      for (const { pod, reasons } of unhelped) this.tell(pod, "Normal", "NotTriggerScaleUp", `pod didn't trigger scale-up: ${reasons}`);
      return "nothing to do";
    }
    this.enlarge(scaleUps, now);
    for (const pod of triggered) this.tell(pod, "Normal", "TriggeredScaleUp", `pod triggered scale-up: ${formatScaleUps(scaleUps)}`);
    return "scaled up";
  }

  /** Source: ExecuteScaleUps in cluster-autoscaler/core/scaleup/orchestrator/executor.go */
  private enlarge(scaleUps: readonly ScaleUpInfo[], now: SimTime): void {
    for (const { group, currentSize, newSize, maxSize } of scaleUps) {
      const sizes = `${newSize} instead of ${currentSize} (max: ${maxSize})`;
      this.log("Normal", "ScaledUpGroup", `Scale-up: setting group ${group.id} size to ${sizes}`);
      group.increaseSize(newSize - currentSize);
      this.state.registerScaleUp(group, newSize - currentSize, now);
      this.log("Normal", "ScaledUpGroup", `Scale-up: group ${group.id} size set to ${sizes}`);
    }
    if (scaleUps.length > 0) this.lastScaleUp = now;
  }

  // Scale-down

  private scaleDown(starting: ReadonlySet<string>, isForbidden: boolean, now: SimTime): void {
    const { cloud, options } = this.around;
    const nodes = [...this.watched.nodes].filter(({ metadata }) => !starting.has(metadata.name));
    const deletions = new Set(this.deletion.nodes.keys());
    const hasCandidates = this.planner.update(
      { nodes, budgets: this.watched.budgets.list(), deletions, drained: this.deletion.drained },
      now,
    );
    this.hasMoreToMark = false;
    const inCooldown =
      this.lastScaleUp + options.scaleDownDelayAfterAdd > now ||
      this.lastFailure + options.scaleDownDelayAfterFailure > now ||
      this.lastDeletion + options.scaleDownDelayAfterDelete > now;
    if (isForbidden || inCooldown || !hasCandidates) return;
    const { empty, drain } = this.planner.unneeded.removableAt(now, cloud, (group) => this.deletion.countOf(group));
    if (this.deletion.start(empty, drain)) this.lastDeletion = now;
    else {
      const scaled = nodes.filter(({ metadata }) => cloud.groupOf(metadata.name) !== undefined);
      const isUnneeded = (node: string): boolean => this.planner.unneeded.has(node);
      this.hasMoreToMark = markCandidates(this.around.client, scaled, isUnneeded, options.maxBulkSoftTaintCount, this.timestamp);
    }
  }

  private candidatesByGroup(): (group: string) => number {
    const counts = new Map<string, number>();
    for (const name of this.planner.unneeded.names) {
      const group = this.around.cloud.groupOf(name)?.id ?? "";
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return (group) => counts.get(group) ?? 0;
  }

  // What it tells

  /** About the autoscaler as a whole. */
  private log(type: "Normal" | "Warning", reason: string, message: string): void {
    if (this.around.options.writeStatusConfigmap) this.around.client.recordEvent(STATUS_CONFIG_MAP, type, reason, message);
  }

  private tell(pod: Pod, type: "Normal" | "Warning", reason: string, message: string): void {
    this.around.client.recordEvent(referenceTo(pod), type, reason, message);
  }
}
