/** kubectl delete: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_delete/ */
import type { DeleteOptions } from "../../control-plane/apiserver/client.js";
import { flag } from "./flags.js";
import { FIELD_SELECTOR_FLAG, attempt, type NamedObject, namedOf, parseSelection, resolve, SELECTION_FLAGS } from "./selection.js";
import { displayKind, type KubectlSession, ServerError, targetIn } from "./session.js";
import type { Script } from "./script.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import { waitForDeletion, WEEK } from "./wait.js";

const FORCE_WARNING =
  "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.";

const PROPAGATION = { true: "Background", background: "Background", foreground: "Foreground", orphan: "Orphan", false: "Orphan" } as const;

export const deleteVerb: Verb = {
  name: "delete",
  flags: [
    ...SELECTION_FLAGS,
    FIELD_SELECTOR_FLAG,
    flag("grace-period", "integer"),
    flag("force", "boolean"),
    flag("now", "boolean"),
    flag("cascade", "text", { bare: "background", values: Object.keys(PROPAGATION) }),
    flag("wait", "boolean"),
    flag("ignore-not-found", "boolean"),
    flag("timeout", "duration"),
  ],
  prepare(given, context) {
    const selection = parseSelection(given, context);
    const isForced = given.isSet("force");
    const asked = given.integer("grace-period") ?? -1;
    if (given.isSet("now") && asked !== -1) throw new UsageError("--now and --grace-period cannot be specified together");
    if (isForced && asked > 0) throw new UsageError("--force and --grace-period greater than 0 cannot be specified together");
    const cascade = (given.text("cascade") ?? "background") as keyof typeof PROPAGATION;
    const gracePeriodSeconds = gracePeriod(given.isSet("now") ? 1 : asked, isForced);
    const order: Order = {
      options: { propagationPolicy: PROPAGATION[cascade], ...(gracePeriodSeconds >= 0 && { gracePeriodSeconds }) },
      isForced,
      mayBeMissing: given.isSet("ignore-not-found"),
    };
    const waits = given.text("wait") !== "false";
    const timeout = given.duration("timeout") ?? 0;
    return function* (session) {
      if (isForced) session.warn(FORCE_WARNING);
      const listed = yield* resolve(session, { ...selection, named: [] });
      const objects = [...selection.named, ...listed.map((object) => namedOf(object, ""))];
      if (objects.length === 0) session.print("No resources found");
      const deleted: Deleted[] = [];
      for (const object of objects) {
        const mayBeMissing = order.mayBeMissing || selection.kinds.length > 0;
        yield* attempt(session, deleteOne(session, object, { ...order, mayBeMissing }, deleted));
      }
      if (!waits) return;
      const deadline = session.simulation.now + (timeout === 0 ? WEEK : timeout);
      for (const { object, uid } of deleted) yield* attempt(session, waitForDeletion(session, object, uid, deadline));
    };
  },
};

/** A grace period of 0 takes --force, without which it is 1. */
function gracePeriod(asked: number, isForced: boolean): number {
  if (isForced) return 0;
  return asked === 0 ? 1 : asked;
}

interface Order {
  readonly options: DeleteOptions;
  readonly isForced: boolean;
  readonly mayBeMissing: boolean;
}

interface Deleted {
  readonly object: NamedObject;
  readonly uid: string | undefined;
}

function* deleteOne(
  session: KubectlSession,
  object: NamedObject,
  { options, isForced, mayBeMissing }: Order,
  deleted: Deleted[],
): Script<void> {
  const { info, namespace, name } = object;
  try {
    const { metadata } = yield* session.delete(targetIn(info, namespace, name), options);
    deleted.push({ object, uid: metadata.uid });
  } catch (error) {
    if (mayBeMissing && error instanceof ServerError && error.status.reason === "NotFound") return;
    throw error;
  }
  const place = info.namespaced ? ` from ${namespace} namespace` : "";
  session.print(`${displayKind(info)} "${name}" ${isForced ? "force deleted" : "deleted"}${place}`);
}
