/**
 * Decodes manifests as the API server decodes the bodies of requests.
 *
 * Source: apimachinery's runtime serializer.
 */
import { decodeFailure, DecodeError } from "./decode-problem.js";
import { decodeAs } from "./decoder.js";
import { mapJson } from "./go-json.js";
import { isPlainObject, type PlainObject } from "./plain-object.js";
import { schemaOf } from "./schema/index.js";
import { jsonKind } from "./simple-values.js";
import type { ApiObject } from "./types/meta.js";
import { upgrade } from "./versions.js";

/**
 * Decodes a manifest as the API server decodes the body of a request. Objects of older served versions are brought to the
 * version in which the simulator keeps them.
 *
 * @throws DecodeError with Kubernetes' wording
 */
export function decode(manifest: unknown): ApiObject {
  const { apiVersion, kind } = typeMeta(manifest);
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined) {
    throw new DecodeError(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const { object, problems } = decodeAs(schema, manifest as PlainObject);
  const failure = decodeFailure(problems);
  if (failure !== undefined) throw new DecodeError(failure, problems);
  return upgrade(object);
}

function typeMeta(manifest: unknown): { apiVersion: string; kind: string } {
  if (!isPlainObject(manifest)) {
    const shown = `json: cannot unmarshal ${jsonKind(manifest)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
    throw new DecodeError(`couldn't get version/kind; json parse error: ${shown}`);
  }
  const { apiVersion, kind } = manifest;
  if (kind === undefined || kind === null || kind === "") throw new DecodeError(`Object 'Kind' is missing in '${mapJson(manifest)}'`);
  if (apiVersion === undefined || apiVersion === null || apiVersion === "") {
    throw new DecodeError(`Object 'apiVersion' is missing in '${mapJson(manifest)}'`);
  }
  for (const [name, value] of [
    ["apiVersion", apiVersion],
    ["kind", kind],
  ] as const) {
    if (typeof value !== "string") {
      throw new DecodeError(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go struct field .${name} of type string`,
      );
    }
  }
  return { apiVersion: apiVersion as string, kind: kind as string };
}
