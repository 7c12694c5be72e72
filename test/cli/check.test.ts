import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { addRun } from "../../src/cli/commands/run.js";
import { exitCodeOf } from "../../src/cli/exit.js";
import { violationLines } from "../../src/study/violation-report.js";
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
      const { code, stderr } = kubewarp([...command, file, "--out", out, ...check]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return contents(out);
    });
    expect(withCheck).toEqual(without);
  });

  it("makes the run fail where an invariant does not hold, and says which, when, of what", async () => {
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
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
});
