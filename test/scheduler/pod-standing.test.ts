import { expect, it } from "vitest";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { Scheduler } from "../../src/scheduler/scheduler.js";
import { podStanding } from "../../src/scheduler/pod-standing.js";
import { FakeApiServer } from "./support/fake-api-server.js";
import { node, pod } from "./support/objects.js";

it("says nothing of a pod that is in the queue or bound", () => {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  const scheduler = new Scheduler({ simulation, epoch: 0, client: server.client, informers: server.informers });
  scheduler.start();
  server.put(node("a"));
  server.put(pod("web"));
  server.put(pod("huge", { cpu: "1000" }));
  const standings = () => ["web", "huge"].map((name) => podStanding(scheduler, server.get("Pod", `default/${name}`)!));
  expect(standings()).toEqual([undefined, undefined]);
  simulation.run(SECOND);
  expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("a");
  expect(standings()).toEqual([undefined, undefined]);
});
