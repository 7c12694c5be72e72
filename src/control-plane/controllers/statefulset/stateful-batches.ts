/**
 * The order in which a StatefulSet's actions are carried out: pods that are managed in parallel in growing batches by their places,
 * 1, 2, 4, ... at a time, so that what cannot be done is not tried for all of them.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set_control.go (runForAll) and stateful_set_utils.go (slowStartBatch).
 */
import type { StatefulSet } from "../../../api/types/index.js";
import type { StatefulAction } from "./stateful-plan.js";
import { firstOrdinal, ordinalOf } from "./stateful-pod.js";

/** Batches one after the other: first the wished pods by ordinal, then those beyond, from the highest ordinal down. */
export function batchesOf(set: StatefulSet, actions: readonly StatefulAction[]): readonly (readonly StatefulAction[])[] {
  const living = actions.filter(({ action }) => action !== "scaleDown");
  const leaving = actions.filter(({ action }) => action === "scaleDown");
  return [...inBatches(living, (action) => placeOf(set, action)), ...inBatches(leaving, (_, index) => index)];
}

function placeOf(set: StatefulSet, action: StatefulAction): number {
  return (action.action === "create" ? action.ordinal : ordinalOf(action.pod)) - firstOrdinal(set);
}

/** Places 0, 1-2, 3-6, ... belong together. */
function inBatches(actions: readonly StatefulAction[], place: (action: StatefulAction, index: number) => number): readonly (readonly StatefulAction[])[] {
  const batches: StatefulAction[][] = [];
  for (const [index, action] of actions.entries()) (batches[Math.floor(Math.log2(place(action, index) + 1))] ??= []).push(action);
  return Object.values(batches);
}
