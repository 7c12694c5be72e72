/** Placements tried with the scheduler's own filters, as the cluster autoscaler needs them. Nothing tried here reaches the cluster. */
import type { Node } from "../../api/types/node.js";
import type { Pod, PodSpec } from "../../api/types/pod.js";

export interface SchedulingSimulation {
  /** Adds the node, or puts it in the place of the one of that name. */
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** Puts the pod on the node, from wherever it was before. */
  setPod(pod: Pod, node: string): void;
  removePod(pod: Pod): void;
  /** Pods on a node, tried ones included. */
  podsOn(node: string): readonly Pod[];
  /** Differs whenever the node or its pods do; undefined where there is no such node. */
  generation(node: string): number | undefined;
  /** Why the pod cannot go on the node, in the plugins' words; undefined where it can. */
  rejection(pod: Pod, node: string): readonly string[] | undefined;
  /** An accepted node on which the pod can go. */
  firstFit(pod: Pod, accepts: (node: string) => boolean): string | undefined;
  /** Changes from here on can be taken back. */
  fork(): void;
  /** Takes back all changes since the last fork. */
  revert(): void;
  /** Keeps the changes since the last fork, as changes of the fork around it. */
  commit(): void;
}

const unbound = new WeakMap<Pod, Pod>();

/** The pod as it would be if it were still to be placed. */
export function withoutNode(pod: Pod): Pod {
  if (pod.spec.nodeName === undefined) return pod;
  let copy = unbound.get(pod);
  if (copy === undefined) {
    const spec: Omit<PodSpec, "nodeName"> & { nodeName?: string } = { ...pod.spec };
    delete spec.nodeName;
    unbound.set(pod, (copy = { ...pod, spec }));
  }
  return copy;
}
