/**
 * Patches as requests bring them.
 *
 * Source: k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
 */
import { isPlainObject } from "../../src/api/plain-object.js";
import type { ApiStatus } from "../../src/control-plane/apiserver/client.js";
import type { PatchDocument, PatchType } from "../../src/control-plane/apiserver/patch-document.js";
import { ApiStatusError, badRequest } from "../../src/control-plane/apiserver/status-errors.js";
import { applyJsonPatch, JsonPatchError, mergeJson, mergeStrategically } from "../../src/scenario/kubectl/strategic-merge.js";

const TYPES: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
};

/** In the order in which the API server lists them; patches of server-side apply are not simulated. */
const ACCEPTED = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
  "application/strategic-merge-patch+json",
  "application/apply-patch+cbor",
];

const UNKNOWN_FORMAT: ApiStatus = {
  code: 415,
  reason: "UnsupportedMediaType",
  message: `the body of the request was in an unknown format - accepted media types include: ${ACCEPTED.join(", ")}`,
};

function typeOf(contentType: string | undefined, body: unknown): PatchType {
  if (contentType === undefined) return Array.isArray(body) ? "json" : "strategic";
  const type = TYPES[contentType.split(";")[0].trim()];
  if (type === undefined) throw new ApiStatusError(UNKNOWN_FORMAT);
  return type;
}

/** @throws ApiStatusError 400 or 415 */
export function patchDocumentOf(
  { body, contentType }: { readonly body?: unknown; readonly contentType?: string },
  query: URLSearchParams,
): PatchDocument {
  const type = typeOf(contentType, body);
  const strict = query.get("fieldValidation") === "Strict";
  if (type === "json") {
    if (!Array.isArray(body)) throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
    return { type, value: body, strict, apply: (current) => stepsApplied(current, body) };
  }
  if (!isPlainObject(body)) throw badRequest("json: cannot unmarshal array into Go value of type map[string]interface {}");
  const merge = type === "merge" ? mergeJson : mergeStrategically;
  return { type, value: body, strict, apply: (current) => merge(current, body) };
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
