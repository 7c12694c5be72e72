/**
 * Columns that are as wide as the run of neighbouring lines needs: a column reaches over consecutive lines that have a cell in it,
 * and ends at the first that has none. The last cell of a line belongs to no column. Source: Go's text/tabwriter.
 */

/** Spaces between a cell and the next. Source: kubectl/pkg/describe/describe.go, tabbedString. */
const PADDING = 2;

/** Replaces the tabs between cells by as many spaces as line them up. */
export function alignElastically(lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => line.split("\t"));
  const widths: number[][] = rows.map(() => []);
  const columns = rows.reduce((most, row) => Math.max(most, row.length - 1), 0);
  for (let column = 0; column < columns; column++) {
    for (let first = 0; first < rows.length; first++) {
      if (!reaches(rows[first], column)) continue;
      let end = first;
      let width = 0;
      for (; end < rows.length && reaches(rows[end], column); end++) width = Math.max(width, rows[end][column].length + PADDING);
      for (let row = first; row < end; row++) widths[row][column] = width;
      first = end;
    }
  }
  return rows.map((row, index) => row.map((cell, column) => cell.padEnd(widths[index][column] ?? 0)).join(""));
}

function reaches(row: readonly string[], column: number): boolean {
  return column < row.length - 1;
}
