/** Line differences in the unified format. Source: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html */

/** Unchanged lines shown around each change. */
const CONTEXT_LINES = 3;

type Edit = readonly [kind: " " | "-" | "+", line: string];

/** The edits that turn one text into another, by the longest common subsequence of their lines. */
function edits(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  }
  const result: Edit[] = before.slice(0, start).map((line) => [" ", line]);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.push([" ", a[i++]]);
      j++;
    } else if (i < a.length && (j >= b.length || common[i + 1][j] >= common[i][j + 1])) result.push(["-", a[i++]]);
    else result.push(["+", b[j++]]);
  }
  return [...result, ...before.slice(before.length - end).map((line): Edit => [" ", line])];
}

/** The hunks of the difference between two texts, each line ended; empty where they are alike. */
export function unifiedDiff(before: string, after: string): string {
  const all = edits(before.split("\n"), after.split("\n"));
  const changed = all.flatMap(([kind], index) => (kind === " " ? [] : [index]));
  let text = "";
  for (let next = 0; next < changed.length;) {
    let last = next;
    while (last + 1 < changed.length && changed[last + 1] - changed[last] <= 2 * CONTEXT_LINES) last++;
    const from = Math.max(0, changed[next] - CONTEXT_LINES);
    const hunk = all.slice(from, changed[last] + CONTEXT_LINES + 1);
    const count = (other: "-" | "+", edits: readonly Edit[]): number => edits.filter(([kind]) => kind !== other).length;
    const head = all.slice(0, from);
    text += `@@ -${count("+", head) + 1},${count("+", hunk)} +${count("-", head) + 1},${count("-", hunk)} @@\n`;
    text += hunk.map(([kind, line]) => `${kind}${line}\n`).join("");
    next = last + 1;
  }
  return text;
}
