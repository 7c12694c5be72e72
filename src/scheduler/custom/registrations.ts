/** The cluster events that a user's plugin wants to hear of, from the names that it gives to the framework's bits. */
import { EVENT_RESOURCES, queueIf, type EventRegistration, type EventResource } from "../framework/events.js";
import type { PodInfo } from "../framework/pod-info.js";
import { fieldsOf, shown } from "./answers.js";
import { ACTIONS } from "./custom-plugin.js";

type Hint = (pod: PodInfo, previous: unknown, current: unknown) => boolean;

/** Upstream's name of all pods, whether or not they have a node. */
const POD_RESOURCES: readonly EventResource[] = ["AssignedPod", "UnscheduledPod"];
const RESOURCES: ReadonlyMap<unknown, readonly EventResource[]> = new Map([
  ["Pod", POD_RESOURCES],
  ...EVENT_RESOURCES.map((resource) => [resource, [resource]] as const),
]);

/**
 * @param fail told what is wrong; must throw
 * @param guarded a hint with what it answers checked
 */
export function registrationsOf(
  answer: unknown,
  fail: (problem: string) => never,
  guarded: (registration: object, hint: Hint) => Hint,
): readonly EventRegistration[] {
  if (!Array.isArray(answer)) return fail(`returned ${shown(answer)}; must be a list of {resource, actions, hint}`);
  return answer.flatMap((registration: unknown) => {
    const { resource, actions, hint } = fieldsOf(registration);
    const resources =
      RESOURCES.get(resource) ?? fail(`unknown resource ${shown(resource)}; must be one of ${[...RESOURCES.keys()].join(", ")}`);
    if (!Array.isArray(actions) || actions.length === 0) return fail(`returned ${shown(registration)}; actions must be a list of names`);
    if (hint !== undefined && typeof hint !== "function") return fail(`returned the hint ${shown(hint)}; must be a function`);
    const rule = hint === undefined ? undefined : guarded(registration as object, hint as Hint);
    const bits = actions.reduce((sum: number, action: unknown) => sum | bitsOf(action, fail), 0);
    return resources.map((one) => ({ resource: one, actions: bits, ...(rule !== undefined && { hint: queueIf(rule) }) }));
  });
}

function bitsOf(action: unknown, fail: (problem: string) => never): number {
  if (typeof action === "string" && Object.hasOwn(ACTIONS, action)) return ACTIONS[action as keyof typeof ACTIONS];
  return fail(`unknown action ${shown(action)}; must be one of ${Object.keys(ACTIONS).join(", ")}`);
}
