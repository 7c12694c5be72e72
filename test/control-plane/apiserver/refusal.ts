/** What the API server answers to a request, for tests of what it refuses. */
import { expect } from "vitest";
import { type Plain, RecordedApiServer, type RecordedRequest } from "../../conformance/recorded-api-server.js";

/** Code and message of the refusal of a request, after what stood there before it. */
export function refusal(request: RecordedRequest, ...before: readonly Plain[]): string {
  const server = new RecordedApiServer();
  for (const one of before) expect(server.prepare(one)).toMatchObject({ ok: true });
  const answer = server.request(request);
  return answer.ok ? "accepted" : `${answer.status.code} ${answer.status.reason}: ${answer.status.message}`;
}

/** What is wrong with an object that is posted where it belongs, without the object's kind and name. */
export function mistakes(object: Plain): string {
  const answer = new RecordedApiServer().post(object);
  return answer.ok ? "none" : answer.status.message.replace(/^\S+ "[^"]*" is invalid: /, "");
}

/** What is wrong with an object once a patch has been applied to it. */
export function mistakesOfChange(object: Plain, path: string, patch: Plain): string {
  return refusal({ method: "PATCH", path, body: patch }, object).replace(/^422 Invalid: \S+ "[^"]*" is invalid: /, "");
}
