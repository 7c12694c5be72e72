/** Columns as kubectl prints them. */

/** kubectl's own distance between columns. */
const GAP = "   ";

/** Pads all cells but the last of each row to the width of their column. */
export function alignColumns(rows: readonly (readonly string[])[], gap: string = GAP): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]))).join(gap));
}
