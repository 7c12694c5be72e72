/** Copies of nodes on which the pods nominated to them are there already, kept until either changes. */
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";

interface Trial {
  readonly node: NodeInfo;
  /** What it was made of. */
  readonly original: NodeInfo;
  readonly generation: number;
  readonly nominated: readonly PodInfo[];
  readonly priority: number;
}

export class NominatedTrials {
  /** By number of the node. */
  private readonly trials: (Trial | undefined)[] = [];

  /** The node with those of the nominated pods that have at least that priority. */
  of(original: NodeInfo, nominated: readonly PodInfo[], priority: number): NodeInfo {
    const known = this.trials[original.id];
    const { generation } = original;
    if (known?.original === original && known.generation === generation && known.nominated === nominated && known.priority === priority)
      return known.node;
    const node = original.clone();
    for (const other of nominated) if (other.priority >= priority) node.addPod(other);
    this.trials[original.id] = { node, original, generation, nominated, priority };
    return node;
  }

  clear(): void {
    this.trials.length = 0;
  }
}
