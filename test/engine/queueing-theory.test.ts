/** Stations against the formulas of queueing theory (Kleinrock 1975, Queueing Systems, volume 1). */
import { describe, expect, it } from "vitest";
import { constant, type Distribution } from "../../src/engine/distribution.js";
import { exponential, lognormal } from "../../src/engine/distribution-families.js";
import { ProcessorSharing } from "../../src/engine/resource/processor-sharing.js";
import { Station } from "../../src/engine/resource/station.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { confidenceInterval } from "../../src/engine/statistics/confidence-interval.js";
import { Tally } from "../../src/engine/statistics/tally.js";

const MEAN_SERVICE = 1 * SECOND;
const UTILISATION = 0.7;
const REPLICATIONS = 20;
const WARM_UP = 5_000;
const CUSTOMERS = 40_000;

/** Erlang's C formula: the probability that all servers are at work when a customer arrives. */
function erlangC(servers: number, load: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= load / k;
    sum += term;
  }
  const last = ((term * load) / servers) * (servers / (servers - load));
  return last / (sum + last);
}

interface Outcome {
  /** Mean time in the line, in mean service times. */
  readonly wait: number;
  readonly busy: number;
  readonly trace: string;
}

function replicate(servers: number, service: Distribution, seed: number, replication: number): Outcome {
  const simulation = new Simulation({ seed, replication });
  const waits = new Tally();
  let arrived = 0;
  let trace = 0;
  const station = new Station<number>(simulation, {
    servers,
    onStart: (customer, waited) => {
      if (customer >= WARM_UP) waits.record(waited / MEAN_SERVICE);
      trace = (trace * 31 + simulation.now) % 2_147_483_647;
    },
    onDone: () => undefined,
  });
  const gaps = exponential(MEAN_SERVICE / (UTILISATION * servers));
  const arrivals = simulation.stream("arrivals");
  const services = simulation.stream("services");
  const arrive = simulation.register(() => {
    station.arrive(arrived++, service.sample(services));
    if (arrived < WARM_UP + CUSTOMERS) simulation.schedule(gaps.sample(arrivals), arrive);
  });
  simulation.schedule(gaps.sample(arrivals), arrive);
  simulation.run();
  return { wait: waits.mean, busy: station.busy.mean, trace: `${trace} ${simulation.now} ${waits.mean}` };
}

function expectTheory(servers: number, service: Distribution, expectedWait: number): void {
  const waits = new Tally();
  const busy = new Tally();
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const outcome = replicate(servers, service, 2_026, replication);
    waits.record(outcome.wait);
    busy.record(outcome.busy);
  }
  const interval = confidenceInterval(waits, 0.99);
  expect(interval.low).toBeLessThan(expectedWait);
  expect(interval.high).toBeGreaterThan(expectedWait);
  // Without this a wide interval would hold anything.
  expect(interval.halfWidth).toBeLessThan(0.06 * expectedWait);
  const work = confidenceInterval(busy, 0.99);
  expect(work.low).toBeLessThan(UTILISATION * servers);
  expect(work.high).toBeGreaterThan(UTILISATION * servers);
}

describe("waiting times", () => {
  it("of M/M/1: ρ / (1 - ρ) service times", () => {
    expectTheory(1, exponential(MEAN_SERVICE), UTILISATION / (1 - UTILISATION));
  });

  it.each([2, 4, 8])("of M/M/%d: Erlang's C formula over the free capacity", (servers) => {
    expectTheory(servers, exponential(MEAN_SERVICE), erlangC(servers, UTILISATION * servers) / (servers * (1 - UTILISATION)));
  });

  it("of M/D/1: half of M/M/1's (Pollaczek and Khinchine)", () => {
    expectTheory(1, constant(MEAN_SERVICE), UTILISATION / (2 * (1 - UTILISATION)));
  });
});

/** Mean time from arrival to departure on a machine that all customers share, in mean service times. */
function sojournOnSharedCores(cores: number, service: Distribution, replication: number): number {
  const simulation = new Simulation({ seed: 2_026, replication });
  const machine = new ProcessorSharing(simulation, cores);
  const sojourns = new Tally();
  const arrivedAt: number[] = [];
  const gaps = exponential(MEAN_SERVICE / (UTILISATION * cores));
  const arrivals = simulation.stream("arrivals");
  const services = simulation.stream("services");
  const depart = simulation.register((customer) => {
    if (customer >= WARM_UP) sojourns.record((simulation.now - arrivedAt[customer]) / MEAN_SERVICE);
  });
  const arrive = simulation.register(() => {
    const customer = arrivedAt.push(simulation.now) - 1;
    machine.start(service.sample(services), depart, customer);
    if (customer + 1 < WARM_UP + CUSTOMERS) simulation.schedule(gaps.sample(arrivals), arrive);
  });
  simulation.schedule(gaps.sample(arrivals), arrive);
  simulation.run();
  return sojourns.mean;
}

function expectSojourn(cores: number, service: Distribution, expected: number): void {
  const sojourns = new Tally();
  for (let replication = 0; replication < REPLICATIONS; replication++) sojourns.record(sojournOnSharedCores(cores, service, replication));
  const interval = confidenceInterval(sojourns, 0.99);
  expect(interval.low).toBeLessThan(expected);
  expect(interval.high).toBeGreaterThan(expected);
  expect(interval.halfWidth).toBeLessThan(0.06 * expected);
}

describe("sojourn times on shared cores (Kleinrock 1976, volume 2, section 4.4)", () => {
  const single = 1 / (1 - UTILISATION);

  it.each([
    ["M/M/1", exponential(MEAN_SERVICE)],
    ["M/D/1", constant(MEAN_SERVICE)],
    // Of mean 1: the median is exp(-σ²/2) of it.
    ["M/G/1, whatever the services", lognormal(MEAN_SERVICE * Math.exp(-0.5), 1)],
  ])("of %s: 1 / (1 - ρ) service times", (_, service) => {
    expectSojourn(1, service, single);
  });

  it("of M/M/2: as with a line before the cores", () => {
    expectSojourn(2, exponential(MEAN_SERVICE), 1 + erlangC(2, UTILISATION * 2) / (2 * (1 - UTILISATION)));
  });
});

describe("determinism", () => {
  it("the same seed and replication give the same run to the last digit, others do not", () => {
    const service = exponential(MEAN_SERVICE);
    const first = replicate(2, service, 7, 0).trace;
    expect(replicate(2, service, 7, 0).trace).toBe(first);
    expect(replicate(2, service, 8, 0).trace).not.toBe(first);
    expect(replicate(2, service, 7, 1).trace).not.toBe(first);
  });
});
