/**
 * Named random streams. Each consumer draws from a stream of its own, derived from (seed, replication, name), so that adding a
 * consumer does not shift another's numbers (common random numbers for paired comparisons).
 *
 * Of seedrandom's generators this uses Alea (Baagøe 2010): the fastest of them, of period about 2^116, it passes TestU01's BigCrush, and it hashes
 * a seed of any length, so that similar names give unrelated streams. Its numbers are multiples of 2^-32.
 */
import seedrandom from "seedrandom";

export interface RandomStream {
  /** Uniform on [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Uniform integer in [0, bound), for bounds far below 2^32: the probabilities differ by less than 2^-32. */
  integer(bound: number): number;
}

class AleaStream implements RandomStream {
  private readonly generator: seedrandom.PRNG;
  /** The next number. It is drawn ahead of its use, so that the processor computes it while the last one is put to use. */
  private next: number;

  constructor(seed: string) {
    this.generator = seedrandom.alea(seed);
    this.next = this.generator();
  }

  uniform(): number {
    const number = this.next;
    this.next = this.generator();
    return number;
  }

  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }
}

/** The streams of one run. */
export class RandomStreams {
  private readonly byName = new Map<string, RandomStream>();

  constructor(
    private readonly seed: number | string,
    private readonly replication: number,
  ) {}

  stream(name: string): RandomStream {
    let stream = this.byName.get(name);
    if (stream === undefined) {
      stream = new AleaStream(JSON.stringify([this.seed, this.replication, name]));
      this.byName.set(name, stream);
    }
    return stream;
  }
}
