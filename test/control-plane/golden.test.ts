/**
 * Recordings of a real control plane, repeated. They are copied compressed, since a user has no other place to get them from.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as apiserverAnswers from "../conformance/apiserver-answers.js";
import { findCases } from "../conformance/cases.js";
import * as timeline from "../conformance/control-plane-timeline.js";
import * as hpaDecisions from "../conformance/hpa-decisions.js";
import * as renewToUnknown from "../conformance/renew-to-unknown.js";

const GOLDEN = fileURLToPath(new URL("../conformance/golden/controlplane", import.meta.url));
const cases = [...findCases(GOLDEN)];

/** Up to ten minutes of a cluster of sixty nodes, on a slow machine. */
const TIMEOUT_MS = 60_000;

function differencesOf(kind: string, check: (body: never) => readonly string[]): string[] {
  const ofKind = cases.filter((testCase) => testCase.kind === kind);
  expect(ofKind.length).toBeGreaterThan(0);
  return ofKind.flatMap(({ name, body }) => check(body as never).map((line) => `${name}: ${line}`));
}

describe("recordings of a real control plane", () => {
  it("are there", () => {
    expect(readdirSync(GOLDEN).length).toBeGreaterThan(0);
  });

  it.each(cases.filter(({ kind }) => kind === timeline.kind).map(({ name, body }) => [name, body] as const))(
    "agree on the timeline of %s",
    (_name, body) => {
      expect(timeline.check(body as never)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  for (const { kind, check } of [apiserverAnswers, hpaDecisions, renewToUnknown]) {
    it(`agree on ${kind}`, () => {
      expect(differencesOf(kind, check)).toEqual([]);
    });
  }
});
