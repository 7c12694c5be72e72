/**
 * kubectl delete: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_delete/
 *
 * --wait is taken but has no effect: steps of a timeline do not wait for each other.
 */
import type { DeleteOptions } from "../../control-plane/apiserver/client.js";
import { flag } from "./flags.js";
import { attempt, parseSelection, resolve, SELECTION_FLAGS } from "./selection.js";
import { type AnyObject, displayKind, type KubectlSession, ServerError, targetIn } from "./session.js";
import type { Script } from "./script.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import { kindInfo } from "../../api/kinds.js";

const FORCE_WARNING =
  "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.";

const PROPAGATION = { true: "Background", background: "Background", foreground: "Foreground", orphan: "Orphan", false: "Orphan" } as const;

export const deleteVerb: Verb = {
  name: "delete",
  flags: [
    ...SELECTION_FLAGS,
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
    const period = given.isSet("now") ? 1 : (given.integer("grace-period") ?? -1);
    if (isForced && period > 0) throw new UsageError("--force and --grace-period greater than 0 cannot be specified together");
    if (period === 0 && !isForced) throw new UsageError("--grace-period=0 needs --force");
    const gracePeriodSeconds = isForced ? 0 : period;
    const cascade = (given.text("cascade") ?? "background") as keyof typeof PROPAGATION;
    const options: DeleteOptions = { propagationPolicy: PROPAGATION[cascade], ...(gracePeriodSeconds >= 0 && { gracePeriodSeconds }) };
    return function* (session) {
      if (isForced) session.warn(FORCE_WARNING);
      for (const { info, namespace, name } of selection.named) {
        yield* attempt(
          session,
          deleteOne(
            session,
            { kind: info.kind, namespace: info.namespaced ? namespace : undefined, name },
            options,
            isForced,
            given.isSet("ignore-not-found"),
          ),
        );
      }
      const listed = yield* resolve(session, { ...selection, named: [] });
      if (selection.named.length === 0 && listed.length === 0) session.print("No resources found");
      for (const object of listed) {
        yield* attempt(
          session,
          deleteOne(
            session,
            { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name },
            options,
            isForced,
            true,
          ),
        );
      }
    };
  },
};

function* deleteOne(
  session: KubectlSession,
  object: { readonly kind: AnyObject["kind"]; readonly namespace: string | undefined; readonly name: string },
  options: DeleteOptions,
  isForced: boolean,
  mayBeMissing: boolean,
): Script<void> {
  const info = kindInfo(object.kind)!;
  try {
    yield* session.delete(targetIn(info, object.namespace ?? "", object.name), options);
  } catch (error) {
    if (mayBeMissing && error instanceof ServerError && error.status.reason === "NotFound") return;
    throw error;
  }
  session.print(
    `${displayKind(info)} "${object.name}" ${isForced ? "force deleted" : "deleted"}${object.namespace === undefined ? "" : ` from ${object.namespace} namespace`}`,
  );
}
