/**
 * Pending pods that are alike for the scheduler, so that one of them is tried for all.
 *
 * Source: cluster-autoscaler/core/scaleup/equivalence/groups.go
 */
import type { Labels } from "../../api/types/meta.js";
import type { Pod, PodSpec } from "../../api/types/pod.js";
import { controllerOf } from "../controllers/owner-references.js";

export interface PodGroup {
  /** One at least; the first stands for all. */
  readonly pods: readonly Pod[];
}

/** Further groups of one controller are of one pod each. Source: maxEquivalenceGroupsByController in groups.go */
const MAX_GROUPS_OF_CONTROLLER = 10;

const texts = new WeakMap<object, string>();

function textOf(object: PodSpec | Labels): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = JSON.stringify(object)));
  return text;
}

/** The same text for pods that are alike for the scheduler. */
export function looksOf({ metadata, spec }: Pod): string {
  return `${metadata.namespace ?? ""} ${textOf(metadata.labels ?? {})} ${textOf(spec)}`;
}

/** Groups in order of their first pods. A pod without a controller is alone. */
export function equivalenceGroups(pods: Iterable<Pod>): PodGroup[] {
  const groups: { readonly pods: Pod[] }[] = [];
  const ofController = new Map<string, Map<string, Pod[]>>();
  for (const pod of pods) {
    const controller = controllerOf(pod)?.uid;
    const own = [pod];
    if (controller !== undefined) {
      let known = ofController.get(controller);
      if (known === undefined) ofController.set(controller, (known = new Map<string, Pod[]>()));
      const looks = looksOf(pod);
      const alike = known.get(looks);
      if (alike !== undefined) {
        alike.push(pod);
        continue;
      }
      if (known.size < MAX_GROUPS_OF_CONTROLLER) known.set(looks, own);
    }
    groups.push({ pods: own });
  }
  return groups;
}
