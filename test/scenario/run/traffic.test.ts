import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { NotingCluster, runOn } from "./noting-cluster.js";

describe("traffic", () => {
  it("starts at its time with the load asked for", () => {
    const cluster = new NotingCluster();
    runOn(
      cluster,
      "traffic:\n  - {name: a, start: 30s, to: {service: web}, rate: 50}\n  - {name: b, to: {service: web, via: nodePort}, stages: [{duration: 1m, rate: 10}]}\n",
    );
    expect(cluster.trafficLog.map(([time, { name }]) => [time, name])).toEqual([
      [0, "b"],
      [30, "a"],
    ]);
    const { load: pattern, from, timeout } = cluster.trafficLog[1][1];
    expect("interarrival" in pattern && pattern.interarrival.mean).toBeCloseTo(SECOND / 50);
    expect({ from, timeout }).toEqual({ from: { external: true }, timeout: SECOND });
    expect(cluster.trafficLog[0][1].load).toEqual({ stages: [{ duration: 60 * SECOND, requestsPerSecond: 10 }] });
  });
});
