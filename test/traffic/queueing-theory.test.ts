/** Stations against queueing theory: Kleinrock, Queueing Systems, volume 1, 1975. */
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/engine/distribution.js";
import { Traffic } from "../../src/traffic/traffic.js";
import { smallCluster } from "../network/small-cluster.js";

const exponential = (mean: number): Distribution => ({ mean, sample: (random) => -mean * Math.log(1 - random.uniform()) });

/** Mean time at the server (waiting and service), and half the width of its 99 % confidence interval by batch means. */
function timeAtServer(workers: number, load: number, serviceTime: Distribution): { mean: number; halfWidth: number } {
  const { simulation, services } = smallCluster({ pods: 1 });
  const batches: number[] = [];
  let sum = 0;
  let count = 0;
  const batch = 10_000;
  const traffic = new Traffic({
    simulation,
    network: services,
    behaviors: () => ({ serviceTime, concurrency: workers }),
    observer: {
      request: ({ queue, service, outcome }) => {
        if (outcome !== "ok") throw new Error(outcome);
        sum += queue + service;
        if (++count % batch === 0) {
          batches.push(sum / batch);
          sum = 0;
        }
      },
    },
  });
  traffic.start({
    name: "poisson",
    from: { node: "node-1" },
    to: { service: "web", namespace: "default", via: "clusterIP" },
    load: { interarrival: exponential(serviceTime.mean / (workers * load)) },
    duration: (300_000 * serviceTime.mean) / (workers * load),
    timeout: 1e12,
    retries: 0,
    keepAlive: false,
  });
  simulation.run();
  const steady = batches.slice(1);
  const mean = steady.reduce((a, b) => a + b) / steady.length;
  const variance = steady.reduce((a, b) => a + (b - mean) ** 2, 0) / (steady.length - 1);
  return { mean, halfWidth: 2.76 * Math.sqrt(variance / steady.length) };
}

describe("a pod under load", () => {
  test("with exponential service and Poisson arrivals is an M/M/1 queue: W = s / (1 - rho)", () => {
    const { mean, halfWidth } = timeAtServer(1, 0.7, exponential(5_000));
    expect(Math.abs(mean - 5_000 / (1 - 0.7))).toBeLessThan(halfWidth);
    expect(halfWidth).toBeLessThan(0.05 * mean);
  });

  test("with constant service is an M/D/1 queue: W = s (1 + rho / (2 (1 - rho)))", () => {
    const { mean, halfWidth } = timeAtServer(1, 0.7, { mean: 5_000, sample: () => 5_000 });
    expect(Math.abs(mean - 5_000 * (1 + 0.7 / (2 * (1 - 0.7))))).toBeLessThan(halfWidth);
  });

  test("with three workers is an M/M/3 queue: Erlang's C formula", () => {
    const offered = 3 * 0.8;
    const last = (offered ** 3 / 6) * (3 / (3 - offered));
    const waits = last / (1 + offered + offered ** 2 / 2 + last);
    const { mean, halfWidth } = timeAtServer(3, 0.8, exponential(5_000));
    expect(Math.abs(mean - (5_000 + (waits * 5_000) / (3 - offered)))).toBeLessThan(halfWidth);
  });
});
