/** kubectl patch: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type { ApiObject } from "../../api/types/meta.js";
import { flag } from "./flags.js";
import { forEachObject, parseSelection, SELECTION_FLAGS } from "./selection.js";
import { displayNameOf, KubectlError } from "./session.js";
import { applyJsonPatch, JsonPatchError, type JsonPatchStep, mergeJson, mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const patch: Verb = {
  name: "patch",
  flags: [
    ...SELECTION_FLAGS,
    flag("patch", "text", { short: "p" }),
    flag("type", "text", { values: ["strategic", "merge", "json"] }),
    flag("subresource", "text", { values: ["status", "scale"] }),
  ],
  prepare(given, context) {
    const text = given.text("patch");
    if (text === undefined) throw new UsageError("must specify --patch (-p)");
    const change = parsePatch(text, given.text("type") ?? "strategic");
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        let apply = change;
        if (given.text("subresource") === "status")
          apply = (current) => ({ ...change(current), spec: (current as { spec?: unknown }).spec }) as unknown as ApiObject;
        try {
          const isSame = isDeepStrictEqual(apply(object), object);
          if (!isSame) yield* session.change(object, apply);
          session.print(`${displayNameOf(object)} patched${isSame ? " (no change)" : ""}`);
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
