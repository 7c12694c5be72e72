/**
 * Which groups to enlarge so that pending pods find places.
 *
 * Source: cluster-autoscaler/core/scaleup/orchestrator/orchestrator.go
 */
import type { Pod } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";
import type { NodeGroup } from "./cloud-provider.js";
import type { ClusterState } from "./cluster-state.js";
import { equivalenceGroups, type PodGroup } from "./equivalence-groups.js";
import { estimateNodes } from "./estimator.js";
import type { ExpansionOption } from "./expander.js";
import { addFromTemplate, type NodeTemplate } from "./node-template.js";
import type { ClusterAutoscalerOptions } from "./options.js";
import type { SchedulingSimulation } from "./scheduling-simulation.js";
import { areSimilar, balance, type ScaleUpInfo } from "./similar-node-groups.js";

/** Why a group is not reckoned with. Source: cluster-autoscaler/core/scaleup/orchestrator/skippedreasons.go */
const IN_BACKOFF = "in backoff after failed scale-up";
const MAX_SIZE_REACHED = "max node group size reached";
const NOT_READY = "not ready for scale-up";

export interface ScaleUpSurroundings {
  readonly groups: readonly NodeGroup[];
  readonly templates: ReadonlyMap<string, NodeTemplate>;
  readonly state: ClusterState;
  readonly simulation: SchedulingSimulation;
  readonly options: ClusterAutoscalerOptions;
  /** Nodes that are ready or on the way. */
  readonly nodeCount: number;
  readonly choose: (options: readonly ExpansionOption[]) => ExpansionOption | undefined;
  readonly now: SimTime;
}

/** A pod that no group can help, and why. */
export interface UnhelpedPod {
  readonly pod: Pod;
  /** "1 Insufficient cpu, 2 max node group size reached" */
  readonly reasons: string;
}

export interface ScaleUpPlan {
  /** Empty where nothing is to be enlarged. */
  readonly scaleUps: readonly ScaleUpInfo[];
  /** Pods for which it is done. */
  readonly triggered: readonly Pod[];
  readonly unhelped: readonly UnhelpedPod[];
  /** Whether more nodes would have been of use than the cluster may have. */
  readonly reachedMaxNodes: boolean;
}

/** What each pod group was told by each group of nodes. */
interface Trial {
  readonly pods: PodGroup;
  readonly rejections: Map<string, readonly string[]>;
  isHelped: boolean;
}

/** The simulation is left as it was. */
export function planScaleUp(pods: readonly Pod[], surroundings: ScaleUpSurroundings): ScaleUpPlan {
  const trials = equivalenceGroups(pods).map((group): Trial => ({ pods: group, rejections: new Map(), isHelped: false }));
  const skipped = new Map<string, string>();
  const fitting = new Map<string, readonly PodGroup[]>();
  for (const group of surroundings.groups) {
    const reason = skipReason(group, surroundings);
    if (reason === undefined) fitting.set(group.id, podGroupsFor(group, trials, surroundings));
    else skipped.set(group.id, reason);
  }
  const options = surroundings.groups.flatMap((group) => expansionOf(group, fitting, surroundings));
  const unhelped = trials.filter(({ isHelped }) => !isHelped).flatMap((trial) => unhelpedPods(trial, skipped));
  const best = surroundings.choose(options);
  if (best === undefined) return { scaleUps: [], triggered: [], unhelped, reachedMaxNodes: false };
  const { maxNodesTotal } = surroundings.options;
  const room = maxNodesTotal > 0 ? maxNodesTotal - surroundings.nodeCount : Number.POSITIVE_INFINITY;
  const targets = [best.group, ...similarGroups(best.group, fitting, surroundings)];
  return {
    scaleUps: balance(targets, Math.max(0, Math.min(best.nodeCount, room))),
    triggered: best.pods,
    unhelped,
    reachedMaxNodes: best.nodeCount > room,
  };
}

/** What groups below their least size get, pods or no pods. Source: ScaleUpToNodeGroupMinSize in orchestrator.go */
export function planLeastSizes(
  surroundings: Pick<ScaleUpSurroundings, "groups" | "templates" | "state" | "options" | "now">,
): ScaleUpInfo[] {
  const { maxNodesTotal } = surroundings.options;
  return surroundings.groups.flatMap((group) => {
    const { minSize, maxSize, targetSize: currentSize } = group;
    if (currentSize >= minSize || skipReason(group, surroundings) !== undefined) return [];
    // The limit of the cluster is held against the size of this group alone.
    const newSize = maxNodesTotal > 0 ? Math.min(minSize, maxNodesTotal) : minSize;
    return newSize > currentSize ? [{ group, currentSize, newSize, maxSize }] : [];
  });
}

function skipReason(
  group: NodeGroup,
  { state, templates, now }: Pick<ScaleUpSurroundings, "state" | "templates" | "now">,
): string | undefined {
  if (!state.isGroupHealthy(group)) return NOT_READY;
  if (state.isResting(group, now)) return IN_BACKOFF;
  if (group.targetSize >= group.maxSize) return MAX_SIZE_REACHED;
  return templates.has(group.id) ? undefined : NOT_READY;
}

/** Pod groups whose first pod could go on a new node of the group. */
function podGroupsFor(group: NodeGroup, trials: readonly Trial[], { simulation, templates }: ScaleUpSurroundings): PodGroup[] {
  simulation.fork();
  const node = addFromTemplate(simulation, templates.get(group.id)!, `template-node-for-${group.id}`);
  const fitting: PodGroup[] = [];
  for (const trial of trials) {
    const rejection = simulation.rejection(trial.pods.pods[0], node);
    if (rejection === undefined) {
      trial.isHelped = true;
      fitting.push(trial.pods);
    } else trial.rejections.set(group.id, rejection);
  }
  simulation.revert();
  return fitting;
}

function expansionOf(
  group: NodeGroup,
  fitting: ReadonlyMap<string, readonly PodGroup[]>,
  surroundings: ScaleUpSurroundings,
): ExpansionOption[] {
  const podGroups = fitting.get(group.id) ?? [];
  if (podGroups.length === 0) return [];
  const { options, templates, nodeCount, simulation } = surroundings;
  const capacity = [group, ...similarGroups(group, fitting, surroundings)].reduce(
    (sum, { maxSize, targetSize }) => sum + Math.max(0, maxSize - targetSize),
    0,
  );
  const room = options.maxNodesTotal > 0 ? Math.max(1, options.maxNodesTotal - nodeCount) : Number.POSITIVE_INFINITY;
  const template = templates.get(group.id)!;
  const { nodes, pods } = estimateNodes(simulation, podGroups, template, Math.min(options.maxNodesPerScaleup, capacity, room));
  return nodes === 0 ? [] : [{ group, template, nodeCount: nodes, pods }];
}

/** Other groups with nodes of that sort, on which the same pods could go. */
function similarGroups(
  group: NodeGroup,
  fitting: ReadonlyMap<string, readonly PodGroup[]>,
  { groups, templates, options }: ScaleUpSurroundings,
): NodeGroup[] {
  if (!options.balanceSimilarNodeGroups) return [];
  const template = templates.get(group.id)!;
  const own = fitting.get(group.id) ?? [];
  return groups.filter((other) => {
    const theirs = fitting.get(other.id);
    if (other === group || theirs === undefined || !own.every((pods) => theirs.includes(pods))) return false;
    return areSimilar(template, templates.get(other.id)!, options.balancingIgnoreLabel);
  });
}

function unhelpedPods({ pods, rejections }: Trial, skipped: ReadonlyMap<string, string>): UnhelpedPod[] {
  const counts = new Map<string, number>();
  for (const reason of [...[...rejections.values()].flat(), ...skipped.values()]) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).join(", ");
  return pods.pods.map((pod) => ({ pod, reasons }));
}
