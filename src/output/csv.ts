/**
 * CSV as RFC 4180: a header, comma, CRLF-free lines ending in LF, fields quoted where they must be.
 *
 * Times are seconds of simulated time with microsecond digits, written without rounding through binary fractions.
 */
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

const MICROSECONDS_PER_SECOND = 1_000_000;
const MICROSECOND_DIGITS = 6;

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

/** A whole table as text, header first. */
export function csvText<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): string {
  const records: CsvValue[][] = [columns.map(({ name }) => name)];
  for (const row of rows) records.push(columns.map(({ value }) => value(row)));
  return stringify(records, { record_delimiter: "unix", cast: { boolean: String } });
}
