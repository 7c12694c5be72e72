/**
 * Favours nodes whose resources the pod would bring into balance: it scores the change that the pod makes, not the balance itself.
 *
 * Source: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
 */
import type { NodeResourcesBalancedAllocationArgs } from "../configuration/types.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import { LocalScore, type NodeScorer } from "../framework/node-local-plugin.js";
import { MAX_NODE_SCORE, type Answer, type NodeLocal, type Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { CPU, MEMORY } from "../framework/resources.js";
import { countedResources, isCpuAndMemory } from "./node-resources-scoring.js";

/** A pod that changes nothing of the balance scores 50 + 50 / 2. */
const NEUTRAL = MAX_NODE_SCORE / 2;

export class NodeResourcesBalancedAllocation implements Plugin {
  static readonly NAME = "NodeResourcesBalancedAllocation";
  readonly name = NodeResourcesBalancedAllocation.NAME;
  readonly local: NodeLocal = {
    reads: "pods",
    scoreOf: (shape) => this.scoreOf(shape),
    scoreKey: ({ requests }) => requests.requested.join(),
  };
  private readonly scorer = new LocalScore(this.name, (shape) => this.scoreOf(shape));

  constructor(
    private readonly args: NodeResourcesBalancedAllocationArgs,
    private readonly handle: Handle,
  ) {}

  /** Not scored where the pod asks for none of the resources. */
  private scoreOf(shape: PodShape): NodeScorer | undefined {
    const counted = countedResources(this.args.resources, this.handle.shapes.resources, shape.requests.requested);
    if (counted.every(({ requested }) => requested === 0)) return undefined;
    if (isCpuAndMemory(counted)) return balanceOfCpuAndMemory(counted[0].requested, counted[1].requested);
    const before: number[] = [];
    const after: number[] = [];
    return ({ allocatable, requested: used }) => {
      let count = 0;
      for (let i = 0; i < counted.length; i++) {
        const { number, requested } = counted[i];
        const capacity = number < allocatable.length ? allocatable[number] : 0;
        if (capacity === 0) continue;
        const present = number < used.length ? used[number] : 0;
        before[count] = Math.min(1, present / capacity);
        after[count++] = Math.min(1, (present + requested) / capacity);
      }
      return NEUTRAL + Math.trunc((NEUTRAL + balance(after, count) - balance(before, count)) / 2);
    };
  }

  sign({ shape }: PodInfo): string {
    return shape.requests.requested.join();
  }

  preScore(state: CycleState, pod: PodInfo): Answer {
    return this.scorer.preScore(state, pod);
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return this.scorer.score(state, pod, node);
  }
}

/** The default resources without loops: it is worked out at every change of a node. */
function balanceOfCpuAndMemory(cpu: number, memory: number): NodeScorer {
  return ({ allocatable, requested }) => {
    const cpuCapacity = allocatable[CPU];
    const memoryCapacity = allocatable[MEMORY];
    if (cpuCapacity === 0 || memoryCapacity === 0) return NEUTRAL + NEUTRAL / 2;
    const before = Math.abs((Math.min(1, requested[CPU] / cpuCapacity) - Math.min(1, requested[MEMORY] / memoryCapacity)) / 2);
    const after = Math.abs(
      (Math.min(1, (requested[CPU] + cpu) / cpuCapacity) - Math.min(1, (requested[MEMORY] + memory) / memoryCapacity)) / 2,
    );
    return NEUTRAL + Math.trunc((NEUTRAL + Math.trunc((1 - after) * MAX_NODE_SCORE) - Math.trunc((1 - before) * MAX_NODE_SCORE)) / 2);
  };
}

/** 100 for equal fractions, less by their standard deviation. */
function balance(fractions: readonly number[], count: number): number {
  let deviation = 0;
  if (count === 2) deviation = Math.abs((fractions[0] - fractions[1]) / 2);
  else if (count > 2) {
    let total = 0;
    for (let i = 0; i < count; i++) total += fractions[i];
    const mean = total / count;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (fractions[i] - mean) * (fractions[i] - mean);
    deviation = Math.sqrt(sum / count);
  }
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE);
}
