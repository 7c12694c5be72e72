import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contents, fileWith, kubewarp, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

describe("kubewarp run", () => {
  it("writes every table and counts the pods that never ran, with the reason", () => {
    const out = join(temporaryFolder(), "results");
    const { code, stdout, stderr } = kubewarp(["run", fileWith(WEB_ON_TWO_WORKERS), "--out", out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(Object.keys(contents(out))).toEqual([
      "events.csv",
      "nodes.csv",
      "pods.csv",
      "requests.csv",
      "scheduling.csv",
      "series.csv",
      "summary.csv",
    ]);
    // Two workers of 2 CPUs with a little reserved take 6 or 7 pods of half a CPU; the others wait.
    expect(stdout).toMatch(/pods that never ran: [234]\n.*0\/2 nodes are available: 2 Insufficient cpu\./);
  });

  it("gives the same bytes for the same seed, and others for another", () => {
    const file = fileWith(WEB_ON_TWO_WORKERS);
    const [a, b, c] = ["5", "5", "6"].map((seed) => {
      const out = join(temporaryFolder(), "results");
      expect(kubewarp(["run", file, "--seed", seed, "--out", out]).code).toBe(0);
      return contents(out);
    });
    expect(a).toEqual(b);
    expect(a["pods.csv"]).not.toBe(c["pods.csv"]);
  });

  it("prints figures as JSON", () => {
    const { stdout } = kubewarp(["run", fileWith(WEB_ON_TWO_WORKERS), "-o", "json", "--out", join(temporaryFolder(), "results")]);
    const report = JSON.parse(stdout) as { metrics: Record<string, number>; neverRan: unknown[] };
    expect(report.metrics.pods_created).toBe(10);
    expect(report.neverRan).toHaveLength(1);
  });

  it("ends with 1 and says what, where an expectation does not hold", () => {
    const file = fileWith(
      WEB_ON_TWO_WORKERS.replace("behaviors:", "expect:\n  - at: 60s\n    pods: {phase: Running}\n    count: 10\nbehaviors:"),
    );
    const { code, stderr } = kubewarp(["run", file, "--out", join(temporaryFolder(), "results")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/scenario\.yaml:\d+: at 1m0s expected pods .*: found [678]/);
  });

  it("writes nothing for bad input", () => {
    const out = join(temporaryFolder(), "results");
    const { code, stdout, stderr } = kubewarp(["run", fileWith(WEB_ON_TWO_WORKERS.replace("duration", "durration")), "--out", out]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/scenario\.yaml:5:1: durration: .*did you mean "duration"\?/);
    expect(existsSync(out)).toBe(false);
  });
});

describe("kubewarp study", () => {
  it("gives the same bytes with one worker and with two", () => {
    const file = fileWith(WEB_ON_TWO_WORKERS);
    const [one, two] = ["1", "2"].map((workers) => {
      const out = join(temporaryFolder(), "results");
      const { code, stderr } = kubewarp(["study", file, "--replications", "4", "--workers", workers, "--out", out]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return contents(out);
    });
    expect(Object.keys(one)).toContain("study.csv");
    expect(one).toEqual(two);
  });
});

describe("kubewarp get", () => {
  it("prints kubectl's table of the cluster at a time", () => {
    const { code, stdout } = kubewarp(["get", "nodes", "--at", "30s", "-f", fileWith(WEB_ON_TWO_WORKERS)]);
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION$/);
    expect(stdout).toMatch(/^worker-1 +Ready +<none> +/m);
  });
});

describe("kubewarp", () => {
  it.each([
    [["frobnicate"], /unknown command/],
    [["run"], /missing required argument/],
    [["run", "no-such-file.yaml"], /no-such-file\.yaml.*no such file/],
    [["run", "x.yaml", "--seeed", "1"], /unknown option '--seeed'/],
    [["study", "x.yaml", "--replications", "0"], /must be a whole number from 1 on/],
  ])("ends %j with exit code 2 and one clear line", (args, message) => {
    const { code, stderr } = kubewarp(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
