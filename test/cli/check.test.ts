import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { addRun } from "../../src/cli/commands/run.js";
import { exitCodeOf } from "../../src/cli/exit.js";
import { checkCounts, checkText, sumOfChecks, violationLines } from "../../src/study/violation-report.js";
import { SchedulingQueue } from "../../src/scheduler/queue/scheduling-queue.js";
import { contents, fileWith, kubewarp, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

afterEach(() => vi.restoreAllMocks());

describe("--check", () => {
  it.each([
    ["run", "-q"],
    ["study", "--replications", "2", "--workers", "2"],
  ])("does not change what %s writes", (...command) => {
    const file = fileWith(WEB_ON_TWO_WORKERS);
    const [without, withCheck] = [[], ["--check"]].map((check) => {
      const out = join(temporaryFolder(), "results");
      const { code, stdout, stderr } = kubewarp([...command, file, "--out", out, ...check]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      if (check.length === 0) expect(stdout).not.toContain("checks");
      else expect(stdout).toMatch(/^checks {2}\d{3,} checks of \d\d invariants, 0 violations$/m);
      return contents(out);
    });
    expect(withCheck).toEqual(without);
  });

  it("makes the run fail where an invariant does not hold, and says which, when, of what", async () => {
    const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    vi.spyOn(SchedulingQueue.prototype, "add").mockImplementation(() => undefined);
    const program = new Command().exitOverride();
    addRun(program);
    const args = ["run", fileWith(WEB_ON_TWO_WORKERS), "--check", "-q", "--out", join(temporaryFolder(), "results")];
    const error: unknown = await program.parseAsync(args, { from: "user" }).catch((thrown: unknown) => thrown);
    expect(exitCodeOf(error)).toBe(1);
    const lines = (error as Error).message.split("\n");
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^at 2m0s invariant pods-get-scheduled: Pod default\/web-\S+: expected a node, or condition PodScheduled/);
    expect(lines[10]).toBe("10 violations of invariants: pods-get-scheduled 10");
    expect(printed.mock.calls.join("")).toMatch(/^checks .* invariants, 10 violations$/m);
  });
});

describe("the report of broken invariants", () => {
  it("counts those that it does not name", () => {
    const violation = { time: 1_500_000, invariant: "pod-bound-once", object: "Pod default/web", expected: "expected one node, found two" };
    expect(violationLines({ violations: [violation], counts: new Map([["pod-bound-once", 40]]) })).toEqual([
      "at 1.5s invariant pod-bound-once: Pod default/web: expected one node, found two",
      "40 violations of invariants: pod-bound-once 40",
    ]);
    expect(violationLines({ violations: [], counts: new Map() })).toEqual([]);
  });

  it("counts checks over several runs", () => {
    const checks = checkCounts({
      invariants: 3,
      checks: 10,
      counts: new Map([
        ["a", 2],
        ["b", 1],
      ]),
    });
    expect(checkText(sumOfChecks([checks, checks, { invariants: 3, checks: 5, violations: 0 }]))).toBe(
      "25 checks of 3 invariants, 6 violations",
    );
    expect(checkText({ invariants: 3, checks: 5, violations: 1 })).toBe("5 checks of 3 invariants, 1 violation");
  });
});
