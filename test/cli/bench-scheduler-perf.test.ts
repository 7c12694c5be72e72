import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contents, fileWith, kubewarp, temporaryFolder } from "./kubewarp.js";

const EXAMPLE = "examples/scheduler-perf/performance-config.yaml";

describe("kubewarp bench scheduler-perf", () => {
  it("runs the example and reports throughput", () => {
    const out = join(temporaryFolder(), "results");
    const { code, stdout, stderr } = kubewarp(["bench", "scheduler-perf", EXAMPLE, "-w", "Basic/50Nodes", "-w", "Spread", "--out", out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // A cycle takes 3 ms of simulated time: 333 pods a second.
    expect(stdout).toMatch(/^Basic\/50Nodes +333 .* 200 /m);
    expect(stdout).not.toMatch(/500Nodes/);
    expect(contents(out)["scheduler_perf.csv"]).toMatch(/^SpreadWhileNodesComeAndGo\/100Nodes,100,2000,2000,/m);
  });

  it("prints the results as scheduler_perf writes them", () => {
    const { code, stdout } = kubewarp([
      ...["bench", "scheduler-perf", EXAMPLE, "-w", "Basic/50Nodes", "-o", "json"],
      ...["--out", join(temporaryFolder(), "results")],
    ]);
    expect(code).toBe(0);
    const { version, dataItems } = JSON.parse(stdout) as {
      version: string;
      dataItems: { data: Record<string, number>; unit: string; labels: object }[];
    };
    expect(version).toBe("v1");
    expect(dataItems).toMatchObject([
      { unit: "pods/s", labels: { Metric: "SchedulingThroughput", Name: "BenchmarkPerfScheduling/Basic/50Nodes" } },
    ]);
    expect(Object.keys(dataItems[0].data)).toEqual(["Average", "Perc50", "Perc90", "Perc95", "Perc99"]);
  });

  it("ends with 1 below a workload's threshold", () => {
    const { code, stderr } = kubewarp([
      "bench",
      "scheduler-perf",
      EXAMPLE,
      "-w",
      "Basic/50Nodes",
      "--cycle",
      "10ms",
      "--out",
      join(temporaryFolder(), "results"),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Basic\/50Nodes: 100 pods\/s on average; threshold is 200/);
  });

  it("keeps what finished beside a workload that does not, and passes no threshold without an average", () => {
    const out = join(temporaryFolder(), "results");
    const config = fileWith(
      `- name: Case
  workloadTemplate:
    - { opcode: createNodes, countParam: $nodes }
    - { opcode: createPods, count: 20, collectMetrics: true }
  workloads:
    - { name: NoNodes, params: { nodes: 0 } }
    - { name: Short, threshold: 100000, params: { nodes: 5 } }
`,
      "performance-config.yaml",
    );
    const { code, stdout, stderr } = kubewarp(["bench", "scheduler-perf", config, "--out", out]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Case\/Short +too short/m);
    expect(stderr).toMatch(/Case\/NoNodes: /);
    expect(stderr).toMatch(/Case\/Short: too short for an average; threshold is 100000/);
    expect(contents(out)["scheduler_perf.csv"]).toMatch(/^Case\/Short,5,20,20,/m);
  });

  it("ends with 2 for a workload that is not there", () => {
    const out = join(temporaryFolder(), "results");
    const { code, stderr } = kubewarp(["bench", "scheduler-perf", EXAMPLE, "-w", "None", "--out", out]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no workload None; it has Basic\/50Nodes, /);
    expect(kubewarp(["bench", "scheduler-perf", fileWith("[]\n", "none.yaml")]).stderr).toMatch(
      /^kubewarp: \S+none\.yaml has no workloads\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });
});
