/** The tables that a study adds to those of its replications. */
import type { Table } from "../output/csv.js";
import { estimateColumns } from "./estimate-columns.js";
import type { Estimate } from "./statistics.js";

export interface EstimateRow {
  readonly metric: string;
  readonly estimate: Estimate;
}

export interface ReplicationRow {
  readonly replication: number;
  readonly seed: number | string;
  readonly error: string | undefined;
  readonly problems: readonly string[];
  /** Lines about invariants that did not hold; never in a table. */
  readonly violations: readonly string[];
}

export const STUDY: Table<EstimateRow> = {
  name: "study",
  row: "a metric of summary.csv over all replications that have it",
  columns: [
    { name: "metric", meaning: "name of the metric, as in summary.csv", value: ({ metric }) => metric },
    ...estimateColumns<EstimateRow>(),
    { name: "minimum", meaning: "least value", value: ({ estimate }) => estimate.minimum },
    { name: "maximum", meaning: "greatest value", value: ({ estimate }) => estimate.maximum },
  ],
};

export const REPLICATIONS: Table<ReplicationRow> = {
  name: "replications",
  row: "a replication of the study",
  columns: [
    { name: "replication", meaning: "its number, from 0", value: ({ replication }) => replication },
    { name: "seed", meaning: "master seed of the study; with the replication's number it determines the run", value: ({ seed }) => seed },
    { name: "status", meaning: "done or failed", value: ({ error }) => (error === undefined ? "done" : "failed") },
    { name: "error", meaning: "why it failed", value: ({ error }) => error },
    {
      name: "problems",
      meaning: "steps of the scenario that went wrong and expectations that did not hold",
      value: ({ problems }) => problems.length,
    },
  ],
};
