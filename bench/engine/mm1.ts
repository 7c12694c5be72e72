/**
 * An M/M/1 station at a utilisation of 0.8, written on the engine's public interface: once by hand with two registered handlers, once with the engine's own Station. The mean time
 * in the system is 5 service times in theory; it is printed so that nobody measures a station that does not work.
 */
import { exponential } from "../../src/engine/distribution-families.js";
import { Station } from "../../src/engine/resource/station.js";
import type { RandomStream } from "../../src/engine/random.js";
import { type HandlerId, SECOND, Simulation } from "../../src/engine/simulation.js";
import { type Benchmark, refuseOptions } from "../benchmark.js";

/** Short rounds, of which some escape the noise of the machine. */
const REQUESTS = 200_000;
const ROUNDS = 40;
/** Most requests in the system, a power of two. */
const RING = 4_096;
const MEAN_SERVICE = SECOND;
const UTILISATION = 0.8;

/** Mean time in the system, in mean service times. */
type Model = (seed: number) => number;

/** A server and its line, written by hand on registered handlers. */
class Server {
  private readonly simulation: Simulation;
  private readonly arrivals: RandomStream;
  private readonly services: RandomStream;
  private readonly gap = exponential(MEAN_SERVICE / UTILISATION);
  private readonly service = exponential(MEAN_SERVICE);
  private readonly arrive: HandlerId;
  private readonly depart: HandlerId;
  /** Arrival times of those in the system, in a ring. */
  private readonly arrived = new Float64Array(RING);
  private made = 0;
  private done = 0;
  private total = 0;

  constructor(seed: number) {
    this.simulation = new Simulation({ seed });
    this.arrivals = this.simulation.stream("arrivals");
    this.services = this.simulation.stream("services");
    this.arrive = this.simulation.register(() => this.onArrival());
    this.depart = this.simulation.register(() => this.onDeparture());
  }

  run(): number {
    this.simulation.schedule(0, this.arrive);
    this.simulation.run();
    return this.total / this.done / MEAN_SERVICE;
  }

  private onArrival(): void {
    if (this.made - this.done === RING) throw new Error("more requests wait than the ring holds");
    this.arrived[this.made++ & (RING - 1)] = this.simulation.now;
    if (this.made - this.done === 1) this.serve();
    if (this.made < REQUESTS) this.simulation.schedule(this.gap.sample(this.arrivals), this.arrive);
  }

  private onDeparture(): void {
    this.total += this.simulation.now - this.arrived[this.done++ & (RING - 1)];
    if (this.done < this.made) this.serve();
  }

  private serve(): void {
    this.simulation.schedule(this.service.sample(this.services), this.depart);
  }
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
  ["registered handlers", (seed) => new Server(seed).run()],
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
