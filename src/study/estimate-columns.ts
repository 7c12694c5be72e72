/** Columns of tables of estimates: what is said of a sample of replications. */
import type { Column } from "../output/csv.js";
import type { Estimate } from "./statistics.js";

/** Size, mean and spread of the sample, and the interval of its mean. */
export function estimateColumns<Row extends { readonly estimate: Estimate }>(): Column<Row>[] {
  return [
    { name: "replications", meaning: "replications that have the metric", value: ({ estimate }) => estimate.n },
    { name: "mean", meaning: "mean over them", value: ({ estimate }) => estimate.mean },
    { name: "standard_deviation", meaning: "sample standard deviation", value: ({ estimate }) => estimate.standardDeviation },
    ...intervalColumns<Row>(({ estimate }) => estimate),
  ];
}

/** The confidence interval of the mean. */
export function intervalColumns<Row>(of: (row: Row) => Estimate): Column<Row>[] {
  return [
    {
      name: "ci95_low",
      meaning: "lower end of the 95 % confidence interval of the mean (Student's t); empty with one replication",
      value: (row) => low(of(row)),
    },
    { name: "ci95_high", meaning: "upper end of that interval", value: (row) => high(of(row)) },
  ];
}

/** The difference from the first configuration of a comparison. */
export function differenceColumns<Row extends { readonly difference: Estimate | undefined }>(): Column<Row>[] {
  return [
    {
      name: "difference",
      meaning: "mean difference from the first configuration, replication by replication; empty for that one",
      value: ({ difference }) => difference?.mean,
    },
    {
      name: "difference_ci95_low",
      meaning: "lower end of the 95 % confidence interval of the mean difference (paired t)",
      value: ({ difference }) => (difference === undefined ? undefined : low(difference)),
    },
    {
      name: "difference_ci95_high",
      meaning: "upper end of that interval",
      value: ({ difference }) => (difference === undefined ? undefined : high(difference)),
    },
  ];
}

/** Ends of the confidence interval; undefined with one replication. */
function low({ mean, halfWidth }: Estimate): number | undefined {
  return halfWidth === undefined ? undefined : mean - halfWidth;
}

function high({ mean, halfWidth }: Estimate): number | undefined {
  return halfWidth === undefined ? undefined : mean + halfWidth;
}
