import { expect, it } from "vitest";
import type { NodeHeartbeats } from "../../../src/control-plane/apiserver/heartbeats.js";
import { LeaseHeartbeats } from "../../../src/control-plane/apiserver/lease-heartbeats.js";
import type { EventId, Simulation } from "../../../src/engine/simulation.js";
import { TestCluster } from "../test-cluster.js";

/** Every renewal as an event of its own, for comparison. */
class SingleRenewals implements NodeHeartbeats {
  readonly requestsPerSecond = 0;
  readonly times: number[] = [];
  private event: EventId | undefined;

  constructor(private readonly simulation: Simulation) {}

  renew(_node: string, first: number, period: number): void {
    this.event = this.simulation.at(first, () => {
      this.times.push(this.simulation.now);
      this.renew(_node, this.simulation.now + period, period);
    });
  }

  cease(): void {
    if (this.event !== undefined) this.simulation.cancel(this.event);
    this.event = undefined;
  }

  lastRenewal(_node: string, now: number): number | undefined {
    return this.times.findLast((time) => time <= now);
  }

  isRenewing(): boolean {
    return this.event !== undefined;
  }

  onChange(): void {
    // Nobody asks.
  }
}

it("heartbeats as a rate tell the same last renewals as heartbeats one by one", () => {
  const cluster = new TestCluster();
  const single = new SingleRenewals(cluster.simulation);
  const analytic = new LeaseHeartbeats(cluster.simulation, cluster.apiServer.links);
  const both = [single, analytic].map((heartbeats, index) => cluster.machine(`worker-${index}`, { heartbeats }));
  const change = (seconds: number, act: (machine: (typeof both)[number]) => void): void => {
    cluster.simulation.at(seconds * 1e6, () => both.forEach(act));
  };
  change(33, (machine) => machine.stopKubelet());
  change(71.5, (machine) => machine.startKubelet());
  change(100, (machine) => machine.powerOff());
  change(123.25, (machine) => machine.powerOn());
  for (let time = 0.7; time < 200; time += 3.1) {
    cluster.until(time);
    const { now } = cluster.simulation;
    expect(analytic.lastRenewal("worker-1", now)).toBe(single.lastRenewal("worker-0", now));
    expect(analytic.isRenewing("worker-1")).toBe(single.isRenewing());
  }
});
