/**
 * Nodes that send no heartbeats: when they are given up, and what their conditions are then.
 *
 * Source: https://kubernetes.io/docs/reference/node/node-status/#heartbeats and kubernetes
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth).
 */
import type { Condition, Node, Timestamp } from "../../../api/types/index.js";
import type { SimTime } from "../../../engine/simulation.js";
import type { ControllerContext } from "../controller-context.js";
import type { LoopTicks } from "./loop-ticks.js";

/** Conditions that a kubelet posts and that nobody knows any more when it is silent. */
const HEARTBEAT_CONDITIONS = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** The node with its conditions Unknown; the same object where they are already. @param now in whole seconds */
export function withUnknownConditions(node: Node, now: Timestamp): Node {
  const present = node.status?.conditions ?? [];
  let changed = false;
  const conditions = present.map((condition): Condition => {
    if (!HEARTBEAT_CONDITIONS.includes(condition.type) || condition.status === "Unknown") return condition;
    changed = true;
    return {
      ...condition,
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
      lastTransitionTime: now,
    };
  });
  for (const type of HEARTBEAT_CONDITIONS) {
    if (present.some((condition) => condition.type === type)) continue;
    changed = true;
    conditions.push({
      type,
      status: "Unknown",
      reason: "NodeStatusNeverUpdated",
      message: "Kubelet never posted node status.",
      lastTransitionTime: now,
      ...(node.metadata.creationTimestamp !== undefined && { lastHeartbeatTime: node.metadata.creationTimestamp }),
    });
  }
  return changed ? { ...node, status: { ...node.status, conditions } } : node;
}

export function readyCondition(node: Node): Condition | undefined {
  return node.status?.conditions?.find(({ type }) => type === "Ready");
}

/** What the controller remembers of the nodes' heartbeats. */
export class NodeHealthMap {
  /** When each node itself, or a status of it with a new heartbeat, was last seen. */
  private readonly seenAt = new Map<string, SimTime>();
  private readonly start: SimTime;
  /** No node is judged by heartbeats before this time. */
  private graceSince: SimTime;

  constructor(
    private readonly context: ControllerContext,
    private readonly ticks: LoopTicks,
  ) {
    this.start = context.simulation.now;
    this.graceSince = this.start;
  }

  see(node: string): void {
    this.seenAt.set(node, this.context.simulation.now);
  }

  forget(node: string): void {
    this.seenAt.delete(node);
  }

  /** Gives every node a whole grace period from now on. */
  restartGrace(): void {
    this.graceSince = this.context.simulation.now;
  }

  /** The tick at which the node, if it stays silent, is given up. */
  judgementOf(node: Node): SimTime {
    const { name } = node.metadata;
    const { options, heartbeats, simulation } = this.context;
    const renewed = heartbeats.lastRenewal(name, simulation.now);
    const noticed = this.ticks.at(Math.max(renewed ?? this.start, this.seenAt.get(name) ?? this.start));
    const hasStatus = readyCondition(node) !== undefined;
    const grace = hasStatus ? options.nodeMonitorGracePeriod : options.nodeStartupGracePeriod;
    // Where a kubelet has never been heard of, the node's creation counts.
    const { creationTimestamp } = node.metadata;
    const since = hasStatus || renewed !== undefined || creationTimestamp === undefined ? noticed : this.timeOf(creationTimestamp);
    // Every tick begins a little later than a whole period after the one before, so that one that is due exactly then is past it.
    return this.ticks.at(Math.max(since, this.graceSince) + grace);
  }

  private timeOf(timestamp: Timestamp): SimTime {
    return timestamp - (this.context.now() - this.context.simulation.now);
  }

  /** Whether the node has been silent for so long that nobody knows how it is. */
  isSilent(node: Node): boolean {
    const { heartbeats, simulation } = this.context;
    return !heartbeats.isRenewing(node.metadata.name) && this.judgementOf(node) <= simulation.now;
  }
}
