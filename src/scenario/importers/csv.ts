/** Reads CSV as RFC 4180 has it, with a header. */

export interface CsvRow {
  /** Line of the file, from 1; the header is line 1. */
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** Rows as maps from column names to texts. Cells that are missing at the end of a row are empty. */
export function readCsv(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let header: readonly string[] | undefined;
  let line = 0;
  for (const record of text.split(/\r?\n/)) {
    line++;
    if (record === "") continue;
    const cells = splitRecord(record);
    if (header === undefined) header = cells;
    else rows.push({ line, fields: Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""])) });
  }
  return rows;
}

function splitRecord(record: string): readonly string[] {
  if (!record.includes('"')) return record.split(",");
  return [...record.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
