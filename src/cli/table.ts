/** Tables as kubectl prints them: columns padded to their widest cell, three blanks between, no lines. */

const GAP = "   ";

export function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return [header, ...rows].map((cells) => `${line(cells)}\n`).join("");
}
