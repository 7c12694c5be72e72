/** kubectl set selector. Source of what it takes and prints: kubectl/pkg/cmd/set/set_selector.go */
import type { ApiObject } from "../../api/types/meta.js";
import type { Service } from "../../api/types/network.js";
import { flag } from "./flags.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS } from "./selection-flags.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const setSelector: Verb = {
  name: "set selector",
  flags: [...OBJECT_FILE_FLAGS, ALL_FLAG, LOCAL_FLAG, ...OUTCOME_FLAGS, flag("resource-version", "text")],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const expression = given.positional.at(-1);
    if (expression === undefined || given.positional.length < 2)
      throw new UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    const selection = parseSelection(given, context, given.positional.slice(0, -1));
    const selector = Object.fromEntries(
      expression.text.split(",").map((pair): [string, string] => {
        const [key, value] = pair.split("=");
        if (key === "" || value === undefined) throw new UsageError(`invalid selector format: ${expression.text}`, expression.offset);
        return [key, value];
      }),
    );
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (object.kind !== "Service") throw new KubectlError(`setting a selector is only supported for Services`);
        const edit = (stored: ApiObject) => ({ ...stored, spec: { ...(stored as Service).spec, selector } }) as Service;
        yield* outcome.change(session, object, edit, "selector updated");
      });
  },
};
