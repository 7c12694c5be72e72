/** Decisions recorded of kube-scheduler 1.36: every case, as the conformance runner checks them. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findCases } from "../conformance/cases.js";
import { checkerOf } from "../conformance/registry.js";

const GOLDEN = fileURLToPath(new URL("../conformance/golden/", import.meta.url));
/** A workload made of a trace that is not ours to copy. */
const OPENB = fileURLToPath(new URL("../../../shared/golden/placement/openb", import.meta.url));

async function differencesIn(path: string): Promise<{ readonly cases: number; readonly differences: readonly string[] }> {
  const differences: string[] = [];
  let cases = 0;
  for (const { kind, name, body } of findCases(path)) {
    cases++;
    for (const difference of await (await checkerOf(kind))!(body)) differences.push(`${name}: ${difference}`);
  }
  return { cases, differences };
}

describe("decisions of kube-scheduler", () => {
  it.each([
    ["single", 600],
    ["sequence", 40],
    ["config", 126],
    ["config-invalid", 60],
    ["preemption", 150],
    ["queue", 60],
  ])("kind %s: %i cases", async (kind, count) => {
    expect(await differencesIn(`${GOLDEN}scheduler/${kind}.jsonl.gz`)).toEqual({ cases: count, differences: [] });
  });

  it.each([
    ["antiaffinity", 2],
    ["basic", 2],
    ["basic-1k", 1],
    ["basic-small", 2],
    ["mixed", 1],
    ["podaffinity", 2],
    ["topologyspread", 2],
  ])("placement of the workload %s", async (workload, count) => {
    expect(await differencesIn(`${GOLDEN}placement/${workload}`)).toEqual({ cases: count, differences: [] });
  });

  it.skipIf(!existsSync(OPENB))("placement of the workload openb", async () => {
    expect(await differencesIn(OPENB)).toEqual({ cases: 1, differences: [] });
  });
});
