/** Columns as kubectl prints them. */

/** kubectl's own distance between columns, and the least width of one with it. Source: k8s.io/cli-runtime/pkg/printers/tabwriter.go */
const GAP = 3;
const LEAST_WIDTH = 6;

/** A table of which rows may come later: columns never become narrower. */
export class ColumnWriter {
  private readonly widths: number[] = [];

  constructor(
    private readonly gap = GAP,
    private readonly leastWidth = LEAST_WIDTH,
  ) {}

  /** Pads all cells but the last of each row to the width of their column. */
  align(rows: readonly (readonly string[])[]): readonly string[] {
    const { widths, gap, leastWidth } = this;
    for (const row of rows) {
      row.slice(0, -1).forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? leastWidth, cell.length + gap)));
    }
    return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]))).join(""));
  }
}

/** Lines of a whole table. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  return new ColumnWriter().align(rows);
}
