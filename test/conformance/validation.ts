/** Golden kind `validation`: manifests and the API server's answer to their creation in the namespace "default". */
import { isDeepStrictEqual } from "node:util";
import { decode } from "../../src/api/decode.js";
import { DecodeError } from "../../src/api/decode-problem.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import { encode } from "../../src/api/encode.js";
import { kindInfo } from "../../src/api/kinds.js";
import { prepareForCreate } from "../../src/api/prepare.js";
import { DEFAULT_NODE_PORT_RANGE, validateNodePorts } from "../../src/api/service-allocation.js";
import type { ApiObject, Service } from "../../src/api/types/index.js";
import { invalidStatus, validateCreate, type FieldError } from "../../src/api/validation/index.js";

export const kind = "validation";

interface Cause {
  readonly type: string;
  readonly field: string;
  readonly message: string;
}

interface Answer {
  readonly accepted: boolean;
  readonly stage: "decode" | "validate" | "allocate" | "accepted";
  readonly error?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly causes?: readonly Cause[];
  readonly defaulted?: unknown;
}

/** The uid that the recorded objects were given. */
const UID = "00000000-0000-4000-8000-000000000000";
const NAMESPACE = "default";

function refused(stage: Answer["stage"], object: ApiObject, errors: readonly FieldError[]): Answer {
  const { message, code, reason, causes } = invalidStatus(object.kind, object.metadata.name, errors);
  return { accepted: false, stage, error: message, code, reason, causes };
}

function create(manifest: unknown): Answer {
  let decoded: ApiObject;
  try {
    decoded = applyDefaults(decode(manifest));
  } catch (error) {
    if (error instanceof DecodeError) return { accepted: false, stage: "decode", error: error.message };
    throw error;
  }
  if (kindInfo(decoded.kind)?.namespaced === true) {
    const { namespace = NAMESPACE } = decoded.metadata;
    if (namespace !== NAMESPACE) {
      const error = "the namespace of the provided object does not match the namespace sent on the request";
      return { accepted: false, stage: "validate", error, code: 400, reason: "BadRequest" };
    }
    decoded = { ...decoded, metadata: { ...decoded.metadata, namespace } };
  }
  const prepared = prepareForCreate({ ...decoded, metadata: { ...decoded.metadata, uid: UID } }, { uid: UID });
  const errors = validateCreate(prepared);
  if (errors.length > 0) return refused("validate", prepared, errors);
  if (prepared.kind === "Service") {
    const taken = validateNodePorts(prepared as Service, DEFAULT_NODE_PORT_RANGE, () => false);
    if (taken.length > 0) return refused("allocate", prepared, taken);
  }
  return { accepted: true, stage: "accepted", defaulted: recorded(prepared) };
}

/** Fields of a node's status that the API server always writes, and the recordings leave out while they say nothing. */
const UNSAID_OF_NODE = ["daemonEndpoints", "nodeInfo"];
/** Structures that the API server always writes, and the recordings leave out while they are empty. */
const UNSAID_WHEN_EMPTY: ReadonlySet<string> = new Set([
  "resources",
  "status",
  "strategy",
  "updateStrategy",
  "metadata",
  "spec",
  "loadBalancer",
]);

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const next = withoutEmpty(one);
    const isEmpty = typeof next === "object" && next !== null && Object.keys(next).length === 0;
    if (next !== null && !(isEmpty && UNSAID_WHEN_EMPTY.has(name))) kept[name] = next;
  }
  return kept;
}

function recorded(object: ApiObject): unknown {
  const encoded = { ...encode({ ...object, metadata: { ...object.metadata, uid: undefined } }) };
  if (object.kind === "Node") {
    const status = { ...(encoded.status as Record<string, unknown>) };
    for (const name of UNSAID_OF_NODE) Reflect.deleteProperty(status, name);
    encoded.status = status;
  }
  return withoutEmpty(encoded);
}

function sortedCauses(causes: readonly Cause[] | undefined): string[] {
  return (causes ?? []).map(({ type, field, message }) => `${type} ${field}: ${message}`).sort();
}

/** The error text without the order of its parts, which comes from a map's order upstream. */
function comparable(error: string | undefined): string | undefined {
  const list = error === undefined ? null : /^(.* is invalid: )\[(.*)\]$/s.exec(error);
  return list === null ? error : `${list[1]}${list[2].split(", ").sort().join(", ")}`;
}

/** The differences between a case and what the simulator answers; none where it passes. */
export function check(testCase: unknown): string[] {
  const { manifest, expect } = testCase as { readonly manifest: unknown; readonly expect: Answer };
  const answer = create(manifest);
  const differences: string[] = [];
  for (const field of ["accepted", "stage", "code", "reason"] as const) {
    if (answer[field] !== expect[field]) differences.push(`${field} is ${String(answer[field])}, expected ${String(expect[field])}`);
  }
  if (comparable(answer.error) !== comparable(expect.error))
    differences.push(`error is ${String(answer.error)}, expected ${String(expect.error)}`);
  if (!isDeepStrictEqual(sortedCauses(answer.causes), sortedCauses(expect.causes))) {
    differences.push(`causes are ${JSON.stringify(answer.causes)}, expected ${JSON.stringify(expect.causes)}`);
  }
  if (!isDeepStrictEqual(answer.defaulted, expect.defaulted)) {
    differences.push(`stored object is ${JSON.stringify(answer.defaulted)}, expected ${JSON.stringify(expect.defaulted)}`);
  }
  return differences;
}
