/**
 * CSV as RFC 4180 with LF line ends: a header, commas, fields quoted where they must be.
 *
 * Times are seconds of simulated time with microsecond digits, written without rounding through binary fractions.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import type { SimTime } from "../engine/simulation.js";

/** One column: its name with its unit, and what it means (docs/output.md lists both). */
export interface Column<Row> {
  readonly name: string;
  readonly meaning: string;
  readonly value: (row: Row) => CsvValue;
}

/** Undefined is written as an empty field: not applicable, or did not happen. */
export type CsvValue = string | number | boolean | undefined;

/** A result file: its name without ending, what a row is, and its columns. */
export interface Table<Row> {
  readonly name: string;
  readonly row: string;
  readonly columns: readonly Column<Row>[];
}

const MICROSECONDS_PER_SECOND = 1_000_000;
const MICROSECOND_DIGITS = 6;
const ROWS_PER_WRITE = 2_048;

/** Seconds with six decimals, from integer microseconds; exact for every safe integer. */
export function secondsText(time: SimTime): string {
  const whole = Math.floor(time / MICROSECONDS_PER_SECOND);
  const fraction = time - whole * MICROSECONDS_PER_SECOND;
  return `${whole}.${String(fraction).padStart(MICROSECOND_DIGITS, "0")}`;
}

/** The same, or undefined for a time that never came. */
export function optionalSeconds(time: SimTime | undefined): string | undefined {
  return time === undefined ? undefined : secondsText(time);
}

function csvText(records: readonly (readonly CsvValue[])[]): string {
  return stringify(records as CsvValue[][], { record_delimiter: "unix", cast: { boolean: String } });
}

/** A table being written row by row, in batches, so that a long run holds few rows in memory. */
export class CsvFile<Row> {
  private readonly descriptor: number;
  private batch: CsvValue[][];

  /** The leading column, where given, has the same value in each row: the number of a replication. */
  constructor(
    path: string,
    private readonly table: Table<Row>,
    private readonly leading?: { readonly name: string; readonly value: CsvValue },
  ) {
    this.descriptor = openSync(path, "w");
    this.batch = [[...(leading ? [leading.name] : []), ...table.columns.map(({ name }) => name)]];
  }

  append(row: Row): void {
    const values = this.table.columns.map(({ value }) => value(row));
    if (this.leading) values.unshift(this.leading.value);
    this.batch.push(values);
    if (this.batch.length >= ROWS_PER_WRITE) this.flush();
  }

  /** Appends the rows, which are all, and closes. */
  writeAll(rows: Iterable<Row>): void {
    for (const row of rows) this.append(row);
    this.close();
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    if (this.batch.length > 0) writeSync(this.descriptor, csvText(this.batch));
    this.batch = [];
  }
}

/** Writes a table whose rows are all there, as NAME.csv. */
export function writeTable<Row>(directory: { path(file: string): string }, table: Table<Row>, rows: Iterable<Row>): void {
  new CsvFile(directory.path(`${table.name}.csv`), table).writeAll(rows);
}
