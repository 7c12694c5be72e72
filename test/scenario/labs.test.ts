import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../src/cluster/cluster.js";
import { InvariantChecker } from "../../src/cluster/invariants/invariant-checker.js";
import { loadScenario } from "../../src/scenario/load.js";
import { ScenarioRun } from "../../src/scenario/run.js";
import type { Scenario } from "../../src/scenario/scenario.js";
import { violationLines } from "../../src/study/violation-report.js";

const DIRECTORY = join(import.meta.dirname, "../../scenarios");
/** Long runs have tests of their own. */
const LARGE = new Set(["openb.yaml", "thousands.yaml"]);

function problemsOf(scenario: Scenario): readonly string[] {
  const cluster = new Cluster(scenario.cluster, { seed: scenario.seed, epoch: scenario.epoch });
  const checker = new InvariantChecker(cluster);
  const run = new ScenarioRun(cluster, scenario);
  run.start();
  cluster.start();
  cluster.simulation.run(scenario.duration);
  return [...run.finish().problems, ...violationLines(checker.finish())];
}

const small = readdirSync(DIRECTORY).filter((file) => file.endsWith(".yaml") && !LARGE.has(file));

describe("scenarios on the simulated cluster", () => {
  it.each(small)("%s shows what it says", (file) => {
    const scenario = loadScenario([join(DIRECTORY, file)]);
    expect(scenario.expectations.length).toBeGreaterThan(0);
    expect(problemsOf(scenario)).toEqual([]);
  });

  // An expectation that holds whatever happens shows nothing.
  const labs = small.filter((file) =>
    loadScenario([join(DIRECTORY, file)]).timeline.some((step) => step.kind === "fault" || !step.text.startsWith("get ")),
  );
  it.each(labs)("%s does not hold without what happens in it", (file) => {
    const scenario = loadScenario([join(DIRECTORY, file)]);
    expect(problemsOf({ ...scenario, timeline: [] }).length).toBeGreaterThan(0);
  });

  it.each(small)("%s holds with other seeds", (file) => {
    const scenario = loadScenario([join(DIRECTORY, file)]);
    expect([2, 3].flatMap((seed) => problemsOf({ ...scenario, seed }))).toEqual([]);
  });
});
