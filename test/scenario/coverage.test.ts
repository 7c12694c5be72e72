import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const FILE = join(import.meta.dirname, "../../docs/coverage.md");
const DOCUMENT = readFileSync(FILE, "utf8");
const ROWS = DOCUMENT.split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| what ") && !line.startsWith("| --- "))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));

/** The links of a text, with what they are called. */
function linksOf(text: string): { readonly name: string; readonly path: string }[] {
  return [...text.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, name, target]) => ({ name, path: resolve(dirname(FILE), target) }));
}

describe("docs/coverage.md", () => {
  it("has three columns in each row, of which two are links or say that something is not yet there", () => {
    expect(ROWS.length).toBeGreaterThan(100);
    for (const cells of ROWS) {
      expect(cells, cells.join(" | ")).toHaveLength(3);
      for (const cell of cells.slice(1)) expect(cell === "not yet" || linksOf(cell).length > 0, cells.join(" | ")).toBe(true);
    }
  });

  it.each(ROWS.map(([what, ...cells]) => [what, cells] as const))(
    "%s: its links lead to scenarios, and to tests of that title",
    (_, cells) => {
      const [scenarios, tests] = cells.map(linksOf);
      for (const { name, path } of scenarios) expect([basename(path), existsSync(path)]).toEqual([`${name}.yaml`, true]);
      for (const { name, path } of tests) {
        const text = existsSync(path) ? readFileSync(path, "utf8") : "";
        expect(text.includes(name) || (text !== "" && basename(path) === name), `${name} in ${path}`).toBe(true);
      }
    },
  );

  it("leaves no scenario out", () => {
    const shown = new Set(linksOf(DOCUMENT).map(({ path }) => basename(path)));
    const files = readdirSync(join(import.meta.dirname, "../../scenarios")).filter((file) => file.endsWith(".yaml"));
    expect(files.filter((file) => !shown.has(file))).toEqual([]);
  });
});
