/** kubectl wait: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/ */
import type { Condition } from "../../api/types/meta.js";
import { SECOND } from "../../engine/simulation.js";
import { fieldAt, parseFieldPath } from "../field-path.js";
import { flag } from "./flags.js";
import type { Script } from "./script.js";
import { parseSelection, resolve, SELECTION_FLAGS, attempt } from "./selection.js";
import { type AnyObject, displayNameOf, KubectlError, type KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** kubectl's default time to wait. */
const DEFAULT_TIMEOUT = 30 * SECOND;
/** kubectl watches; a look each second finds the same within a second. */
const LOOK_INTERVAL = SECOND;

type Test = (object: AnyObject | undefined) => boolean;

/** @throws UsageError for anything but delete, create, condition=NAME[=VALUE], jsonpath={.PATH}=VALUE */
function parseCondition(text: string): Test {
  if (text === "delete") return (object) => object === undefined;
  if (text === "create") return (object) => object !== undefined;
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(text);
  if (condition !== null) {
    const [, type, status = "true"] = condition;
    return (object) => {
      const conditions = (object as { status?: { conditions?: readonly Condition[] } } | undefined)?.status?.conditions ?? [];
      return conditions.some((one) => one.type.toLowerCase() === type.toLowerCase() && one.status.toLowerCase() === status.toLowerCase());
    };
  }
  const field = /^jsonpath=\{?\.?([^}]+)\}?=(.+)$/.exec(text);
  if (field !== null) {
    const path = parseFieldPath(field[1]);
    return (object) => String(fieldAt(object, path)) === field[2];
  }
  throw new UsageError(`unrecognized condition: "${text}"; must be delete, create, condition=NAME or jsonpath={.PATH}=VALUE`);
}

function* waitFor(session: KubectlSession, first: AnyObject, test: Test, deadline: number): Script<void> {
  const { namespace, name } = first.metadata;
  const target = { kind: first.kind as "Pod", ...(namespace !== undefined && { namespace }), name };
  for (let object: AnyObject | undefined = first; !test(object);) {
    if (session.simulation.now >= deadline)
      throw new KubectlError(`error: timed out waiting for the condition on ${displayNameOf(first).replace(/^([^/.]+)/, "$1s")}`);
    yield* session.sleep(LOOK_INTERVAL);
    object = yield* session.find(target);
  }
  session.print(`${displayNameOf(first)} condition met`);
}

export const wait: Verb = {
  name: "wait",
  flags: [...SELECTION_FLAGS, flag("for", "text"), flag("timeout", "duration")],
  prepare(given, context) {
    const condition = given.text("for");
    if (condition === undefined) throw new UsageError("--for is required, such as --for=condition=Ready");
    const test = parseCondition(condition);
    const selection = parseSelection(given, context);
    const timeout = given.duration("timeout") ?? DEFAULT_TIMEOUT;
    return function* (session) {
      const objects = yield* resolve(session, selection);
      if (objects.length === 0 && session.errors.length === 0) throw new KubectlError("error: no matching resources found");
      for (const object of objects) yield* attempt(session, waitFor(session, object, test, session.simulation.now + timeout));
    };
  },
};
