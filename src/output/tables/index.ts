/** All result tables, in the order in which docs/output.md describes them. */
import type { Table } from "../csv.js";
import { EVENTS } from "./events.js";
import { NODES } from "./nodes.js";
import { PODS } from "./pods.js";
import { REQUESTS } from "./requests.js";
import { SCHEDULING } from "./scheduling.js";
import { SERIES } from "./series.js";
import { SUMMARY } from "./summary.js";
import { TRACE } from "./trace.js";

/** Only names and meanings: what a row is differs from table to table. */
export const TABLES: readonly Pick<Table<never>, "name" | "row" | "columns">[] = [
  PODS,
  NODES,
  EVENTS,
  SCHEDULING,
  SERIES,
  REQUESTS,
  SUMMARY,
  TRACE,
];
