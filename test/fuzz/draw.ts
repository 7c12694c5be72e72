/** Draws of the kinds that random scenarios are made of. */
import type { RandomStream } from "../../src/engine/random.js";

export class Draw {
  constructor(private readonly stream: RandomStream) {}

  /** A whole number from the first to the last, both of them among the choices. */
  between(first: number, last: number): number {
    return first + this.stream.integer(last - first + 1);
  }

  chance(probability: number): boolean {
    return this.stream.uniform() < probability;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.stream.integer(choices.length)];
  }

  /** The value with that probability, else nothing: to be spread into an object. */
  maybe<T extends object>(probability: number, value: () => T): T | Record<string, never> {
    return this.chance(probability) ? value() : {};
  }

  /** So many values, each made anew. */
  times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  seconds(first: number, last: number): string {
    return `${this.between(first, last)}s`;
  }
}
