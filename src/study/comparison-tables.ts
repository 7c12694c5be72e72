/** The tables of a comparison of scheduler configurations. */
import type { Table } from "../output/csv.js";
import { differenceColumns, estimateColumns, intervalColumns } from "./estimate-columns.js";
import type { Estimate } from "./statistics.js";

export interface ComparisonRow {
  readonly metric: string;
  readonly scheduler: string;
  readonly estimate: Estimate;
  /** From the first configuration; undefined for that one. */
  readonly difference: Estimate | undefined;
}

export interface SchedulerRunRow {
  readonly scheduler: string;
  readonly replication: number;
  readonly metric: string;
  readonly value: number;
}

export interface SpeedRow {
  readonly scheduler: string;
  readonly decisions: number;
  readonly perSecond: Estimate;
  readonly difference: Estimate | undefined;
}

export interface PluginTimeRow {
  readonly scheduler: string;
  readonly plugin: string;
  readonly point: string;
  readonly calls: number;
  readonly milliseconds: number;
}

export const COMPARISON: Table<ComparisonRow> = {
  name: "comparison",
  row: "a metric under one scheduler configuration",
  columns: [
    { name: "metric", meaning: "name of the metric", value: ({ metric }) => metric },
    { name: "scheduler", meaning: "name of the configuration", value: ({ scheduler }) => scheduler },
    ...estimateColumns<ComparisonRow>(),
    ...differenceColumns<ComparisonRow>(),
  ],
};

export const SCHEDULER_RUNS: Table<SchedulerRunRow> = {
  name: "runs",
  row: "a metric of one replication under one scheduler configuration",
  columns: [
    { name: "scheduler", meaning: "name of the configuration", value: ({ scheduler }) => scheduler },
    { name: "replication", meaning: "number of the replication, from 0", value: ({ replication }) => replication },
    { name: "metric", meaning: "name of the metric", value: ({ metric }) => metric },
    { name: "value", meaning: "its value", value: ({ value }) => value },
  ],
};

export const SCHEDULER_SPEED: Table<SpeedRow> = {
  name: "speed",
  row: "a scheduler configuration; wall time, so two runs differ",
  columns: [
    { name: "scheduler", meaning: "name of the configuration", value: ({ scheduler }) => scheduler },
    { name: "decisions", meaning: "decisions of all replications", value: ({ decisions }) => decisions },
    {
      name: "decisions_per_second",
      meaning: "decisions a second of wall time spent deciding (filters, scores, choice), mean over the replications",
      value: ({ perSecond }) => perSecond.mean,
    },
    ...intervalColumns<SpeedRow>(({ perSecond }) => perSecond),
    ...differenceColumns<SpeedRow>(),
  ],
};

const NANOSECONDS_PER_MILLISECOND = 1_000_000;

/** Wall time of one call. */
export function nanosecondsPerCall({ milliseconds, calls }: PluginTimeRow): number {
  return calls === 0 ? 0 : (milliseconds * NANOSECONDS_PER_MILLISECOND) / calls;
}

export const PLUGIN_TIMES: Table<PluginTimeRow> = {
  name: "plugins",
  row: "a plugin at an extension point under one scheduler configuration; wall time, so two runs differ",
  columns: [
    { name: "scheduler", meaning: "name of the configuration", value: ({ scheduler }) => scheduler },
    { name: "point", meaning: "extension point", value: ({ point }) => point },
    { name: "plugin", meaning: "name of the plugin", value: ({ plugin }) => plugin },
    {
      name: "calls",
      meaning: "calls that were timed: of every twentieth cycle, evaluated plainly; Filter and Score are called once a node",
      value: ({ calls }) => calls,
    },
    { name: "nanoseconds_per_call", meaning: "mean wall time of a call", value: nanosecondsPerCall },
  ],
};
