/**
 * How many nodes of a group it takes to place pending pods: first-fit decreasing bin packing.
 *
 * Source: cluster-autoscaler/estimator/binpacking_estimator.go, decreasing_pod_orderer.go
 */
import { quantityMilliValue, quantityValue } from "../../api/quantity.js";
import { podRequests } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import type { PodGroup } from "./equivalence-groups.js";
import { addFromTemplate, type NodeTemplate } from "./node-template.js";
import type { SchedulingSimulation } from "./scheduling-simulation.js";

export interface Estimate {
  /** New nodes that got a pod. */
  readonly nodes: number;
  /** Pods that found a place. */
  readonly pods: readonly Pod[];
}

/** Groups whose pods ask for most come first: the sum of the shares of cpu and memory of the node that a pod takes. */
export function decreasing(groups: readonly PodGroup[], { node }: NodeTemplate): PodGroup[] {
  const allocatable = node.status?.allocatable ?? {};
  const cpu = quantityMilliValue(allocatable["cpu"] ?? 0);
  const memory = quantityValue(allocatable["memory"] ?? 0);
  const score = ({ pods }: PodGroup): number => {
    const requests = podRequests(pods[0].spec);
    const ofCpu = cpu > 0 ? quantityMilliValue(requests["cpu"] ?? 0) / cpu : 0;
    const ofMemory = memory > 0 ? quantityValue(requests["memory"] ?? 0) / memory : 0;
    return ofCpu + ofMemory;
  };
  return groups
    .map((group) => ({ group, score: score(group) }))
    .sort((a, b) => b.score - a.score)
    .map(({ group }) => group);
}

/** @param limit most nodes that may be added. The simulation is left as it was. */
export function estimateNodes(
  simulation: SchedulingSimulation,
  groups: readonly PodGroup[],
  template: NodeTemplate,
  limit: number,
): Estimate {
  simulation.fork();
  const packing = new Packing(simulation, template, limit);
  for (const { pods } of decreasing(groups, template)) packing.addNodesFor(packing.fillNodesWith(pods));
  simulation.revert();
  return { nodes: packing.used.size, pods: packing.placed };
}

class Packing {
  readonly used = new Set<string>();
  readonly placed: Pod[] = [];
  private readonly added = new Set<string>();
  private last: string | undefined;

  constructor(
    private readonly simulation: SchedulingSimulation,
    private readonly template: NodeTemplate,
    private readonly limit: number,
  ) {}

  /** Places pods of one kind on nodes added before; returns those from the first on that has no place. */
  fillNodesWith(pods: readonly Pod[]): readonly Pod[] {
    if (this.added.size === 0) return pods;
    for (const [index, pod] of pods.entries()) {
      const node = this.simulation.firstFit(pod, (name) => this.added.has(name));
      if (node === undefined) return pods.slice(index);
      this.place(pod, node);
    }
    return [];
  }

  addNodesFor(pods: readonly Pod[]): void {
    for (const pod of pods) {
      if (this.last !== undefined && this.simulation.rejection(pod, this.last) === undefined) {
        this.place(pod, this.last);
        continue;
      }
      // What does not fit on an empty node fits on no further one either.
      if (this.last !== undefined && !this.used.has(this.last)) return;
      if (this.added.size >= this.limit) return;
      this.last = addFromTemplate(this.simulation, this.template, `${this.template.node.metadata.name}-e-${this.added.size}`);
      this.added.add(this.last);
      if (this.simulation.rejection(pod, this.last) !== undefined) return;
      this.place(pod, this.last);
    }
  }

  private place(pod: Pod, node: string): void {
    this.simulation.setPod(pod, node);
    this.used.add(node);
    this.placed.push(pod);
  }
}
