/** What each benchmark exports, so that main.ts finds and prints it. */

/** One measured line: names in snake_case with units, such as `requests_per_s`. */
export type Row = Record<string, unknown>;

export interface Benchmark {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly description: string;
  /** Whether it runs only where its options are given. */
  readonly needsOptions?: boolean;
  /**
   * Measures.
   * @param args options of the benchmark itself.
   * @throws {UsageError} where an option is wrong.
   */
  run(args: readonly string[]): Row[] | Promise<Row[]>;
}

/** The command line is wrong. */
export class UsageError extends Error {}

/** @throws {UsageError} where options are given to a benchmark that takes none. */
export function refuseOptions(name: string, args: readonly string[]): void {
  if (args.length > 0) throw new UsageError(`${name} takes no options, but was given ${args.join(" ")}`);
}
