/** Conformance kind "apiserver-answers": what the whole API server makes of requests: the object that it stores, or its refusal. */
import { encode } from "../../src/api/encode.js";
import type { Result } from "../../src/control-plane/apiserver/client.js";
import { exactDifferences } from "./expected.js";
import { type ApiStatus, type Plain, RecordedApiServer, type RecordedRequest } from "./recorded-api-server.js";

export const kind = "apiserver-answers";

interface Answer {
  readonly code: number;
  readonly reason: string | null;
  readonly message: string;
  readonly details?: Plain | null;
}

interface Step {
  readonly posted: Plain;
  readonly returned?: Plain;
  readonly answer?: Answer;
}

interface AnswersCase extends RecordedRequest {
  readonly name: string;
  readonly posted?: Plain;
  readonly returned?: Plain;
  /** Objects, or requests where they are not just created. */
  readonly before?: readonly Plain[];
  readonly answer?: Answer;
  readonly objects?: readonly Plain[];
  readonly steps?: readonly Step[];
  readonly quotaStatusAfter?: readonly Plain[];
}

export function check(one: AnswersCase): readonly string[] {
  const server = new RecordedApiServer();
  if (one.steps !== undefined) return checkSteps(server, one);
  for (const before of one.before ?? []) server.prepare(before);
  const given = one.posted === undefined ? server.request(one) : server.post(one.posted);
  return one.returned === undefined ? compareAnswer("", given, one.answer!) : compareReturned("", given, one.returned);
}

function checkSteps(server: RecordedApiServer, { name, objects = [], steps = [], quotaStatusAfter }: AnswersCase): readonly string[] {
  server.post({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  // What the controller manager makes in every namespace, and quotas count as well.
  server.post({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } });
  server.post({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kube-root-ca.crt", namespace: name } });
  for (const object of objects) server.post({ ...object, metadata: { ...(object["metadata"] as Plain), namespace: name } });
  if (quotaStatusAfter !== undefined) server.countQuotas();
  const lines = steps.flatMap(({ posted, returned, answer }, index) => {
    const given = server.post(posted);
    const path = `step ${index + 1}`;
    return returned === undefined ? compareAnswer(path, given, answer!) : compareReturned(path, given, returned);
  });
  if (quotaStatusAfter === undefined) return lines;
  const own = [...server.api.objects.list("ResourceQuota", name)].map((quota) => encode(quota)["status"]);
  return [...lines, ...exactDifferences("quota status", own, quotaStatusAfter)];
}

function compareAnswer(path: string, given: Result<Plain>, { code, reason, message, details }: Answer): readonly string[] {
  if (given.ok) return [`${path}: accepted, want ${code} ${message}`];
  const { status } = given;
  const own = { code: status.code, message: status.message, ...(reason !== null && { reason: status.reason }) };
  const wanted = { code, message, ...(reason !== null && { reason }) };
  return [
    ...exactDifferences(path, own, wanted),
    ...(details === undefined ? [] : exactDifferences(`${path} details`, detailsOf(status), details)),
  ];
}

/** The details as the wire has them; null where there are none. */
function detailsOf({ details, causes = [], retryAfterSeconds }: ApiStatus): Plain | null {
  const written = causes.map(({ type, message, field }) => ({
    ...(type !== "" && { reason: type }),
    message,
    ...(field !== undefined && { field }),
  }));
  const whole: Plain = {
    ...details,
    ...(written.length > 0 && { causes: written }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return details === undefined && Object.keys(whole).length === 0 ? null : whole;
}

/** Fields of the metadata that recordings leave out. */
const UNRECORDED = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink"];

function compareReturned(path: string, given: Result<Plain>, returned: Plain): readonly string[] {
  if (!given.ok) return [`${path}: refused with ${given.status.message}, want it accepted`];
  const wanted = (returned["metadata"] ?? {}) as Plain;
  const metadata = Object.fromEntries(
    Object.entries((given.object["metadata"] ?? {}) as Plain).filter(([field]) => !UNRECORDED.includes(field) || field in wanted),
  );
  return exactDifferences(path, withPlaceholders({ ...given.object, metadata }, returned), returned);
}

/** Where the recording has a placeholder such as `<random>`, whatever stands in its place is right. */
function withPlaceholders(own: unknown, recorded: unknown): unknown {
  if (typeof recorded === "string" && typeof own === "string" && /<[a-z][^>]*>/i.test(recorded)) {
    const pattern = recorded.split(/<[^>]*>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".+")}$`).test(own) ? recorded : own;
  }
  // When the recording was made is not to be repeated.
  if (typeof recorded === "string" && typeof own === "string" && TIME.test(recorded) && TIME.test(own)) return recorded;
  if (Array.isArray(recorded) && Array.isArray(own)) return own.map((one, index) => withPlaceholders(one, recorded[index]));
  if (typeof recorded !== "object" || recorded === null || typeof own !== "object" || own === null) {
    return typeof recorded === "string" && /^<[^>]*>$/.test(recorded) && own !== undefined ? recorded : own;
  }
  return Object.fromEntries(Object.entries(own).map(([field, value]) => [field, withPlaceholders(value, (recorded as Plain)[field])]));
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
