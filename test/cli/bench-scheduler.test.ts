import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { contents, fileWith, kubewarp, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

const PACK = `
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - pluginConfig:
      - name: NodeResourcesFit
        args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
`;

const PERF = "examples/scheduler-perf/performance-config.yaml";

describe("kubewarp bench scheduler", () => {
  it("compares configurations with the first; all but the times are the same for every number of workers", () => {
    const scenario = fileWith(WEB_ON_TWO_WORKERS);
    const pack = fileWith(PACK, "pack.yaml");
    const [one, two] = ["1", "2"].map((workers) => {
      const out = join(temporaryFolder(), "results");
      const { code, stdout, stderr } = kubewarp([
        "bench",
        "scheduler",
        scenario,
        "-c",
        "default",
        "-c",
        pack,
        "--replications",
        "2",
        "--workers",
        workers,
        "--out",
        out,
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^pods_never_scheduled +pack +\d/m);
      expect(stdout).toMatch(/^decisions_per_second +default +\d/m);
      expect(stdout).toMatch(/^Filter +NodeResourcesFit +pack +\d/m);
      return contents(out);
    });
    expect(Object.keys(one)).toEqual(["comparison.csv", "plugins.csv", "runs.csv", "speed.csv"]);
    expect(one["comparison.csv"]).toMatch(/^allocation_ratio_cpu_end,pack,2,/m);
    for (const file of ["comparison.csv", "runs.csv"]) expect(one[file]).toBe(two[file]);
  });

  it("says what is wrong with a configuration and ends with 2", () => {
    const wrong = fileWith(PACK.replace("MostAllocated", "Densest"), "wrong.yaml");
    const { code, stdout, stderr } = kubewarp(["bench", "scheduler", fileWith(WEB_ON_TWO_WORKERS), "-c", wrong]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/wrong\.yaml:\d+:\d+: .*scoringStrategy\.type/);
  });

  it("goes on with the others where one configuration fails, tells how many runs failed, and ends with 1", () => {
    const out = join(temporaryFolder(), "results");
    const broken = fileWith(
      `${PACK}      - name: Mine
        args: {modulePath: ./mine.mjs}
    plugins: {multiPoint: {enabled: [{name: Mine}]}}
`,
      "broken.yaml",
    );
    writeFileSync(join(dirname(broken), "mine.mjs"), "export default () => ({filter() { throw new Error('broken'); }})");
    const configurations = ["-c", broken, "-c", "default", "-c", fileWith(PACK, "pack.yaml")];
    const { code, stdout, stderr } = kubewarp([
      "bench",
      "scheduler",
      fileWith(WEB_ON_TWO_WORKERS),
      ...configurations,
      "--replications",
      "2",
      "--out",
      out,
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^pods_never_scheduled +default +2 /m);
    expect(stdout).toMatch(/^pods_never_scheduled +pack +2 /m);
    expect(stdout).not.toMatch(/^pods_never_scheduled +broken/m);
    expect(contents(out)["runs.csv"]).toMatch(/^pack,1,pods_created,10$/m);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^kubewarp: replication 0 under broken: .*mine\.mjs: plugin Mine at Filter .* threw Error: broken$/);
    expect(lines[1]).toMatch(/^replication 1 under broken: /);
    expect(lines[2]).toBe("2 of 6 runs failed; the others are compared without them");
  });

  it("compares them on a workload of scheduler_perf", () => {
    const out = join(temporaryFolder(), "results");
    const args = ["bench", "scheduler", PERF, "-c", "default", "-c", fileWith(PACK, "pack.yaml"), "--replications", "2", "--out", out];
    const { code, stdout, stderr } = kubewarp([...args, "-w", "Basic/50Nodes"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Basic\/50Nodes: 2 replications of each configuration/);
    expect(stdout).toMatch(/^scheduling_throughput_average +default +33\d/m);
    // 1,100 pods of 100m on 50 nodes of 4 cores, whichever way they are packed; full nodes stand beside empty ones.
    expect(stdout).toMatch(/^allocation_ratio_cpu_end +pack +0\.55 .* 0 /m);
    const runs = contents(out)["runs.csv"];
    const imbalance = (scheduler: string): number => Number(new RegExp(`^${scheduler},0,imbalance_cpu_end,(.*)$`, "m").exec(runs)?.[1]);
    expect(imbalance("pack")).toBeGreaterThan(10 * imbalance("default"));
  });

  it.each([
    [["-w", "None"], /has no workload None; it has Basic\/50Nodes, /],
    [[], /has several workloads; choose one with --workload: Basic\/50Nodes, /],
    [["-w", "Basic/50", "--until", "5m"], /--set and --until are for scenarios/],
    [["-w", "Basic/50", PERF], /it stands alone/],
  ])("refuses a workload of scheduler_perf with %j", (more, message) => {
    const { code, stdout, stderr } = kubewarp(["bench", "scheduler", PERF, ...more]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("takes --workload with no scenario", () => {
    expect(kubewarp(["bench", "scheduler", fileWith(WEB_ON_TWO_WORKERS), "-w", "Basic"])).toMatchObject({ code: 2, stdout: "" });
  });
});
