/** Nodes that could go, and since when. Source: cluster-autoscaler/core/scaledown/unneeded/nodes.go */
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";
import type { CloudProvider } from "./cloud-provider.js";
import { isReady } from "./cluster-state.js";
import { isScaleDownDisabled } from "./eligibility.js";

/** A node whose pods have other places. */
export interface RemovableNode {
  readonly node: Node;
  /** Pods that have to be moved; none where the node is empty. */
  readonly pods: readonly Pod[];
}

export interface UnneededTimes {
  readonly scaleDownUnneededTime: SimTime;
  readonly scaleDownUnreadyTime: SimTime;
}

interface Unneeded extends RemovableNode {
  readonly since: SimTime;
}

export class UnneededNodes {
  private byName = new Map<string, Unneeded>();

  constructor(private readonly times: UnneededTimes) {}

  get size(): number {
    return this.byName.size;
  }

  get names(): Iterable<string> {
    return this.byName.keys();
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  clear(): void {
    this.byName.clear();
  }

  /** Only these are unneeded now; those that were before keep their time. */
  update(nodes: readonly RemovableNode[], now: SimTime): void {
    const before = this.byName;
    this.byName = new Map(
      nodes.map((node) => [node.node.metadata.name, { ...node, since: before.get(node.node.metadata.name)?.since ?? now }]),
    );
  }

  /**
   * Those that have been unneeded for long enough and whose groups stay at their minimum or above: empty ones first.
   *
   * @param deletionsOf deletions under way in a group
   */
  removableAt(
    now: SimTime,
    cloud: CloudProvider,
    deletionsOf: (group: string) => number,
  ): { empty: RemovableNode[]; drain: RemovableNode[] } {
    const sizes = new Map(cloud.nodeGroups.map((group) => [group.id, group.targetSize - deletionsOf(group.id)]));
    const taken = (nodes: Unneeded[]): Unneeded[] =>
      nodes.filter(({ node, since }) => {
        const group = cloud.groupOf(node.metadata.name);
        if (group === undefined || isScaleDownDisabled(node) || since + this.timeOf(node) >= now) return false;
        const size = sizes.get(group.id) ?? 0;
        if (size <= group.minSize) return false;
        sizes.set(group.id, size - 1);
        return true;
      });
    const all = [...this.byName.values()];
    return { empty: taken(all.filter(({ pods }) => pods.length === 0)), drain: taken(all.filter(({ pods }) => pods.length > 0)) };
  }

  /** When the next of them will have been unneeded for long enough. */
  deadline(now: SimTime): SimTime {
    let first = Number.POSITIVE_INFINITY;
    for (const { node, since } of this.byName.values()) {
      const time = since + this.timeOf(node);
      if (time >= now) first = Math.min(first, time);
    }
    return first;
  }

  private timeOf(node: Node): SimTime {
    return isReady(node) ? this.times.scaleDownUnneededTime : this.times.scaleDownUnreadyTime;
  }
}
