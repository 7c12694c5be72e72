/** Rejects cordoned nodes. Source: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go */
import type { Node, Pod, Taint } from "../../api/types/index.js";
import { ADD, isSamePod, queueIf, UPDATE_NODE_TAINT, UPDATE_POD_TOLERATION, type EventRegistration } from "../framework/events.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Answer, NodeLocal, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { unresolvable } from "../framework/status.js";
import { isTolerated } from "../framework/tolerations.js";

/** The taint that a cordoned node is treated as having. */
const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

export class NodeUnschedulable implements Plugin {
  static readonly NAME = "NodeUnschedulable";
  readonly name = NodeUnschedulable.NAME;
  private readonly cordoned = unresolvable(this.name, "node(s) were unschedulable");

  readonly local: NodeLocal = {
    reads: "node",
    filterKey: (shape) => JSON.stringify(shape.spec.tolerations ?? []),
    filterOf: (shape) =>
      this.toleratesCordon(shape) ? undefined : (node) => (node.node.spec?.unschedulable === true ? this.cordoned : undefined),
  };

  private toleratesCordon(shape: PodShape): boolean {
    return isTolerated(UNSCHEDULABLE, shape.spec.tolerations ?? []);
  }

  filter(_state: CycleState, pod: PodInfo, { node }: NodeInfo): Answer {
    return node.spec?.unschedulable === true && !this.toleratesCordon(pod.shape) ? this.cordoned : undefined;
  }

  sign({ shape }: PodInfo): string {
    return JSON.stringify(shape.spec.tolerations ?? []);
  }

  eventsToRegister(): readonly EventRegistration[] {
    const isCordoned = (node: Node | undefined): boolean => node === undefined || node.spec.unschedulable === true;
    const wasUncordoned = queueIf<Node>((_pod, previous, current) => isCordoned(previous) && !isCordoned(current));
    const nowTolerates = queueIf<Pod>(
      (pod, _previous, current) => isSamePod(pod, current) && isTolerated(UNSCHEDULABLE, current?.spec.tolerations ?? []),
    );
    return [
      { resource: "Node", actions: ADD | UPDATE_NODE_TAINT, hint: wasUncordoned },
      { resource: "UnscheduledPod", actions: UPDATE_POD_TOLERATION, hint: nowTolerates },
    ];
  }
}
