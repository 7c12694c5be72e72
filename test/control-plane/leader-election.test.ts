import { describe, expect, it } from "vitest";
import { LeaderElection } from "../../src/control-plane/leader-election.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";

function election(hosts: readonly string[], seed = 1) {
  const simulation = new Simulation({ seed });
  const down = new Set<string>();
  const history: { readonly time: number; readonly what: string }[] = [];
  const note = (what: string): void => void history.push({ time: simulation.now / SECOND, what });
  const elected = new LeaderElection({
    simulation,
    name: "kube-scheduler",
    candidates: hosts,
    canWrite: (host) => !down.has(host!),
    lead: (host) => {
      note(`${host!} leads`);
      return { stop: () => note(`${host!} stops`) };
    },
  });
  elected.start();
  const at = (seconds: number, change: () => void): void => {
    simulation.at(seconds * SECOND, () => {
      change();
      elected.reachabilityChanged();
    });
  };
  return { simulation, down, history, elected, at };
}

describe("leader election", () => {
  it("lets the first candidate lead for as long as it can renew", () => {
    const { simulation, history } = election(["a", "b", "c"]);
    simulation.run(3600 * SECOND);
    expect(history).toEqual([{ time: 0, what: "a leads" }]);
  });

  it("stops a leader 10 s after its last renewal and elects another between 15 s and 17 s after it", () => {
    const { simulation, down, history, at } = election(["a", "b", "c"]);
    at(101, () => down.add("a"));
    simulation.run(3600 * SECOND);
    // Renewals are 2 s apart: the last one was at 100 s.
    expect(history.slice(0, 2)).toEqual([
      { time: 0, what: "a leads" },
      { time: 110, what: "a stops" },
    ]);
    expect(history).toHaveLength(3);
    expect(history[2].what).toMatch(/^[bc] leads$/);
    expect(history[2].time).toBeGreaterThanOrEqual(115);
    expect(history[2].time).toBeLessThan(117);
  });

  it("leaves to chance when the lease is looked at after it has run out, and who looks first", () => {
    const elected = Array.from({ length: 20 }, (_, seed) => {
      const { simulation, down, history, at } = election(["a", "b", "c"], seed);
      at(101, () => down.add("a"));
      simulation.run(200 * SECOND);
      return history[2];
    });
    const times = elected.map(({ time }) => time - 115);
    expect(Math.min(...times)).toBeLessThan(0.5);
    expect(Math.max(...times)).toBeGreaterThan(1.5);
    expect(new Set(elected.map(({ what }) => what))).toEqual(new Set(["b leads", "c leads"]));
  });

  it("notices nothing of an interruption shorter than the renew deadline", () => {
    const { simulation, down, history, at } = election(["a", "b"]);
    at(100, () => down.add("a"));
    at(108, () => down.delete("a"));
    simulation.run(3600 * SECOND);
    expect(history).toEqual([{ time: 0, what: "a leads" }]);
  });

  it("has no leader while nobody can write, and one within the retry period after", () => {
    const { simulation, down, history, elected, at } = election(["a"]);
    at(100, () => down.add("a"));
    simulation.run(200 * SECOND);
    expect(elected.hasLeader).toBe(false);
    at(201, () => down.delete("a"));
    simulation.run(300 * SECOND);
    expect(history.map(({ what }) => what)).toEqual(["a leads", "a stops", "a leads"]);
    expect(history[2].time).toBeGreaterThanOrEqual(201);
    expect(history[2].time).toBeLessThan(203);
  });
});
