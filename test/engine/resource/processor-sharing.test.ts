import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProcessorSharing } from "../../../src/engine/resource/processor-sharing.js";
import { Simulation } from "../../../src/engine/simulation.js";

/** When each job is done, by its number. */
function run(cores: number, jobs: readonly { readonly at: number; readonly work: number }[]): readonly number[] {
  const simulation = new Simulation({ seed: 1 });
  const machine = new ProcessorSharing(simulation, cores);
  const ends: number[] = [];
  const done = simulation.register((job) => {
    ends[job] = simulation.now;
  });
  jobs.forEach(({ at, work }, job) => {
    simulation.at(at, () => {
      machine.start(work, done, job);
    });
  });
  simulation.run();
  return ends;
}

describe("ProcessorSharing", () => {
  it("gives each job a core while there are enough", () => {
    expect(
      run(2, [
        { at: 0, work: 100 },
        { at: 50, work: 100 },
      ]),
    ).toEqual([100, 150]);
  });

  it("shares its cores evenly among more jobs, so that equal ones end together", () => {
    const four = Array.from({ length: 4 }, () => ({ at: 0, work: 100 }));
    expect(run(2, four)).toEqual([200, 200, 200, 200]);
  });

  it("slows down what is under way when a job comes, and speeds it up when one goes", () => {
    // Alone for 50, then two on one core: the second needs 40, both have that by 130, and the first has 10 left.
    expect(
      run(1, [
        { at: 0, work: 100 },
        { at: 50, work: 40 },
      ]),
    ).toEqual([140, 130]);
  });

  it("ends equal jobs in the order in which they came", () => {
    const simulation = new Simulation({ seed: 1 });
    const machine = new ProcessorSharing(simulation, 1);
    const order: number[] = [];
    const done = simulation.register((job) => order.push(job));
    for (const job of [3, 1, 2]) machine.start(10, done, job);
    simulation.run();
    expect(order).toEqual([3, 1, 2]);
  });

  it("ends a job without work at once", () => {
    expect(run(1, [{ at: 7, work: 0 }])).toEqual([7]);
  });

  it("loses no work: one core is at work for as long as there are jobs, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 1000 }), work: fc.integer({ min: 1, max: 300 }) }), {
          minLength: 1,
          maxLength: 20,
        }),
        (jobs) => {
          const last = Math.max(...run(1, jobs));
          let busyUntil = 0;
          for (const { at, work } of jobs.toSorted((a, b) => a.at - b.at)) busyUntil = Math.max(busyUntil, at) + work;
          // Each end is rounded up to a whole microsecond.
          expect(last).toBeGreaterThanOrEqual(busyUntil);
          expect(last).toBeLessThanOrEqual(busyUntil + jobs.length);
        },
      ),
    );
  });
});
