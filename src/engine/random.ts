/**
 * Named random streams. Each consumer draws from a stream of its own, derived from (seed, replication, name), so that adding a
 * consumer does not shift another's numbers (common random numbers for paired comparisons).
 */
import seedrandom from "seedrandom";

export interface RandomStream {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
}

class SeededStream implements RandomStream {
  constructor(private readonly generator: seedrandom.PRNG) {}

  uniform(): number {
    return this.generator();
  }

  integer(bound: number): number {
    return Math.floor(this.generator() * bound);
  }
}

export class RandomStreams {
  private readonly byName = new Map<string, RandomStream>();

  constructor(
    private readonly seed: number | string,
    private readonly replication: number,
  ) {}

  stream(name: string): RandomStream {
    let stream = this.byName.get(name);
    if (stream === undefined) {
      stream = new SeededStream(seedrandom.alea(JSON.stringify([this.seed, this.replication, name])));
      this.byName.set(name, stream);
    }
    return stream;
  }
}
