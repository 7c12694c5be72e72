import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TABLES } from "../../src/output/tables/index.js";

const reference = readFileSync(new URL("../../docs/output.md", import.meta.url), "utf8");

describe("docs/output.md", () => {
  it.each(TABLES.map((table) => [table.name, table] as const))("describes each column of %s.csv, in order", (name, { columns }) => {
    const start = reference.indexOf(`## ${name}.csv`);
    expect(start).toBeGreaterThan(0);
    const section = reference.slice(start).split(/\n## /)[0];
    const rows = [...section.matchAll(/^\| `([a-z0-9_]+)` \| (.+) \|$/gm)].map(([, column, meaning]) => [column, meaning]);
    expect(rows).toEqual(columns.map((column) => [column.name, column.meaning]));
  });
});
