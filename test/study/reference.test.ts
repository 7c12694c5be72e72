import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Table } from "../../src/output/csv.js";
import { COMPARISON, PLUGIN_TIMES, SCHEDULER_RUNS, SCHEDULER_SPEED } from "../../src/study/comparison-tables.js";
import { SCHEDULER_PERF } from "../../src/study/scheduler-perf.js";

const reference = readFileSync(new URL("../../docs/output.md", import.meta.url), "utf8");
const TABLES: readonly Pick<Table<never>, "name" | "row" | "columns">[] = [
  COMPARISON,
  SCHEDULER_RUNS,
  SCHEDULER_SPEED,
  PLUGIN_TIMES,
  SCHEDULER_PERF,
];

describe("docs/output.md", () => {
  it.each(TABLES.map((table) => [table.name, table] as const))("describes each column of %s.csv, in order", (name, { columns, row }) => {
    const start = reference.indexOf(`## ${name}.csv\n`);
    expect(start).toBeGreaterThan(0);
    const section = reference.slice(start).split(/\n## /)[0];
    expect(section).toContain(`One row is ${row}.`);
    const rows = [...section.matchAll(/^\| `([a-z0-9_]+)` \| (.+) \|$/gm)].map(([, column, meaning]) => [column, meaning]);
    expect(rows).toEqual(columns.map((column) => [column.name, column.meaning]));
  });
});
