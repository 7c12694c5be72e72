/** How well pods are placed: measures over the nodes of a moment. Pure functions. */

/** Amounts by resource, and what is free of them. */
export interface NodeLoad {
  /** By number of the resource; beyond the length 0. */
  readonly allocatable: ArrayLike<number>;
  readonly requested: ArrayLike<number>;
}

/** Requests over allocatable of one resource, over all nodes; 0 where no node has any of it. */
export function allocationRatio(nodes: readonly NodeLoad[], resource: number): number {
  let requested = 0;
  let allocatable = 0;
  for (const node of nodes) {
    requested += node.requested[resource] ?? 0;
    allocatable += node.allocatable[resource] ?? 0;
  }
  return allocatable === 0 ? 0 : requested / allocatable;
}

/** Standard deviation of requests over allocatable, over the nodes that have any of the resource; 0 is perfect balance. */
export function imbalance(nodes: readonly NodeLoad[], resource: number): number {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (const node of nodes) {
    const allocatable = node.allocatable[resource] ?? 0;
    if (allocatable === 0) continue;
    const utilisation = (node.requested[resource] ?? 0) / allocatable;
    n++;
    sum += utilisation;
    squares += utilisation * utilisation;
  }
  return n === 0 ? 0 : Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}

/** A kind of task, and how many of a workload's tasks are of this kind. */
export interface TaskKind<Node> {
  readonly count: number;
  /** Whether it asks for whole GPUs at all. */
  readonly usesGpu: boolean;
  /** Whether a node has room for one more such task, and suits it. */
  fits(node: Node): boolean;
}

export interface Fragmentation {
  /** GPUs that no task has. */
  readonly free: number;
  /** Of these, how many are of no use to a task of the workload, in expectation. */
  readonly fragmented: number;
}

/**
 * Expected GPU fragmentation of a cluster for a workload's distribution of tasks, in GPUs: for each node the sum, over kinds of tasks, of
 * the kind's share times the free GPUs that such a task cannot use. All of a node's free GPUs are lost to a task that does not fit there
 * and to one that needs no GPU. (For parts of GPUs the measure counts those too small as well; Kubernetes' extended resources are whole.)
 *
 * Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent",
 * USENIX ATC 2023, section 3.
 */
export function gpuFragmentation<Node>(
  nodes: readonly Node[],
  tasks: readonly TaskKind<Node>[],
  freeGpus: (node: Node) => number,
): Fragmentation {
  const all = tasks.reduce((sum, { count }) => sum + count, 0);
  const useless = tasks.filter(({ usesGpu }) => !usesGpu).reduce((sum, { count }) => sum + count, 0);
  const users = tasks.filter(({ usesGpu }) => usesGpu);
  let free = 0;
  let fragmented = 0;
  for (const node of nodes) {
    const gpus = freeGpus(node);
    if (gpus <= 0) continue;
    let lost = useless;
    for (const task of users) if (!task.fits(node)) lost += task.count;
    free += gpus;
    if (all > 0) fragmented += (gpus * lost) / all;
  }
  return { free, fragmented };
}
