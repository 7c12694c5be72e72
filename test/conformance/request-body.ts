/** Bodies of requests, as the API server's handlers read them. */
import { decodeFailure, endingProblem } from "../../src/api/decode-problem.js";
import { decodeAs } from "../../src/api/decoder.js";
import { isPlainObject } from "../../src/api/plain-object.js";
import { structOf } from "../../src/api/schema/descriptor.js";
import { schemaOf } from "../../src/api/schema/index.js";
import { jsonKind } from "../../src/api/simple-values.js";
import type { ApiObject } from "../../src/api/types/meta.js";
import { formatFieldErrors, notSupported, required } from "../../src/api/validation/field-error.js";
import { upgrade } from "../../src/api/versions.js";
import { ApiStatusError, badRequest } from "../../src/control-plane/apiserver/status-errors.js";
import type { Address } from "./request-address.js";

/** How unknown fields are taken: strictly only where the request asks for it. Source: fieldValidation of the API's concepts. */
function isStrict(query: URLSearchParams): boolean {
  return query.get("fieldValidation") === "Strict";
}

/**
 * The body as the API server's create and update handlers read it: what it leaves open about its kind the address says.
 *
 * Source: k8s.io/apiserver/pkg/endpoints/handlers/{create,update,rest}.go (transformDecodeError).
 */
export function readBody(body: unknown, { expected, query }: Address): ApiObject {
  const unrecognised = typeMetaMistake(body);
  if (unrecognised !== undefined || !isPlainObject(body))
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${unrecognised} (${summary(body)})`);
  const kind = textOf(body["kind"]) || expected.kind;
  const apiVersion = textOf(body["apiVersion"]) || expected.apiVersion;
  const refuse = (why: string): ApiStatusError =>
    badRequest(`${kind} in version ${JSON.stringify(apiVersion.split("/").at(-1))} cannot be handled as a ${expected.kind}: ${why}`);
  const schema = kind === "Scale" ? structOf("Scale") : schemaOf(apiVersion, kind);
  if (schema === undefined)
    throw refuse(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  const { object, problems } = decodeAs(schema, { ...body, apiVersion, kind });
  const failure = isStrict(query) ? decodeFailure(problems) : endingProblem(problems)?.message;
  if (failure !== undefined) throw refuse(failure);
  if (kind !== expected.kind) throw refuse(`converting (${goType(apiVersion, kind)}) to (${internalType(expected)}): unknown conversion`);
  if (apiVersion !== expected.apiVersion)
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`);
  const { metadata } = object as Partial<ApiObject>;
  return upgrade({ ...object, metadata: metadata ?? ({} as ApiObject["metadata"]) });
}

/** What cannot be read of a body's kind and version. */
function typeMetaMistake(body: unknown): string | undefined {
  const failure = "couldn't get version/kind; json parse error: ";
  if (body === undefined || body === null) return `${failure}unexpected end of JSON input`;
  if (!isPlainObject(body))
    return `${failure}json: cannot unmarshal ${jsonKind(body)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  const wrong = ["apiVersion", "kind"].find((name) => !["string", "undefined"].includes(typeof (body[name] ?? undefined)));
  return wrong === undefined
    ? undefined
    : `${failure}json: cannot unmarshal ${jsonKind(body[wrong])} into Go struct field .${wrong} of type string`;
}

/** The beginning of a body; what is no object is shown in hexadecimal digits. Source: summarizeData of the same package. */
function summary(body: unknown): string {
  if (body === undefined || body === null) return "<empty>";
  const bytes = Buffer.from(JSON.stringify(body));
  const shown = bytes.subarray(0, SUMMARY_LENGTH).toString(isPlainObject(body) ? "utf8" : "hex");
  return bytes.length > SUMMARY_LENGTH ? `${shown} ...` : shown;
}

const SUMMARY_LENGTH = 30;

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function goType(apiVersion: string, kind: string): string {
  return `${apiVersion.split("/").at(-1)!}.${kind}`;
}

/** Go's name of the type in which the API server holds objects: its package is the group's. */
function internalType({ apiVersion, kind }: Address["expected"]): string {
  const [group] = apiVersion.includes("/") ? apiVersion.split(".")[0].split("/") : ["core"];
  return `${group}.${kind}`;
}

/** Source: k8s.io/apiserver/pkg/registry/rest EnsureObjectNamespaceMatchesRequestNamespace. */
export function inNamespace(object: ApiObject, { namespace }: Address): ApiObject {
  const { namespace: given = "", ...metadata } = object.metadata;
  if (namespace === undefined) return { ...object, metadata };
  if (given !== "" && given !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** Source: k8s.io/apiserver/pkg/endpoints/handlers/rest.go checkName. */
export function named(object: ApiObject, { name }: Address): ApiObject {
  const given = object.metadata.name ?? "";
  if (given === "") throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  return object;
}

interface Binding {
  readonly metadata?: { readonly name?: string; readonly uid?: string };
  readonly target?: { readonly kind?: string; readonly name?: string };
}

/** Source: ValidatePodBinding in pkg/apis/core/validation/validation.go, whose mistakes are passed on without a reason. */
function checkTarget({ kind = "", name = "" }: NonNullable<Binding["target"]>): void {
  const errors = [
    ...(kind === "" || kind === "Node" ? [] : [notSupported("target.kind", kind, ["Node", "<empty>"])]),
    ...(name === "" ? [required("target.name")] : []),
  ];
  if (errors.length > 0) throw new ApiStatusError({ code: 500, reason: "", message: formatFieldErrors(errors) });
}

/** Which pod a binding means, and which node. @throws ApiStatusError 400 or 500 */
export function bindingOf(body: unknown, podName: string): { readonly uid: string | undefined; readonly nodeName: string } {
  const { metadata, target = {} } = body as Binding;
  if (metadata?.name !== podName) throw badRequest("name in URL does not match name in Binding object");
  checkTarget(target);
  return { uid: metadata.uid, nodeName: target.name ?? "" };
}
