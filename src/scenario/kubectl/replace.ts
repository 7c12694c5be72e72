/** kubectl replace: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_replace/ */
import type { ApiObject } from "../../api/types/meta.js";
import { SECOND } from "../../engine/simulation.js";
import { flag } from "./flags.js";
import { ServerError } from "./kubectl-error.js";
import { FILE_FLAGS, fromFile, type ObjectFromFile, objectsOf } from "./manifests.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import type { Script } from "./script.js";
import { attempt } from "./selection.js";
import { displayKindOf, type KubectlSession, targetOf } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const replace: Verb = {
  name: "replace",
  flags: [
    ...FILE_FLAGS,
    ...OUTCOME_FLAGS,
    flag("force", "boolean"),
    flag("grace-period", "integer"),
    flag("cascade", "text", { bare: "background" }),
    flag("timeout", "duration"),
    flag("raw", "text", { refusal: "there are no paths to write to; use -f" }),
    flag("subresource", "text", { refusal: "use patch --subresource" }),
    flag("wait", "boolean"),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const isForced = given.isSet("force");
    const gracePeriod = given.integer("grace-period") ?? -1;
    if (gracePeriod >= 0 && !isForced) throw new UsageError("--grace-period must have --force specified");
    if ((given.duration("timeout") ?? 0) !== 0 && !isForced) throw new UsageError("--timeout must have --force specified");
    if (isForced && outcome.dryRun !== "none") throw new UsageError("--dry-run can not be used when --force is set");
    const objects = objectsOf(given, context);
    return function* (session) {
      for (const one of objects) {
        yield* attempt(session, isForced ? recreate(session, one, gracePeriod, outcome) : replaceOne(session, one, outcome));
      }
    };
  },
};

function* replaceOne(session: KubectlSession, { object, file }: ObjectFromFile, outcome: Outcome): Script<void> {
  const replaced: ApiObject = outcome.isLocal ? object : yield* fromFile("replacing", file, session.update(object));
  outcome.tell(session, replaced, "replaced");
}

/** How often a forced replacement looks whether the old object has gone. Source: kubectl/pkg/cmd/replace/replace.go */
const LOOK_INTERVAL = SECOND;

function* recreate(session: KubectlSession, { object, file }: ObjectFromFile, gracePeriod: number, outcome: Outcome): Script<void> {
  const target = targetOf(object);
  try {
    const old = yield* session.delete(target, {
      propagationPolicy: "Background",
      ...(gracePeriod >= 0 && { gracePeriodSeconds: gracePeriod }),
    });
    const { name, namespace } = object.metadata;
    session.print(
      `${displayKindOf(object)} ${JSON.stringify(name)} deleted${namespace === undefined ? "" : ` from ${namespace} namespace`}`,
    );
    while ((yield* session.find(target))?.metadata.uid === old.metadata.uid) yield* session.sleep(LOOK_INTERVAL);
  } catch (error) {
    if (!(error instanceof ServerError) || error.status.reason !== "NotFound") throw error;
  }
  outcome.tell(session, yield* fromFile("creating", file, session.create(object)), "replaced");
}
