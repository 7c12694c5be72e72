/** kubectl apply view-last-applied: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/kubectl_apply_view-last-applied/ */
import { flag } from "./flags.js";
import { KubectlError } from "./kubectl-error.js";
import { lastApplied } from "./last-applied.js";
import { jsonLines, yamlLines } from "./object-text.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const viewLastApplied: Verb = {
  name: "apply view-last-applied",
  flags: [...OBJECT_FILE_FLAGS, ALL_FLAG, SELECTOR_FLAG, flag("output", "text", { short: "o" })],
  prepare(given, context) {
    const output = given.text("output") ?? "yaml";
    if (output !== "yaml" && output !== "json")
      throw new UsageError(`Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`, undefined, {
        pointer: "arguments",
      });
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        yield* [];
        const applied = lastApplied(object);
        if (applied === undefined)
          throw new KubectlError(`no last-applied-configuration annotation found on resource: ${object.metadata.name}`);
        for (const line of (output === "json" ? jsonLines : yamlLines)(applied)) session.print(line);
      });
  },
};
