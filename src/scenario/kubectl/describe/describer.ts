/** What a description of one kind is made of. */
import type { Kind, ObjectsByKind } from "../../../api/kinds.js";
import type { ApiObject, LabelSelector, Timestamp } from "../../../api/types/meta.js";
import { isControlledBy } from "../../../api/owner-references.js";
import { labelSelectorMatches } from "../../../api/selector.js";
import type { Lines } from "./lines.js";

/** Objects that a description tells of beside its own, as they were listed. */
export interface Surroundings {
  list<K extends Kind>(kind: K): readonly ObjectsByKind[K][];
}

export interface Describer<T extends ApiObject> {
  /** Kinds that {@link describe} asks its surroundings for; absent: none. Their objects are those of the object's own namespace, all for one without. */
  readonly related?: readonly Kind[];
  /** Whether events end the description; the default is true. */
  readonly hasEvents?: boolean;
  describe(object: T, around: Surroundings, now: Timestamp): Lines;
}

/** How many pods of a controller are in each phase: "3 Running / 0 Waiting / 0 Succeeded / 0 Failed". */
export function podsStatus(controller: ApiObject, selector: LabelSelector | undefined, around: Surroundings): string {
  const phases: Record<string, number> = {};
  for (const pod of around.list("Pod")) {
    if (!isControlledBy(pod, controller) || !labelSelectorMatches(selector, pod.metadata.labels)) continue;
    const phase = pod.status?.phase ?? "Pending";
    phases[phase] = (phases[phase] ?? 0) + 1;
  }
  const { Running = 0, Pending = 0, Succeeded = 0, Failed = 0 } = phases;
  return `${Running} Running / ${Pending} Waiting / ${Succeeded} Succeeded / ${Failed} Failed`;
}
