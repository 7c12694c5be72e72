/** kubectl delete: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_delete/ */
import type { DeleteOptions } from "../../control-plane/apiserver/client.js";
import { flag } from "./flags.js";
import { attempt, type NamedObject, namedOf, parseSelection, resolve } from "./selection.js";
import { ALL_FLAG, EVERYWHERE_FLAG, FIELD_SELECTOR_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { ServerError } from "./kubectl-error.js";
import { doneText, DRY_RUN_FLAG, dryRunOf } from "./outcome.js";
import { displayKind, displayName, type KubectlSession, targetIn } from "./session.js";
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
    ...OBJECT_FILE_FLAGS,
    ALL_FLAG,
    EVERYWHERE_FLAG,
    SELECTOR_FLAG,
    FIELD_SELECTOR_FLAG,
    flag("grace-period", "integer"),
    flag("force", "boolean"),
    flag("now", "boolean"),
    flag("cascade", "text", { bare: "background" }),
    flag("output", "text", { short: "o" }),
    DRY_RUN_FLAG,
    flag("wait", "boolean"),
    flag("ignore-not-found", "boolean"),
    flag("timeout", "duration"),
    flag("interactive", "boolean", { short: "i", refusal: "nobody is there to answer" }),
    flag("raw", "text", { refusal: "there are no paths to delete; name a resource" }),
  ],
  prepare(given, context) {
    const dryRun = dryRunOf(given);
    const output = given.text("output") ?? "";
    if (output !== "" && output !== "name") throw new UsageError(`unexpected -o output mode: ${output}. We only support '-o name'`);
    for (const selector of ["selector", "field-selector"]) {
      if (given.isSet("all") && given.has(selector)) throw new UsageError(`cannot set --all and --${selector} at the same time`);
    }
    const propagationPolicy = propagationOf(given.text("cascade") ?? "background");
    const selection = parseSelection(given, context);
    const isForced = given.isSet("force");
    const asked = given.integer("grace-period") ?? -1;
    if (given.isSet("now") && asked !== -1) throw new UsageError("--now and --grace-period cannot be specified together");
    if (isForced && asked > 0) throw new UsageError("--force and --grace-period greater than 0 cannot be specified together");
    const gracePeriodSeconds = gracePeriod(given.isSet("now") ? 1 : asked, isForced);
    const order: Order = {
      options: { propagationPolicy, ...(gracePeriodSeconds >= 0 && { gracePeriodSeconds }) },
      done: doneText(isForced ? "force deleted" : "deleted", dryRun),
      printsNames: output === "name",
      isLocal: dryRun === "client",
      mayBeMissing: given.isSet("ignore-not-found"),
    };
    const waits = given.text("wait") !== "false" && dryRun === "none";
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

/** Source: kubectl/pkg/cmd/delete/delete_flags.go and kubectl/pkg/cmd/util/helpers.go GetCascadingStrategy. @throws UsageError */
function propagationOf(cascade: string): DeleteOptions["propagationPolicy"] {
  const known: Readonly<Record<string, DeleteOptions["propagationPolicy"]>> = PROPAGATION;
  const policy = known[cascade];
  if (policy === undefined) throw new UsageError(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  return policy;
}

/** A grace period of 0 takes --force, without which it is 1. */
function gracePeriod(asked: number, isForced: boolean): number {
  if (isForced) return 0;
  return asked === 0 ? 1 : asked;
}

interface Order {
  readonly options: DeleteOptions;
  /** What is said of each object. */
  readonly done: string;
  readonly printsNames: boolean;
  /** Whether nothing is sent. */
  readonly isLocal: boolean;
  readonly mayBeMissing: boolean;
}

interface Deleted {
  readonly object: NamedObject;
  readonly uid: string | undefined;
}

function* deleteOne(
  session: KubectlSession,
  object: NamedObject,
  { options, done, printsNames, isLocal, mayBeMissing }: Order,
  deleted: Deleted[],
): Script<void> {
  const { info, namespace, name, file } = object;
  try {
    const target = targetIn(info, namespace, name);
    const { metadata } = isLocal ? yield* session.get(target) : yield* session.delete(target, options);
    deleted.push({ object, uid: metadata.uid });
  } catch (error) {
    if (mayBeMissing && error instanceof ServerError && error.status.reason === "NotFound") return;
    throw error instanceof ServerError && file !== undefined ? error.during("deleting", file) : error;
  }
  const place = info.namespaced ? ` from ${namespace} namespace` : "";
  session.print(printsNames ? displayName(info, name) : `${displayKind(info)} "${name}" ${done}${place}`);
}
