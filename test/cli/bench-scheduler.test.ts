import { join } from "node:path";
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
});
