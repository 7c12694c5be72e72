/**
 * Trials of preemption kept for pods that are alike: while a node and the pods nominated to it do not change, what would have to leave
 * it does not either.
 *
 * That holds where every filter that concerns the pod reads no more than the node and the pods there.
 */
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Preemptor, Trial } from "./dry-run.js";

interface KeptTrial {
  readonly node: NodeInfo;
  readonly generation: number;
  /** Pods nominated to the node: the list itself, which is another when they are others. */
  readonly nominated: readonly PodInfo[];
  readonly trial: Trial;
}

/** So many kinds of pods are remembered; the one that was kept first goes first. */
const MOST_KINDS = 64;

export class KeptTrials {
  /** By kind of pod, then by number of the node. */
  private readonly byKind = new Map<string, (KeptTrial | undefined)[]>();

  /** The trials for the pod's kind; undefined where they cannot be kept. */
  of({ profile, state, pod }: Preemptor): ((node: NodeInfo, nominated: readonly PodInfo[], make: () => Trial) => Trial) | undefined {
    const isLocal = profile.plugins.filter.every((plugin) => plugin.local !== undefined || state.skipsFilter(plugin.name));
    if (!isLocal) return undefined;
    const kind = `${pod.shape.id} ${pod.priority}`;
    let kept = this.byKind.get(kind);
    if (kept === undefined) {
      if (this.byKind.size >= MOST_KINDS) this.byKind.delete(this.byKind.keys().next().value!);
      this.byKind.set(kind, (kept = []));
    }
    return (node, nominated, make) => {
      // A pod does not reckon with its own nomination, so that what holds for it does not hold for the others.
      if (nominated.some(({ uid }) => uid === pod.uid)) return make();
      const { generation } = node;
      const known = kept[node.id];
      if (known?.node === node && known.generation === generation && known.nominated === nominated) return known.trial;
      const trial = make();
      kept[node.id] = { node, generation, nominated, trial };
      return trial;
    };
  }
}
