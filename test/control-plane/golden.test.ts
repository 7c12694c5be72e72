/**
 * Recordings of a real control plane, repeated. They are copied compressed, since a user has no other place to get them from.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as apiserverAnswers from "../conformance/apiserver-answers.js";
import { findCases } from "../conformance/cases.js";
import type { TimelineCase } from "../conformance/control-plane-timeline/case.js";
import { simulate } from "../conformance/control-plane-timeline/simulate.js";
import * as timeline from "../conformance/control-plane-timeline.js";
import * as hpaDecisions from "../conformance/hpa-decisions.js";
import * as renewToUnknown from "../conformance/renew-to-unknown.js";

const GOLDEN = fileURLToPath(new URL("../conformance/golden/controlplane", import.meta.url));
const cases = [...findCases(GOLDEN)];

/** Up to ten minutes of a cluster of sixty nodes, on a slow machine. */
const TIMEOUT_MS = 60_000;

/** One period of the node controller, and a reaction. */
const TICK_MS = 5000 + 300;

function isUnknown(value: unknown): boolean {
  return (value as { readonly status?: string } | undefined)?.status === "Unknown";
}

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

  it.each(["node-failure-30", "node-failure-0", "node-failure-statefulset"])(
    "agree within a tick on when a node of %s is given up where the phase of its renewals is not known",
    (wanted) => {
      const recorded = cases.find(({ name }) => name === wanted)?.body as TimelineCase;
      const { transitions } = simulate({ ...recorded, outages: [] });
      const own = transitions.find(([, object, what, value]) => object.startsWith("Node ") && what === "ready" && isUnknown(value))?.[0];
      const [[, median]] = recorded.series.find(({ key }) => /^Node \S+ ready=Unknown$/.test(key))!.t;
      expect(Math.abs(own! - median)).toBeLessThan(TICK_MS);
    },
    TIMEOUT_MS,
  );

  for (const { kind, check } of [apiserverAnswers, hpaDecisions, renewToUnknown]) {
    it(`agree on ${kind}`, () => {
      expect(differencesOf(kind, check)).toEqual([]);
    });
  }
});
