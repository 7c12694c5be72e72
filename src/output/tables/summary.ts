import type { Table } from "../csv.js";

/** One figure of a run. Units are in the name, as in all columns. */
export interface Metric {
  readonly metric: string;
  readonly value: number | string;
}

export const SUMMARY: Table<Metric> = {
  name: "summary",
  row: "a figure of the whole run",
  columns: [
    { name: "metric", meaning: "name of the figure, with its unit", value: ({ metric }) => metric },
    { name: "value", meaning: "its value", value: ({ value }) => value },
  ],
};
