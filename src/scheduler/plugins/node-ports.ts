/** Rejects nodes where a host port that the pod asks for is in use. Source: pkg/scheduler/framework/plugins/nodeports/node_ports.go */
import type { CycleState } from "../framework/cycle-state.js";
import type { Pod } from "../../api/types/index.js";
import { ADD, DELETE, queueIf, type EventRegistration } from "../framework/events.js";
import { hostPortsOf, UsedPorts } from "../framework/host-ports.js";
import type { NodeInfo } from "../framework/node-info.js";
import { LocalFilter, type NodeFilter } from "../framework/node-local-plugin.js";
import type { Answer, NodeLocal, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { unschedulable, type Status } from "../framework/status.js";

export class NodePorts implements Plugin {
  static readonly NAME = "NodePorts";
  readonly name = NodePorts.NAME;
  private readonly taken = unschedulable(this.name, "node(s) didn't have free ports for the requested pod ports");
  readonly local: NodeLocal = {
    reads: "pods",
    filterOf: (shape) => this.filterOf(shape),
    filterKey: ({ hostPorts }) => JSON.stringify(hostPorts),
  };
  private readonly rule = new LocalFilter(this.name, (shape) => this.filterOf(shape));

  private filterOf({ hostPorts }: PodShape): NodeFilter | undefined {
    if (hostPorts.length === 0) return undefined;
    return ({ usedPorts }) => (usedPorts !== undefined && hostPorts.some((port) => usedPorts.conflicts(port)) ? this.taken : undefined);
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status?: Status } | undefined {
    return this.rule.preFilter(state, pod);
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Answer {
    return this.rule.filter(state, pod, node);
  }

  sign({ shape }: PodInfo): string {
    return JSON.stringify(shape.hostPorts);
  }

  eventsToRegister(): readonly EventRegistration[] {
    const freedPorts = queueIf<Pod>((pod, previous) => {
      const freed = new UsedPorts();
      for (const port of previous === undefined ? [] : hostPortsOf(previous.spec)) freed.add(port);
      return pod.shape.hostPorts.some((port) => freed.conflicts(port));
    });
    return [
      { resource: "AssignedPod", actions: DELETE, hint: freedPorts },
      { resource: "Node", actions: ADD },
    ];
  }
}
