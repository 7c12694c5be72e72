import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvFile, secondsText, type Table } from "../../src/output/csv.js";

interface Row {
  readonly text: string;
  readonly number: number | undefined;
}

const TABLE: Table<Row> = {
  name: "rows",
  row: "a row",
  columns: [
    { name: "text", meaning: "a text", value: ({ text }) => text },
    { name: "number", meaning: "a number", value: ({ number }) => number },
  ],
};

function written(rows: readonly Row[], leading?: { name: string; value: number }): string {
  const path = join(mkdtempSync(join(tmpdir(), "kubewarp-csv-")), "rows.csv");
  const file = new CsvFile(path, TABLE, leading);
  for (const row of rows) file.append(row);
  file.close();
  return readFileSync(path, "utf8");
}

/** A reader of RFC 4180 that knows nothing of the writer. */
function parsed(text: string): string[][] {
  const records: string[][] = [[]];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "," || char === "\n") {
      records[records.length - 1].push(field);
      field = "";
      if (char === "\n") records.push([]);
    } else field += char;
  }
  return records.slice(0, -1);
}

describe("a CSV file", () => {
  it("has a header and a line per row, absent values as empty fields", () => {
    expect(
      written([
        { text: "a", number: 1.5 },
        { text: "b", number: undefined },
      ]),
    ).toBe("text,number\na,1.5\nb,\n");
  });

  it("repeats a leading column in each row", () => {
    expect(written([{ text: "a", number: 1 }], { name: "replication", value: 7 })).toBe("replication,text,number\n7,a,1\n");
  });

  it("reads back as it was written, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: fc.string({ unit: "binary" }).filter((text) => !text.includes("\r")), number: fc.integer() }), {
          maxLength: 20,
        }),
        (rows) => {
          expect(parsed(written(rows)).slice(1)).toEqual(rows.map(({ text, number }) => [text, String(number)]));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("seconds with microsecond digits", () => {
  it.each([
    [0, "0.000000"],
    [1, "0.000001"],
    [1_000_000, "1.000000"],
    [90_061_000_001, "90061.000001"],
  ])("writes %d µs as %s", (time, text) => {
    expect(secondsText(time)).toBe(text);
  });

  it("loses no microsecond of any safe time", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (time) => {
        const [whole, fraction] = secondsText(time).split(".");
        expect(BigInt(whole) * 1_000_000n + BigInt(fraction)).toBe(BigInt(time));
      }),
    );
  });
});
