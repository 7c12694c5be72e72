/** kubectl patch: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { schemaOf } from "../../api/schema/index.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { Result } from "../../control-plane/apiserver/client.js";
import { patchedObject, type PatchDocument, type PatchType } from "../../control-plane/apiserver/patch-document.js";
import { ApiStatusError } from "../../control-plane/apiserver/status-errors.js";
import { flag } from "./flags.js";
import { ServerError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { NOT_SERVED, scaleTargetOf } from "./scale.js";
import { answer, type Script } from "./script.js";
import { forEachObject, parseSelection, SELECTION_FLAGS } from "./selection.js";
import { type AnyObject, type KubectlSession, targetOf } from "./session.js";
import { applyJsonPatch, JsonPatchError, mergeJson, mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const PATCH_TYPES: readonly PatchType[] = ["json", "merge", "strategic"];

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
    const asked = given.text("type") ?? "strategic";
    const type = PATCH_TYPES.find((one) => one === asked);
    if (type === undefined) throw new UsageError(`--type must be one of [${PATCH_TYPES.join(" ")}], not ${JSON.stringify(asked)}`);
    const document = parsePatch(text, type);
    const subresource = given.text("subresource") ?? "";
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const warnings = new Set<string>();
        const edit = <T extends ApiObject>(current: T): T => patchedObject(current, document, (warning) => warnings.add(warning));
        const [before, after] = outcome.isLocal
          ? [object, locally(() => edit(object))]
          : yield* patchOnServer(session, object, subresource, edit);
        for (const warning of warnings) session.warn(`Warning: ${warning}`);
        outcome.tell(session, after, isDeepStrictEqual(before, after) ? "patched (no change)" : "patched");
      });
  },
};

type Edit = <T extends ApiObject>(current: T) => T;

/** Gives what was there when it was asked for, and what the patch made of it. @throws ServerError */
function* patchOnServer(
  session: KubectlSession,
  object: AnyObject,
  subresource: string,
  edit: Edit,
): Script<readonly [ApiObject, ApiObject]> {
  const { client } = session;
  if (subresource === "scale") {
    const target = scaleTargetOf(object);
    const before = accepted(yield* answer<Result<ApiObject>>((done) => client.scales.get(target, done)));
    return [before, accepted(yield* answer<Result<ApiObject>>((done) => client.scales.patch(target, edit, done)))];
  }
  if (subresource === "") return [object, yield* session.change(object, edit)];
  if (schemaOf(object.apiVersion, object.kind)?.fields.has("status") !== true) throw new ServerError(NOT_SERVED);
  return [object, accepted(yield* answer<Result<ApiObject>>((done) => client.patchStatus(targetOf(object), edit, done)))];
}

function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new ServerError(result.status);
  return result.object;
}

/** What kubectl itself makes of a patch that is not sent. @throws ServerError */
function locally<T>(edit: () => T): T {
  try {
    return edit();
  } catch (error) {
    throw error instanceof ApiStatusError ? new ServerError(error.status) : error;
  }
}

/** Reads a patch, JSON or YAML. @throws UsageError */
function parsePatch(text: string, type: PatchType): PatchDocument {
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
    const steps: readonly unknown[] = value;
    return { type, value, apply: (current) => stepsApplied(current, steps) };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`the patch must be a map such as '{"spec": {"replicas": 3}}'`);
  const merge = type === "merge" ? mergeJson : mergeStrategically;
  return { type, value, apply: (current) => merge(current, value) };
}

/** Undefined where a step does not fit. */
function stepsApplied(current: unknown, steps: readonly unknown[]): unknown {
  try {
    return applyJsonPatch(current, steps);
  } catch (error) {
    if (error instanceof JsonPatchError) return undefined;
    throw error;
  }
}
