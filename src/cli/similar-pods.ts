/** What is offered in place of a pod that is not there. */
import { objectKey } from "../api/kinds.js";
import type { Cluster } from "../cluster/cluster.js";
import { similar } from "../scenario/suggestion.js";

/** Names that are offered. */
const MOST_SIMILAR = 3;

/** "similar are ...", or that there are no pods. */
export function similarPods({ view }: Cluster, pod: string): string {
  const names = similar(pod, Array.from(view.list("Pod"), objectKey), MOST_SIMILAR);
  return names.length === 0 ? "there are no pods" : `similar are ${names.join(", ")}`;
}
