import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../src/engine/simulation.js";
import { clusterAt } from "../../src/study/cluster-at.js";
import { prepare, simulate } from "../../src/study/simulate.js";

const SCENARIO = fileURLToPath(new URL("../../examples/headroom/scenario.yaml", import.meta.url));
const prepared = prepare({ files: [SCENARIO], settings: {} });

/** Millicores that the pods on each worker request. */
async function requestedOnWorkers(app: string): Promise<ReadonlyMap<string, number>> {
  const cluster = clusterAt(await prepared, MINUTE - 1);
  const pods = cluster.scheduler!.cache.nodes.filter(({ name }) => name.startsWith("worker"));
  return new Map(pods.map(({ name, pods: there }) => [name, 250 * there.filter(({ pod }) => pod.metadata.labels?.["app"] === app).length]));
}

describe("the example of a plugin, examples/headroom", () => {
  it("does what its scenario expects of it", async () => {
    expect((await simulate(await prepared)).outcome.problems).toEqual([]);
  });

  it("leaves half a core of each worker's two free of ordinary pods", async () => {
    expect([...(await requestedOnWorkers("ordinary")).values()]).toEqual([1500, 1500]);
  });

  it("does not hold without the plugin", async () => {
    const scenario = await prepared;
    const cluster = { ...scenario.cluster, scheduler: {}, schedulerPlugins: {} };
    expect((await simulate({ ...scenario, cluster })).outcome.problems).not.toEqual([]);
  });
});
