/** kubectl patch: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type { ApiObject } from "../../api/types/meta.js";
import { flag } from "./flags.js";
import { forEachObject, parseSelection, SELECTION_FLAGS } from "./selection.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { applyJsonPatch, JsonPatchError, type JsonPatchStep, mergeJson, mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const PATCH_TYPES = ["json", "merge", "strategic"];

export const patch: Verb = {
  name: "patch",
  flags: [
    ...SELECTION_FLAGS,
    ...OUTCOME_FLAGS,
    flag("patch", "text", { short: "p" }),
    flag("type", "text"),
    flag("subresource", "text", { values: ["status", "scale"] }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const text = given.text("patch");
    if (text === undefined) throw new UsageError("must specify --patch or --patch-file containing the contents of the patch");
    const type = given.text("type") ?? "strategic";
    if (!PATCH_TYPES.includes(type)) throw new UsageError(`--type must be one of [${PATCH_TYPES.join(" ")}], not ${JSON.stringify(type)}`);
    const change = parsePatch(text, type);
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        let apply = change;
        if (given.text("subresource") === "status")
          apply = (current) => ({ ...change(current), spec: (current as { spec?: unknown }).spec }) as unknown as ApiObject;
        try {
          if (isDeepStrictEqual(apply(object), object)) outcome.tell(session, object, "patched (no change)");
          else yield* outcome.change(session, object, apply, "patched");
        } catch (error) {
          if (error instanceof JsonPatchError)
            throw new KubectlError(
              `The request is invalid: the server rejected our request due to an error in our request: ${error.message}`,
            );
          throw error;
        }
      });
  },
};

/** Reads a patch, JSON or YAML. @throws UsageError */
function parsePatch(text: string, type: string): (current: ApiObject) => ApiObject {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new UsageError(
      `unable to parse ${JSON.stringify(text)}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
    );
  }
  if (type === "json") {
    if (!Array.isArray(value))
      throw new UsageError(
        'a patch of --type=json must be a list of steps such as [{"op": "replace", "path": "/spec/replicas", "value": 3}]',
      );
    return (current) => applyJsonPatch(current, value as JsonPatchStep[]) as ApiObject;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`the patch must be a map such as '{"spec": {"replicas": 3}}'`);
  return (current) => (type === "merge" ? mergeJson(current, value) : mergeStrategically(current, value)) as ApiObject;
}
