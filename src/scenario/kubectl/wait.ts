/** kubectl wait: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/ */
import { encode } from "../../api/encode.js";
import type { Condition } from "../../api/types/meta.js";
import { HOUR, SECOND, type SimTime } from "../../engine/simulation.js";
import { flag } from "./flags.js";
import { parseJsonPath, valuesAt } from "./json-path.js";
import type { Script } from "./script.js";
import { attempt, type NamedObject, namedOf, parseSelection, resolve, type Selection } from "./selection.js";
import { ALL_FLAG, EVERYWHERE_FLAG, FIELD_SELECTOR_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { KubectlError } from "./kubectl-error.js";
import { type AnyObject, displayName, type KubectlSession, targetIn } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** kubectl's default time to wait. */
const DEFAULT_TIMEOUT = 30 * SECOND;
/** What a negative time stands for, and for deletions no time at all. */
export const WEEK = 7 * 24 * HOUR;

interface Goal {
  readonly isMet: (object: AnyObject | undefined) => boolean;
  /** Whether an object that is not there at first is no mistake. */
  readonly mayBeMissing: boolean;
  readonly forDeletion: boolean;
}

/** @throws UsageError for anything but delete, create, condition=NAME[=VALUE], jsonpath={.PATH}[=VALUE] */
function parseGoal(text: string): Goal {
  const name = text.toLowerCase();
  if (name === "delete") return { isMet: (object) => object === undefined, mayBeMissing: true, forDeletion: true };
  if (name === "create") return { isMet: (object) => object !== undefined, mayBeMissing: true, forDeletion: false };
  const isMet = text.startsWith("condition=")
    ? conditionTest(text.slice("condition=".length))
    : text.startsWith("jsonpath=")
      ? pathTest(text.slice("jsonpath=".length))
      : undefined;
  if (isMet === undefined)
    throw new UsageError(`unrecognized condition: ${JSON.stringify(text)}`, undefined, {
      hint: "must be delete, create, condition=NAME or jsonpath={.PATH}=VALUE",
    });
  return { isMet: (object) => object !== undefined && isMet(object), mayBeMissing: false, forDeletion: false };
}

interface WithConditions {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** A condition that was observed before the newest generation does not count. */
function conditionTest(text: string): (object: AnyObject) => boolean {
  const [type, value = "true"] = text.toLowerCase().split("=");
  return (object) => {
    const { metadata, status } = object as WithConditions;
    const condition = status?.conditions?.find((one) => one.type.toLowerCase() === type);
    if (condition === undefined) return false;
    const observed = condition.observedGeneration ?? status?.observedGeneration;
    const isStale = metadata.generation !== undefined && observed !== undefined && observed < metadata.generation;
    return !isStale && condition.status.toLowerCase() === value;
  };
}

/** Without a value, any value will do. */
function pathTest(text: string): (object: AnyObject) => boolean {
  // The equals sign behind the path; "==" belongs to a filter.
  const separator = /(?<!=)=(?!=)/.exec(text.replace(/\[[^\]]*\]/g, (filter) => "_".repeat(filter.length)))?.index;
  const path = parseJsonPath(separator === undefined ? text : text.slice(0, separator));
  const wanted = separator === undefined ? undefined : text.slice(separator + 1).replace(/^["']+|["']+$/g, "");
  if (wanted === "")
    throw new UsageError("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  return (object) => {
    const values = valuesAt(path, encode(object));
    return values.length > 0 && (wanted === undefined || values.some((value) => String(value) === wanted));
  };
}

/**
 * Waits until there is no such object, or another of its name.
 *
 * @throws KubectlError where the time is up
 */
export function* waitForDeletion(
  session: KubectlSession,
  { info, namespace, name }: NamedObject,
  uid: string | undefined,
  deadline: SimTime | undefined,
): Script<void> {
  const isGone = (object: AnyObject | undefined) => object === undefined || (uid !== undefined && object.metadata.uid !== uid);
  const target = targetIn(info, namespace, name);
  const met = yield* session.follow(target, (object) => (isGone(object) ? MET : undefined), deadline);
  if (met === undefined) throw new KubectlError(timedOut({ info, namespace, name }));
}

/** An answer without content. */
const MET = {};

function timedOut({ info, name }: NamedObject): string {
  return `timed out waiting for the condition on ${info.resource}/${name}`;
}

function* waitForOne(session: KubectlSession, object: NamedObject, goal: Goal, deadline: SimTime): Script<void> {
  const { info, namespace, name } = object;
  const target = targetIn(info, namespace, name);
  const found = yield* session.find(target);
  if (found === undefined && goal.forDeletion) return;
  if (found === undefined && !goal.mayBeMissing) yield* session.get(target);
  if (!goal.isMet(found)) {
    if (deadline <= session.start) throw new KubectlError(`condition not met for ${info.resource}/${name}`);
    const met = yield* session.follow(target, (current) => (goal.isMet(current) ? MET : undefined), deadline);
    if (met === undefined) throw new KubectlError(timedOut(object));
  }
  session.print(`${displayName(info, name)} condition met`);
}

/** The objects that are meant, by name: those of a selector as they are now. */
function* named(session: KubectlSession, selection: Selection): Script<readonly NamedObject[]> {
  const listed = yield* resolve(session, { ...selection, named: [] });
  return [...selection.named, ...listed.map((object) => namedOf(object, ""))];
}

export const wait: Verb = {
  name: "wait",
  flags: [
    ...OBJECT_FILE_FLAGS,
    ALL_FLAG,
    EVERYWHERE_FLAG,
    SELECTOR_FLAG,
    LOCAL_FLAG,
    FIELD_SELECTOR_FLAG,
    flag("for", "text"),
    flag("timeout", "duration"),
  ],
  prepare(given, context) {
    const condition = given.text("for");
    if (condition === undefined)
      throw new UsageError('unrecognized condition: ""', undefined, { hint: "--for is required, such as --for=condition=Ready" });
    const goal = parseGoal(condition);
    const selection = parseSelection(given, context);
    const timeout = given.duration("timeout") ?? DEFAULT_TIMEOUT;
    return function* (session) {
      const objects = yield* named(session, selection);
      if (objects.length === 0 && !goal.forDeletion) throw new KubectlError("no matching resources found");
      // One time for all of them.
      const deadline = session.start + (timeout < 0 ? WEEK : timeout);
      for (const object of objects) yield* attempt(session, waitForOne(session, object, goal, deadline));
    };
  },
};
