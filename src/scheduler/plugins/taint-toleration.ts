/**
 * Filters by NoSchedule and NoExecute taints and scores by PreferNoSchedule ones.
 *
 * Source: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
 */
import type { CycleState } from "../framework/cycle-state.js";
import type { Node, Pod, Toleration } from "../../api/types/index.js";
import { ADD, isSamePod, queueIf, UPDATE_NODE_TAINT, UPDATE_POD_TOLERATION, type EventRegistration } from "../framework/events.js";
import type { NodeInfo } from "../framework/node-info.js";
import { LocalScore, type NodeFilter, type NodeScorer } from "../framework/node-local-plugin.js";
import { defaultNormalizeScore } from "../framework/normalize.js";
import type { Answer, NodeLocal, NodeScore, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { unresolvable } from "../framework/status.js";
import { isTolerated } from "../framework/tolerations.js";

export class TaintToleration implements Plugin {
  static readonly NAME = "TaintToleration";
  readonly name = TaintToleration.NAME;
  private readonly untolerated = unresolvable(this.name, "node(s) had untolerated taint(s)");
  readonly local: NodeLocal = {
    reads: "node",
    filterOf: (shape) => this.filterOf(shape),
    scoreOf: (shape) => this.scoreOf(shape),
    filterKey: (shape) => JSON.stringify(shape.spec.tolerations ?? []),
    scoreKey: (shape) => JSON.stringify(shape.spec.tolerations ?? []),
    normalization: "reversed",
  };
  private readonly scorer = new LocalScore(this.name, (shape) => this.scoreOf(shape));

  private filterOf(shape: PodShape): NodeFilter {
    const tolerations = shape.spec.tolerations ?? [];
    return ({ node }) => (isRepelled(node, tolerations) ? this.untolerated : undefined);
  }

  /** Number of untolerated PreferNoSchedule taints. Only tolerations of that effect, or of none, count. */
  private scoreOf(shape: PodShape): NodeScorer {
    const tolerations = (shape.spec.tolerations ?? []).filter(({ effect = "" }) => effect === "" || effect === "PreferNoSchedule");
    return ({ node }) => {
      let count = 0;
      for (const taint of node.spec?.taints ?? []) {
        if (taint.effect === "PreferNoSchedule" && !isTolerated(taint, tolerations)) count++;
      }
      return count;
    };
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Answer {
    return this.filterOf(pod.shape)(node);
  }

  preScore(state: CycleState, pod: PodInfo): Answer {
    return this.scorer.preScore(state, pod);
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return this.scorer.score(state, pod, node);
  }

  normalizeScore(_state: CycleState, _pod: PodInfo, scores: NodeScore[]): Answer {
    defaultNormalizeScore(scores, true);
    return undefined;
  }

  sign({ shape }: PodInfo): string {
    return JSON.stringify(shape.spec.tolerations ?? []);
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [
      { resource: "Node", actions: ADD | UPDATE_NODE_TAINT, hint: queueIf<Node>(becameTolerable) },
      {
        resource: "UnscheduledPod",
        actions: UPDATE_POD_TOLERATION,
        hint: queueIf<Pod>((pod, _previous, current) => isSamePod(pod, current)),
      },
    ];
  }
}

function isRepelled(node: Node, tolerations: readonly Toleration[]): boolean {
  for (const taint of node.spec.taints ?? []) {
    if (taint.effect !== "PreferNoSchedule" && !isTolerated(taint, tolerations)) return true;
  }
  return false;
}

function becameTolerable({ shape }: PodInfo, previous: Node | undefined, current: Node | undefined): boolean {
  const tolerations = shape.spec.tolerations ?? [];
  return (previous === undefined || isRepelled(previous, tolerations)) && current !== undefined && !isRepelled(current, tolerations);
}
