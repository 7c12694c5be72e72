/**
 * Numbers given out from a range whose lower end is kept for users who ask for a number: others get one from the upper band, and from
 * the lower one only when that is full.
 *
 * Source: https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/ and
 * https://kubernetes.io/blog/2023/05/11/nodeport-dynamic-and-static-allocation/
 */
import type { RandomStream } from "../../../engine/random.js";

/** A band is kept only in ranges larger than this, and is at least as large. */
const LEAST_BAND = 16;

/** Size of the band for static assignment: a share of the range within bounds. */
export function staticBand(size: number, share: number, largest: number): number {
  return size <= LEAST_BAND ? 0 : Math.min(Math.max(LEAST_BAND, Math.floor(size / share)), largest);
}

export type Reservation = "reserved" | "taken" | "out of range";

export class BandAllocator {
  private readonly taken = new Set<number>();

  /**
   * @param first lowest number
   * @param last highest number
   * @param dynamicFirst lowest number of the upper band
   */
  constructor(
    private readonly first: number,
    private readonly last: number,
    private readonly dynamicFirst: number,
    private readonly stream: RandomStream,
  ) {}

  /** How many numbers are in use. */
  get used(): number {
    return this.taken.size;
  }

  reserve(number: number): Reservation {
    if (!(number >= this.first && number <= this.last)) return "out of range";
    if (this.taken.has(number)) return "taken";
    this.taken.add(number);
    return "reserved";
  }

  release(number: number): void {
    this.taken.delete(number);
  }

  /** A free number, undefined where the range is full. */
  next(): number | undefined {
    const found = this.nextIn(this.dynamicFirst, this.last) ?? this.nextIn(this.first, this.dynamicFirst - 1);
    if (found !== undefined) this.taken.add(found);
    return found;
  }

  /** From a random start upwards, and around the end. */
  private nextIn(from: number, to: number): number | undefined {
    const size = to - from + 1;
    if (size <= 0) return undefined;
    const start = this.stream.integer(size);
    for (let step = 0; step < size; step++) {
      const candidate = from + ((start + step) % size);
      if (!this.taken.has(candidate)) return candidate;
    }
    return undefined;
  }
}
