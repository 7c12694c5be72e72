/**
 * An M/M/1 station at a utilisation of 0.8, written on the engine's public interface: once by hand with two registered handlers, once with the engine's own Station. The mean time
 * in the system is 5 service times in theory; it is printed so that nobody measures a station that does not work.
 */
import { exponential } from "../../src/engine/distribution-families.js";
import { Station } from "../../src/engine/resource/station.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { type Benchmark, refuseOptions } from "../benchmark.js";

const REQUESTS = 1_000_000;
const ROUNDS = 7;
const MEAN_SERVICE = SECOND;
const UTILISATION = 0.8;

/** Mean time in the system, in mean service times. */
type Model = (seed: number) => number;

function handlers(seed: number): number {
  const simulation = new Simulation({ seed });
  const arrivals = simulation.stream("arrivals");
  const services = simulation.stream("services");
  const gap = exponential(MEAN_SERVICE / UTILISATION);
  const service = exponential(MEAN_SERVICE);
  /** Arrival times of those in the system, in a ring. */
  const arrived = new Float64Array(4_096);
  const mask = arrived.length - 1;
  let made = 0;
  let done = 0;
  let total = 0;

  const depart = simulation.register(() => {
    total += simulation.now - arrived[done++ & mask];
    if (done < made) simulation.schedule(service.sample(services), depart);
  });
  const arrive = simulation.register(() => {
    if (made - done > mask) throw new Error("more requests wait than the ring holds");
    arrived[made++ & mask] = simulation.now;
    if (made - done === 1) simulation.schedule(service.sample(services), depart);
    if (made < REQUESTS) simulation.schedule(gap.sample(arrivals), arrive);
  });
  simulation.schedule(0, arrive);
  simulation.run();
  return total / done / MEAN_SERVICE;
}

function station(seed: number): number {
  const simulation = new Simulation({ seed });
  const arrivals = simulation.stream("arrivals");
  const services = simulation.stream("services");
  const gap = exponential(MEAN_SERVICE / UTILISATION);
  const service = exponential(MEAN_SERVICE);
  let made = 0;
  const server = new Station<number>(simulation, { servers: 1, onDone: () => undefined });
  const arrive = simulation.register(() => {
    server.arrive(made++, service.sample(services));
    if (made < REQUESTS) simulation.schedule(gap.sample(arrivals), arrive);
  });
  simulation.schedule(0, arrive);
  simulation.run();
  // Little's law: the number in the system is its throughput times the time in it.
  return (server.waiting.integral + server.busy.integral) / server.done / MEAN_SERVICE;
}

const MODELS: readonly (readonly [name: string, model: Model])[] = [
  ["registered handlers", handlers],
  ["Station", station],
];

export const mm1: Benchmark = {
  name: "mm1",
  description: "M/M/1 station on the engine's public interface, requests a second",
  run(args) {
    refuseOptions("mm1", args);
    const best = MODELS.map(() => 0);
    const times = MODELS.map(() => 0);
    for (let i = 0; i < ROUNDS; i++)
      for (const [j, [, model]] of MODELS.entries()) {
        const start = performance.now();
        times[j] += model(i) / ROUNDS;
        best[j] = Math.max(best[j], (REQUESTS / (performance.now() - start)) * 1_000);
      }
    return MODELS.map(([written], j) => ({
      written_with: written,
      requests: REQUESTS,
      requests_per_s: Math.round(best[j]),
      events_per_s: Math.round(2 * best[j]),
      mean_time_in_system: Number(times[j].toFixed(3)),
      theory: 1 / (1 - UTILISATION),
    }));
  },
};
