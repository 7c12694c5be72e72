/** Where chance decides what becomes of a recording, and how often it is then repeated. */
import type { Action, TimelineCase } from "./case.js";

/** So many runs that differ by chance alone are looked through for one that agrees. */
const DRAWS = 30;

/**
 * Where several nodes fall silent together, the order in which the controller comes to them, and where in its periods, is chance, and
 * with it how many of their pods are evicted; where one does on which a pod of a parallel StatefulSet is, which pod that is. The
 * recorded runs are two or three draws of that, and what they have in common is not thereby a rule.
 */
export function drawsOf({ actions, nodes }: TimelineCase): number {
  const stopped = new Set(actions.flatMap(({ stopKubelet }) => (stopKubelet === undefined ? [] : [stopKubelet])));
  const silent = nodes.filter(({ kubelet = "" }) => stopped.has(kubelet)).reduce((sum, { count = 1 }) => sum + count, 0);
  return silent > 1 || (silent === 1 && actions.some(makesParallelPods)) ? DRAWS : 1;
}

function makesParallelPods({ apply = [] }: Action): boolean {
  return apply.some((object) => {
    const { kind, spec = {} } = object as { readonly kind?: string; readonly spec?: { readonly podManagementPolicy?: string } };
    return kind === "StatefulSet" && spec.podManagementPolicy === "Parallel";
  });
}
