import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Station } from "../../../src/engine/resource/station.js";
import { Simulation } from "../../../src/engine/simulation.js";

function setup(options: { servers: number; classes?: number; capacity?: number }) {
  const simulation = new Simulation({ seed: 1 });
  const log: string[] = [];
  const station = new Station<string>(simulation, {
    ...options,
    onStart: (customer, waited) => log.push(`${customer} starts at ${simulation.now} after ${waited}`),
    onDone: (customer) => log.push(`${customer} done at ${simulation.now}`),
  });
  return { simulation, station, log };
}

describe("Station", () => {
  it("serves first come first served on parallel servers", () => {
    const { simulation, station, log } = setup({ servers: 2 });
    for (const [customer, service] of [
      ["a", 10],
      ["b", 4],
      ["c", 3],
      ["d", 1],
    ] as const)
      station.arrive(customer, service);
    expect([station.busy.value, station.waiting.value]).toEqual([2, 2]);
    simulation.run();
    expect(log).toEqual([
      "a starts at 0 after 0",
      "b starts at 0 after 0",
      "c starts at 4 after 4",
      "b done at 4",
      "d starts at 7 after 7",
      "c done at 7",
      "d done at 8",
      "a done at 10",
    ]);
    expect(station.done).toBe(4);
    expect(station.busy.mean).toBe(1.8);
    expect(station.waiting.mean).toBe((2 * 4 + 1 * 3) / 10);
  });

  it("serves lower classes first, each in order, and interrupts nobody", () => {
    const { simulation, station, log } = setup({ servers: 1, classes: 2 });
    station.arrive("bulk 1", 10, 1);
    station.arrive("bulk 2", 10, 1);
    station.arrive("urgent 1", 10, 0);
    station.arrive("urgent 2", 10, 0);
    simulation.run();
    expect(log.filter((line) => line.includes("done"))).toEqual([
      "bulk 1 done at 10",
      "urgent 1 done at 20",
      "urgent 2 done at 30",
      "bulk 2 done at 40",
    ]);
  });

  it("turns customers away when the line is full", () => {
    const { simulation, station } = setup({ servers: 1, capacity: 1 });
    expect(["a", "b", "c"].map((customer) => station.arrive(customer, 10))).toEqual([true, true, false]);
    simulation.run();
    expect(station.done).toBe(2);
  });

  it("lets one who waits go away, and keeps the order of the others", () => {
    const { simulation, station, log } = setup({ servers: 1 });
    for (const customer of ["a", "b", "c", "d", "e"]) station.arrive(customer, 10);
    expect(station.withdraw("d")).toBe(true);
    expect(station.withdraw("b")).toBe(true);
    expect(station.withdraw("a")).toBe(false);
    expect(station.withdraw("d")).toBe(false);
    expect(station.waiting.value).toBe(2);
    simulation.run();
    expect(log.filter((line) => line.includes("done"))).toEqual(["a done at 10", "c done at 20", "e done at 30"]);
  });

  it("begins with those who wait when servers are added, and finishes what is begun when they are taken away", () => {
    const { simulation, station, log } = setup({ servers: 0 });
    for (const customer of ["a", "b", "c"]) station.arrive(customer, 10);
    simulation.at(5, () => (station.servers = 2));
    simulation.at(6, () => (station.servers = 1));
    simulation.run();
    expect(log.filter((line) => line.includes("starts"))).toEqual([
      "a starts at 5 after 5",
      "b starts at 5 after 5",
      "c starts at 15 after 15",
    ]);
    expect(station.busy.value).toBe(0);
  });

  it("breaks everything off when it is cleared, and works on afterwards", () => {
    const { simulation, station, log } = setup({ servers: 1 });
    for (const customer of ["a", "b", "c"]) station.arrive(customer, 10);
    simulation.at(12, () => {
      expect(station.clear()).toEqual(["b", "c"]);
      station.arrive("d", 10);
    });
    simulation.run();
    expect(log.filter((line) => line.includes("done"))).toEqual(["a done at 10", "d done at 22"]);
    expect(station.done).toBe(2);
  });

  it("gives nobody a place before those who wait, also when he arrives in the moment in which a server becomes free", () => {
    const simulation = new Simulation({ seed: 1 });
    const started: string[] = [];
    const station: Station<string> = new Station<string>(simulation, {
      servers: 0,
      onStart: (customer) => {
        started.push(customer);
        if (customer === "a") station.arrive("late", 1);
      },
      onDone: () => undefined,
    });
    for (const customer of ["a", "b", "c"]) station.arrive(customer, 1);
    station.servers = 4;
    expect(started).toEqual(["a", "b", "c", "late"]);
  });

  it("loses nobody and never works more servers than it has (random arrivals, services, withdrawals)", () => {
    const visit = fc.record({ at: fc.nat(200), service: fc.nat(40), class: fc.nat(2), leaves: fc.option(fc.nat(60), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(visit, { maxLength: 120 }), fc.integer({ min: 1, max: 4 }), (visits, servers) => {
        const simulation = new Simulation({ seed: 1 });
        const served: number[] = [];
        const gone: number[] = [];
        const station = new Station<number>(simulation, { servers, classes: 3, onDone: (customer) => served.push(customer) });
        for (const [customer, { at, service, class: priorityClass, leaves }] of visits.entries()) {
          simulation.at(at, () => {
            station.arrive(customer, service, priorityClass);
            expect(station.busy.value).toBeLessThanOrEqual(servers);
            if (station.waiting.value > 0) expect(station.busy.value).toBe(servers);
          });
          if (leaves === undefined) continue;
          simulation.at(at + leaves, () => {
            if (station.withdraw(customer, priorityClass)) gone.push(customer);
          });
        }
        simulation.run();
        expect([...served, ...gone].sort((a, b) => a - b)).toEqual(visits.map((_, customer) => customer));
        expect([station.waiting.value, station.busy.value, station.done]).toEqual([0, 0, served.length]);
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN])("refuses %d servers", (servers) => {
    expect(() => setup({ servers })).toThrow("servers of a station must be a whole number of at least 0");
  });
});
