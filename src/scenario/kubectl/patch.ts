/** kubectl patch: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
import { isDeepStrictEqual } from "node:util";
import { schemaOf } from "../../api/schema/index.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { Result } from "../../control-plane/apiserver/client.js";
import { patchedObject, type PatchDocument, type PatchType } from "../../control-plane/apiserver/patch-document.js";
import { ApiStatusError } from "../../control-plane/apiserver/status-errors.js";
import { type Arguments, flag } from "./flags.js";
import { ServerError } from "./kubectl-error.js";
import { readNamed } from "./named-files.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { NOT_SERVED, scaleTargetOf } from "./scale.js";
import { answer, type Script } from "./script.js";
import { forEachObject, parseSelection } from "./selection.js";
import { LOCAL_FLAG, OBJECT_FILE_FLAGS } from "./selection-flags.js";
import { type AnyObject, type KubectlSession, targetOf } from "./session.js";
import { applyJsonPatch, JsonPatchError, mergeJson, mergeStrategically } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb, VerbContext } from "./verb.js";
import { parseLikeGo, yamlProblem } from "./yaml-problem.js";

const PATCH_TYPES: readonly PatchType[] = ["json", "merge", "strategic"];
const NO_PATCH = "must specify --patch or --patch-file containing the contents of the patch";

export const patch: Verb = {
  name: "patch",
  flags: [
    ...OBJECT_FILE_FLAGS,
    LOCAL_FLAG,
    ...OUTCOME_FLAGS,
    flag("patch", "text", { short: "p" }),
    flag("patch-file", "text"),
    flag("type", "text"),
    flag("subresource", "text", { values: ["status", "scale"] }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const text = textOf(given, context);
    const asked = given.text("type") ?? "strategic";
    const type = PATCH_TYPES.find((one) => one === asked.toLowerCase());
    if (type === undefined) throw new UsageError(`--type must be one of [${PATCH_TYPES.join(" ")}], not ${JSON.stringify(asked)}`);
    const document = parsePatch(text, type, given.text("patch") ?? "");
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

/** @throws UsageError */
function textOf(given: Arguments, { pathOf }: VerbContext): string {
  const [text = "", file = ""] = [given.text("patch"), given.text("patch-file")];
  if (text !== "" && file !== "") throw new UsageError("cannot specify --patch and --patch-file together");
  if (text === "" && file === "") throw new UsageError(NO_PATCH);
  if (file === "") return text;
  return readNamed({ text: file, path: pathOf(file) }, (why) => `unable to read patch file: ${why}`).toString("utf8");
}

/**
 * Reads a patch, JSON or YAML.
 *
 * @param shown what kubectl quotes where it is neither
 * @throws UsageError in the API server's words where it is no patch of its type: k8s.io/apiserver/pkg/endpoints/handlers/patch.go
 */
function parsePatch(text: string, type: PatchType, shown: string): PatchDocument {
  let value: unknown;
  try {
    value = parseLikeGo(text);
  } catch (error) {
    throw new UsageError(`unable to parse ${JSON.stringify(shown)}: ${yamlProblem(error, text)}`);
  }
  if (type === "json") {
    if (!Array.isArray(value)) throw unfit(type, value, "[]map[string]interface {}");
    const steps: readonly unknown[] = value;
    const odd = steps.find((step) => step !== null && kindOf(step) !== "object");
    if (odd !== undefined) throw unfit(type, odd, "map[string]interface {}");
    return { type, value, apply: (current) => stepsApplied(current, steps) };
  }
  if (value !== null && kindOf(value) !== "object") throw unfit(type, value, "map[string]interface {}");
  const patch = value ?? {};
  const merge = type === "merge" ? mergeJson : mergeStrategically;
  return { type, value: patch, apply: (current) => merge(current, patch) };
}

/** How Go's JSON names what a value is. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function unfit(type: PatchType, value: unknown, wanted: string): UsageError {
  const what = `json: cannot unmarshal ${kindOf(value)} into Go value of type ${wanted}`;
  return new UsageError(`Error from server (BadRequest): ${type === "strategic" ? "" : "error decoding patch: "}${what}`);
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
