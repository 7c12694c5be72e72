/**
 * The three strategies by which NodeResourcesFit scores a node.
 *
 * Source: pkg/scheduler/framework/plugins/noderesources (resource_allocation.go, least_allocated.go, most_allocated.go,
 * requested_to_capacity_ratio.go) and plugins/helper/shape_score.go
 */
import type { ScoringStrategy, UtilizationShapePoint } from "../configuration/types.js";
import { percentOf } from "../framework/integer.js";
import type { NodeScorer } from "../framework/node-local-plugin.js";
import type { NodeInfo } from "../framework/node-info.js";
import { MAX_NODE_SCORE } from "../framework/plugin.js";
import { CPU, FIRST_SCALAR, MEMORY, type Amounts, type ResourceIndex } from "../framework/resources.js";

/** Scores of a shape point are given from 0 to 10 (MaxCustomPriorityScore). */
const SHAPE_SCORE_SCALE = 10;

/** Score of one resource of a node: what would be requested there, of the node's allocatable, which is not 0. */
type ResourceScore = (requested: number, allocatable: number) => number;

const leastAllocated: ResourceScore = (requested, allocatable) =>
  requested > allocatable ? 0 : percentOf(allocatable - requested, allocatable);

const mostAllocated: ResourceScore = (requested, allocatable) => percentOf(Math.min(requested, allocatable), allocatable);

/** Straight lines between the points, flat outside, in whole numbers. */
function requestedToCapacityRatio(shape: readonly UtilizationShapePoint[]): ResourceScore {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * SHAPE_SCORE_SCALE }));
  const at = (utilization: number): number => {
    for (let i = 0; i < points.length; i++) {
      if (utilization > points[i].utilization) continue;
      if (i === 0) return points[0].score;
      const [left, right] = [points[i - 1], points[i]];
      return (
        left.score + Math.trunc(((right.score - left.score) * (utilization - left.utilization)) / (right.utilization - left.utilization))
      );
    }
    return points[points.length - 1].score;
  };
  return (requested, allocatable) => at(requested > allocatable ? MAX_NODE_SCORE : percentOf(requested, allocatable));
}

/** What is requested on the node: cpu and memory by the non-zero requests of its pods. */
function requestedOn(node: NodeInfo, number: number): number {
  if (number === CPU) return node.nonZeroMilliCpu;
  if (number === MEMORY) return node.nonZeroMemory;
  return number < node.requested.length ? node.requested[number] : 0;
}

/** The resources that count for a pod: an extended resource that it does not ask for is left out. */
export function countedResources(
  specs: readonly { readonly name: string; readonly weight?: number }[],
  resources: ResourceIndex,
  requested: Amounts,
): { readonly number: number; readonly weight: number; readonly requested: number }[] {
  return specs
    .map(({ name, weight }) => {
      const number = resources.numberOf(name);
      return { number, weight: weight ?? 1, requested: number < requested.length ? requested[number] : 0 };
    })
    .filter(({ number, requested: own }) => number < FIRST_SCALAR || own > 0);
}

/** Whether the resources are the default ones. */
export function isCpuAndMemory(counted: readonly { readonly number: number; readonly weight: number }[]): boolean {
  return counted.length === 2 && counted[0].number === CPU && counted[1].number === MEMORY && counted.every(({ weight }) => weight === 1);
}

/** The default strategy without loops: it is worked out at every change of a node. */
function leastAllocatedCpuAndMemory(cpu: number, memory: number): NodeScorer {
  return ({ allocatable, nonZeroMilliCpu, nonZeroMemory }) => {
    const cpuCapacity = allocatable[CPU];
    const memoryCapacity = allocatable[MEMORY];
    const byCpu = cpuCapacity === 0 ? 0 : leastAllocated(nonZeroMilliCpu + cpu, cpuCapacity);
    const byMemory = memoryCapacity === 0 ? 0 : leastAllocated(nonZeroMemory + memory, memoryCapacity);
    return cpuCapacity === 0 || memoryCapacity === 0 ? byCpu + byMemory : (byCpu + byMemory) >> 1;
  };
}

export function nodeResourcesScorer(strategy: ScoringStrategy, resources: ResourceIndex, requested: Amounts): NodeScorer {
  const counted = countedResources(strategy.resources, resources, requested);
  const ratio = strategy.type === "RequestedToCapacityRatio";
  const score = ratio
    ? requestedToCapacityRatio(strategy.requestedToCapacityRatio?.shape ?? [])
    : strategy.type === "MostAllocated"
      ? mostAllocated
      : leastAllocated;
  if (strategy.type === "LeastAllocated" && isCpuAndMemory(counted))
    return leastAllocatedCpuAndMemory(counted[0].requested, counted[1].requested);
  return (node) => {
    const { allocatable } = node;
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < counted.length; i++) {
      const { number, weight, requested: own } = counted[i];
      const capacity = number < allocatable.length ? allocatable[number] : 0;
      if (capacity === 0) continue;
      const resourceScore = score(requestedOn(node, number) + own, capacity);
      if (ratio && resourceScore <= 0) continue;
      sum += resourceScore * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return ratio ? Math.round(sum / weights) : Math.floor(sum / weights);
  };
}
