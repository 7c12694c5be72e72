import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { contents, fileWith, kubewarp, MAIN, ROOT, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

describe("kubewarp run", () => {
  it("writes every table and counts the pods that never ran, with the reason", () => {
    const out = join(temporaryFolder(), "results");
    const { code, stdout, stderr } = kubewarp(["run", fileWith(WEB_ON_TWO_WORKERS), "--out", out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(Object.keys(contents(out))).toEqual([
      "events.csv",
      "metrics.prom",
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

  it.each([
    ["run", "-q"],
    ["study", "--replications", "1"],
    ["bench", "scheduler", "--replications", "1"],
  ])("%s takes no empty name and no file for the folder of its results, and says so before it runs", (...command) => {
    const file = fileWith(WEB_ON_TWO_WORKERS);
    expect(kubewarp([...command, file, "--out", ""])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("must be the name of a folder") as string,
    });
    expect(kubewarp([...command, file, "--out", file])).toEqual({
      code: 2,
      stdout: "",
      stderr: `kubewarp: ${file}: ${file} is a file, not a directory\n`,
    });
  });

  it("takes --debug before and after the verb", () => {
    const file = fileWith(WEB_ON_TWO_WORKERS.replace("duration", "durration"));
    for (const args of [
      ["--debug", "run", file],
      ["run", file, "--debug"],
      ["bench", "scheduler", "--debug", file],
    ]) {
      const { code, stderr } = kubewarp(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^ +at /m);
    }
  });

  it("hints at traffic from outside to a cluster IP, in the report as in validate", () => {
    const traffic = (to: string): string =>
      fileWith(WEB_ON_TWO_WORKERS.replace("\nbehaviors:", `\ntraffic: [{name: users, to: {${to}}, rate: 1}]\nbehaviors:`));
    const lost = traffic("service: web");
    for (const args of [
      ["validate", lost],
      ["run", "-q", lost, "--out", join(temporaryFolder(), "results")],
    ])
      expect(kubewarp(args).stdout).toMatch(/^traffic users: a cluster IP leads nowhere from outside of the cluster/m);
    expect(kubewarp(["validate", traffic("service: web, via: nodePort")]).stdout).not.toContain("traffic users");
  });

  it("says so where etcd ran full, and which field sets its quota", () => {
    const small = WEB_ON_TWO_WORKERS.replace("cluster:\n", "cluster:\n  controlPlane: {etcd: {quota-backend-bytes: 20000}}\n");
    const { code, stdout } = kubewarp(["run", fileWith(small), "--out", join(temporaryFolder(), "results")]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "etcd    refuses to write since its database passed 20000 bytes; cluster.controlPlane.etcd.quota-backend-bytes",
    );
    const { stdout: large } = kubewarp(["run", fileWith(WEB_ON_TWO_WORKERS), "--out", join(temporaryFolder(), "results")]);
    expect(large).not.toContain("refuses to write");
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

describe("kubewarp run, interrupted", () => {
  it("ends with exit code 130 and leaves earlier results as they were, with nothing beside them", async () => {
    const parent = temporaryFolder();
    const out = join(parent, "results");
    mkdirSync(out);
    writeFileSync(join(out, "pods.csv"), "earlier");
    const child = spawn(process.execPath, [MAIN, "run", join(ROOT, "scenarios/thousands.yaml"), "--out", out], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    // The run has begun when its staging folder is there.
    while (readdirSync(parent).length < 2) await setTimeout(20);
    await setTimeout(300);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(130);
    expect(readdirSync(parent)).toEqual(["results"]);
    expect(contents(out)).toEqual({ "pods.csv": "earlier" });
  });
});

describe("kubewarp study, interrupted", () => {
  it("ends with exit code 130 and leaves no empty folders where no replication has finished", async () => {
    const parent = temporaryFolder();
    const out = join(parent, "results");
    const child = spawn(process.execPath, [MAIN, "study", join(ROOT, "scenarios/thousands.yaml"), "--out", out], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    child.stderr.on("data", (text: Buffer) => said.push(text.toString()));
    // A replication has begun when its staging folder is there.
    while (!existsSync(join(out, "replications"))) await setTimeout(20);
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(130);
    expect(said.join("")).toBe("kubewarp: no replication has finished\nkubewarp: interrupted\n");
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe("kubewarp validate", () => {
  it("reads standard input", () => {
    const { code, stdout } = kubewarp(["validate", "-"], { input: WEB_ON_TWO_WORKERS });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "web: valid; 1 objects, 2 nodes, 0 steps\n" });
  });
});

describe("settings under which time would stand still", () => {
  it.each([
    ["an interval of 0s", "outputs: {interval: 0s}", /outputs\.interval: Invalid value: "0s": must be 1ms or more/],
    [
      "requests without a pause",
      "traffic: [{name: t, from: external, to: {service: web}, interarrival: 0s}]",
      /interarrival: must have a mean above 0/,
    ],
  ])("are refused: %s", (_, field, message) => {
    const { code, stderr } = kubewarp(["validate", fileWith(WEB_ON_TWO_WORKERS.replace("behaviors:", `${field}\nbehaviors:`))]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
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
