import { describe, expect, it } from "vitest";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import type { PluginsConfiguration } from "../../src/scheduler/configuration/types.js";
import type { SchedulingAttempt } from "../../src/scheduler/observer.js";
import { Scheduler } from "../../src/scheduler/scheduler.js";
import { FakeApiServer } from "./support/fake-api-server.js";
import { node, pod } from "./support/objects.js";

/** Attempts for so many pods on three nodes. */
function attempts(pods: number, plugins: PluginsConfiguration): readonly SchedulingAttempt[] {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  const made: SchedulingAttempt[] = [];
  const scheduler = new Scheduler({
    simulation,
    epoch: 0,
    client: server.client,
    informers: server.informers,
    configuration: { profiles: [{ plugins }] },
    observer: { attempt: (attempt) => made.push(attempt) },
  });
  scheduler.start();
  for (const name of ["a", "b", "c"]) server.put(node(name));
  for (let i = 0; i < pods; i++) server.put(pod(`web-${i}`));
  simulation.run(SECOND);
  return made;
}

describe("a search for nodes", () => {
  it("looks for one alone where nothing scores, and goes on behind it for the next pod", () => {
    const made = attempts(4, { score: { disabled: [{ name: "*" }] } });
    expect(made.map(({ node: chosen }) => chosen)).toEqual(["a", "b", "c", "a"]);
    expect(made.map(({ evaluatedNodes, feasibleNodes }) => [evaluatedNodes, feasibleNodes])).toEqual(Array(4).fill([1, 1]));
  });

  it("looks for all that a small cluster has where one plugin scores", () => {
    const made = attempts(1, { score: { disabled: [{ name: "*" }], enabled: [{ name: "ImageLocality" }] } });
    expect(made.map(({ evaluatedNodes, feasibleNodes }) => [evaluatedNodes, feasibleNodes])).toEqual([[3, 3]]);
  });
});
