import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { EventTimeError, SECOND, Simulation } from "../../src/engine/simulation.js";

function simulation(): Simulation {
  return new Simulation({ seed: 1 });
}

describe("Simulation", () => {
  it("runs events in the order of their times, and of scheduling among equal times, whatever their kind", () => {
    const sim = simulation();
    const seen: string[] = [];
    const note = sim.register((argument) => seen.push(`handler ${argument} at ${sim.now}`));
    sim.after(20, () => seen.push(`action at ${sim.now}`));
    sim.schedule(10, note, 1);
    sim.at(10, () => seen.push(`action at ${sim.now}`));
    sim.schedule(10, note, 2);
    expect(sim.run()).toBe(4);
    expect(seen).toEqual(["handler 1 at 10", "action at 10", "handler 2 at 10", "action at 20"]);
  });

  it("runs an event that is scheduled for now after those that already wait for now", () => {
    const sim = simulation();
    const seen: string[] = [];
    sim.after(5, () => {
      seen.push("first");
      sim.after(0, () => seen.push("third"));
    });
    sim.after(5, () => seen.push("second"));
    sim.run();
    expect(seen).toEqual(["first", "second", "third"]);
  });

  it("runs events up to the limit, that time included, and leaves the clock there", () => {
    const sim = simulation();
    const seen: number[] = [];
    for (const time of [10, 20, 21, 900]) sim.at(time, () => seen.push(time));
    expect(sim.run(20)).toBe(2);
    expect(sim.now).toBe(20);
    expect(sim.run(500)).toBe(1);
    expect(sim.now).toBe(500);
    sim.at(500, () => seen.push(500));
    sim.at(501, () => seen.push(501));
    expect(sim.pending).toBe(3);
    sim.run();
    expect(seen).toEqual([10, 20, 21, 500, 501, 900]);
    expect(sim.now).toBe(900);
  });

  it("stops after the event that asks for it, and goes on from there", () => {
    const sim = simulation();
    const seen: number[] = [];
    sim.at(1, () => {
      seen.push(1);
      sim.stop();
    });
    sim.at(1, () => seen.push(2));
    expect(sim.run(10 * SECOND)).toBe(1);
    expect(sim.now).toBe(1);
    expect(sim.run(10 * SECOND)).toBe(1);
    expect(seen).toEqual([1, 2]);
  });

  it("cancels an event once, and never one that ran or a later one in its place", () => {
    const sim = simulation();
    const seen: string[] = [];
    const ran = sim.at(1, () => seen.push("ran"));
    const cancelled = sim.at(2, () => seen.push("cancelled"));
    expect(sim.cancel(cancelled)).toBe(true);
    expect(sim.cancel(cancelled)).toBe(false);
    sim.run(1);
    const later = [3, 4].map((time) => sim.at(time, () => seen.push(`at ${time}`)));
    expect(sim.cancel(ran)).toBe(false);
    expect(sim.cancel(cancelled)).toBe(false);
    expect(new Set([ran, cancelled, ...later]).size).toBe(4);
    sim.run();
    expect(seen).toEqual(["ran", "at 3", "at 4"]);
  });

  it("lets an action cancel another of the same time, and not itself", () => {
    const sim = simulation();
    const seen: string[] = [];
    const first = sim.at(7, () => {
      seen.push("first");
      expect(sim.cancel(first)).toBe(false);
      expect(sim.cancel(second)).toBe(true);
    });
    const second = sim.at(7, () => seen.push("second"));
    sim.run();
    expect(seen).toEqual(["first"]);
  });

  it("lets go of what cancelled and finished actions hold, though the clock has not come that far", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const sim = simulation();
    const holding = (time: number): [WeakRef<object>, number] => {
      const held = { time };
      return [new WeakRef(held), sim.at(time, () => (held.time += 1))];
    };
    const [ran] = holding(1);
    const [cancelled, id] = holding(1_000_000);
    const [pending] = holding(1_000_001);
    sim.cancel(id);
    sim.run(10);
    await setImmediate();
    collectGarbage();
    expect([ran.deref(), cancelled.deref(), pending.deref()]).toEqual([undefined, undefined, { time: 1_000_001 }]);
  });

  it("rounds fractions of a microsecond", () => {
    const sim = simulation();
    const seen: number[] = [];
    sim.after(0.4, () => seen.push(sim.now));
    sim.after(1.6, () => seen.push(sim.now));
    sim.run();
    expect(seen).toEqual([0, 2]);
  });

  it("goes on after a handler threw", () => {
    const sim = simulation();
    const seen: number[] = [];
    sim.at(1, () => {
      throw new Error("broken component");
    });
    sim.at(2, () => seen.push(sim.now));
    expect(() => sim.run()).toThrow("broken component");
    sim.run();
    expect(seen).toEqual([2]);
  });

  it.each([-1, -0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses a delay of %d µs", (delay) => {
    const sim = simulation();
    expect(() => sim.after(delay, () => undefined)).toThrow(EventTimeError);
    expect(() =>
      sim.schedule(
        delay,
        sim.register(() => undefined),
      ),
    ).toThrow(EventTimeError);
    expect(sim.pending).toBe(0);
  });

  it("keeps every microsecond of long delays", () => {
    for (const delay of [2 ** 51 + 1, 2 ** 52 + 1, 2 ** 53 - 1]) {
      const sim = simulation();
      sim.after(delay, () => undefined);
      sim.run();
      expect(sim.now).toBe(delay);
    }
  });

  it("runs until a time, not until something that is none", () => {
    expect(() => simulation().run(Number.NaN)).toThrow(EventTimeError);
  });

  it("refuses a time in the past", () => {
    const sim = simulation();
    sim.run(100);
    expect(() => sim.at(99, () => undefined)).toThrow("cannot schedule an event at 99 µs: an event's time is a number from now (100 µs)");
  });
});
