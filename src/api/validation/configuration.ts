/** Validation of config maps and secrets. Source: ValidateConfigMap, ValidateSecret and their updates in pkg/apis/core/validation/validation.go. */
import type { ConfigMap, Secret } from "../types/policy.js";
import { forbidden, invalid, required, tooLong, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { configMapKey } from "./names.js";
import { immutable, semanticallyEqual } from "./sameness.js";

/** 1 MiB of data (core.MaxSecretSize, and the same for config maps). */
const MAX_DATA_BYTES = 1024 * 1024;

/** How the API server writes the path of an object as a whole (field.NewPath("")). */
const WHOLE_OBJECT = "[]";

function base64Bytes(text: string): number {
  return Buffer.from(text, "base64").length;
}

export function validateConfigMap(object: ConfigMap): FieldError[] {
  const { data = {}, binaryData = {} } = object;
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...check(`data[${key}]`, key, configMapKey));
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...check(`binaryData[${key}]`, key, configMapKey));
    bytes += base64Bytes(value);
  }
  return bytes > MAX_DATA_BYTES ? [...errors, tooLong(WHOLE_OBJECT, MAX_DATA_BYTES)] : errors;
}

const SEALED = "field is immutable when `immutable` is set";

export function validateConfigMapChange(object: ConfigMap, old: ConfigMap): FieldError[] {
  if (old.immutable !== true) return [];
  const errors = object.immutable === true ? [] : [forbidden("immutable", SEALED)];
  if (!semanticallyEqual(object.data, old.data)) errors.push(forbidden("data", SEALED));
  if (!semanticallyEqual(object.binaryData, old.binaryData)) errors.push(forbidden("binaryData", SEALED));
  return errors;
}

/** Content that is no JSON object is never shown. */
const REDACTED = "<secret contents redacted>";

function validateJson(field: string, encoded: string | undefined): FieldError[] {
  if (encoded === undefined) return [required(field)];
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const mistake = jsonMistake(text);
  return mistake === undefined ? [] : [invalid(field, REDACTED, mistake)];
}

/** What Go's encoding/json says of a text that is no JSON object, in the cases that are told apart here. */
function jsonMistake(text: string): string | undefined {
  if (text.trim() === "") return "unexpected end of JSON input";
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || (typeof value === "object" && !Array.isArray(value))) return undefined;
    const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch {
    const first = text.trim()[0];
    return /[{["0-9tfn-]/.test(first) ? "unexpected end of JSON input" : `invalid character '${first}' looking for beginning of value`;
  }
}

const ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name";

/** What secrets of the known types have to hold. */
const CONTENT_RULES: Readonly<Record<string, (object: Secret) => FieldError[]>> = {
  "kubernetes.io/service-account-token": ({ metadata }) =>
    (metadata.annotations?.[ACCOUNT_ANNOTATION] ?? "") === "" ? [required(`metadata.annotations[${ACCOUNT_ANNOTATION}]`)] : [],
  "kubernetes.io/dockercfg": ({ data }) => validateJson("data[.dockercfg]", data?.[".dockercfg"]),
  "kubernetes.io/dockerconfigjson": ({ data }) => validateJson("data[.dockerconfigjson]", data?.[".dockerconfigjson"]),
  "kubernetes.io/basic-auth": ({ data }) =>
    data?.username === undefined && data?.password === undefined ? [required("data[username]"), required("data[password]")] : [],
  "kubernetes.io/ssh-auth": ({ data }) => ((data?.["ssh-privatekey"] ?? "") === "" ? [required("data[ssh-privatekey]")] : []),
  "kubernetes.io/tls": ({ data }) =>
    ["tls.crt", "tls.key"].filter((key) => data?.[key] === undefined).map((key) => required(`data[${key}]`)),
};

export function validateSecret(object: Secret): FieldError[] {
  const { data = {}, type = "" } = object;
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...check(`data[${key}]`, key, configMapKey));
    bytes += base64Bytes(value);
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong("data", MAX_DATA_BYTES));
  return Object.hasOwn(CONTENT_RULES, type) ? [...errors, ...CONTENT_RULES[type](object)] : errors;
}

export function validateSecretChange(object: Secret, old: Secret): FieldError[] {
  const errors = immutable("type", object.type, old.type);
  if (old.immutable !== true) return errors;
  if (object.immutable !== true) errors.push(forbidden("immutable", SEALED));
  if (!semanticallyEqual(object.data, old.data)) errors.push(forbidden("data", SEALED));
  return errors;
}
