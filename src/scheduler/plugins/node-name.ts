/** Passes only the node that the pod names. Source: pkg/scheduler/framework/plugins/nodename/node_name.go */
import type { CycleState } from "../framework/cycle-state.js";
import { ADD, type EventRegistration } from "../framework/events.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Answer, NodeLocal, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { unresolvable } from "../framework/status.js";

export class NodeName implements Plugin {
  static readonly NAME = "NodeName";
  readonly name = NodeName.NAME;
  private readonly other = unresolvable(this.name, "node(s) didn't match the requested node name");

  /** A pod that names a node is never in the queue: shapes leave the name out. */
  readonly local: NodeLocal = { reads: "node", filterOf: () => undefined, filterKey: () => "" };

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Answer {
    const wanted = pod.pod.spec.nodeName ?? "";
    return wanted === "" || wanted === node.name ? undefined : this.other;
  }

  sign({ pod }: PodInfo): string {
    return pod.spec.nodeName ?? "";
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [{ resource: "Node", actions: ADD }];
  }
}
