/**
 * Options of requests, which are looked at before the body.
 *
 * Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go.
 */
import { isPlainObject } from "../../src/api/plain-object.js";
import { notSupported, type FieldError } from "../../src/api/validation/field-error.js";
import type { DeleteOptions } from "../../src/control-plane/apiserver/client.js";
import { invalidOfGroup } from "../../src/control-plane/apiserver/status-errors.js";

const OPTIONS: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};
const FIELD_VALIDATIONS = ["", "Ignore", "Strict", "Warn"];
const PROPAGATION_POLICIES = ["Foreground", "Background", "Orphan"];

/** @throws ApiStatusError 422 */
export function checkOptions(method: string, query: URLSearchParams): void {
  const kind = OPTIONS[method];
  if (kind === undefined) return;
  const errors: FieldError[] = [];
  const dryRun = query.getAll("dryRun");
  if (dryRun.some((one) => one !== "All")) errors.push(notSupported("dryRun", dryRun, ["All"]));
  const validation = query.get("fieldValidation") ?? "";
  if (method !== "DELETE" && !FIELD_VALIDATIONS.includes(validation))
    errors.push(notSupported("fieldValidation", validation, FIELD_VALIDATIONS));
  refuse(kind, errors);
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidOfGroup("meta.k8s.io", kind, "", errors);
}

/** Options of a deletion come in its body, or else in the query. @throws ApiStatusError 422 */
export function deleteOptionsOf(query: URLSearchParams, body: unknown): DeleteOptions {
  const grace = query.get("gracePeriodSeconds");
  const policy = query.get("propagationPolicy");
  const asked = isPlainObject(body)
    ? body
    : { ...(grace !== null && { gracePeriodSeconds: Number(grace) }), ...(policy !== null && { propagationPolicy: policy }) };
  const { propagationPolicy } = asked as { readonly propagationPolicy?: string };
  if (propagationPolicy !== undefined && !PROPAGATION_POLICIES.includes(propagationPolicy))
    refuse("DeleteOptions", [notSupported("propagationPolicy", propagationPolicy, [...PROPAGATION_POLICIES, "nil"])]);
  return asked;
}
