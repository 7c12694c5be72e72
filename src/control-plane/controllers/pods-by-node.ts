/** Pods found by the node that they are bound to. */
import type { Pod } from "../../api/types/index.js";

/** Name of the informer index. */
export const BY_NODE = "node-name";

/** Values of the index {@link BY_NODE}. */
export function nodeNames(pod: Pod): readonly string[] {
  const { nodeName } = pod.spec;
  return nodeName === undefined || nodeName === "" ? [] : [nodeName];
}
