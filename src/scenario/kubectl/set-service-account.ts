/** kubectl set serviceaccount. Source of what it takes and prints: kubectl/pkg/cmd/set/set_serviceaccount.go */
import type { ApiObject } from "../../api/types/meta.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { templateOf, withTemplate } from "./pod-template.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS } from "./selection-flags.js";
import { displayNameOf } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const setServiceAccount: Verb = {
  name: "set serviceaccount",
  flags: [...OBJECT_FILE_FLAGS, ALL_FLAG, LOCAL_FLAG, ...OUTCOME_FLAGS],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const account = given.positional.at(-1);
    if (account === undefined || (given.positional.length < 2 && !given.has("filename")))
      throw new UsageError("serviceaccount is required");
    const selection = parseSelection(given, context, given.positional.slice(0, -1));
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const template = templateOf(object);
        if (template === undefined) throw new KubectlError(`${displayNameOf(object)} has no pod template`);
        const spec = { serviceAccountName: account.text, serviceAccount: account.text };
        const edit = (stored: ApiObject): ApiObject => {
          const current = templateOf(stored)!;
          return withTemplate(stored, { ...current, spec: { ...current.spec, ...spec } });
        };
        yield* outcome.change(session, object, edit, "serviceaccount updated");
      });
  },
};
