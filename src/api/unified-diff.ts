/**
 * Line differences in the unified format, as Kubernetes puts them into its messages: found by the longest runs of lines that both texts
 * have, and then by those on either side of them.
 *
 * Source: https://docs.python.org/3/library/difflib.html (SequenceMatcher, unified_diff), which Kubernetes' Go library for it follows;
 * https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */

/** Unchanged lines shown around each change. */
const CONTEXT_LINES = 3;
/** In texts of so many lines, lines that make up more than a hundredth are no starting points for a run. Source: difflib's automatic junk. */
const MANY_LINES = 200;
const POPULAR_SHARE = 100;

/** Lines of both texts that are alike: where the run begins in each, and how long it is. */
interface Run {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

/** What the lines from..to of one text became in the other. */
interface Span {
  readonly isEqual: boolean;
  readonly before: readonly [from: number, to: number];
  readonly after: readonly [from: number, to: number];
}

/** Where each line stands in a text; popular ones are left out. */
function places(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const list = found.get(line);
    if (list === undefined) found.set(line, [index]);
    else list.push(index);
  }
  if (lines.length < MANY_LINES) return found;
  const greatest = Math.floor(lines.length / POPULAR_SHARE) + 1;
  for (const [line, list] of found) if (list.length > greatest) found.delete(line);
  return found;
}

class Comparison {
  private readonly places: ReadonlyMap<string, readonly number[]>;

  constructor(
    private readonly before: readonly string[],
    private readonly after: readonly string[],
  ) {
    this.places = places(after);
  }

  /** The longest run within parts of both texts, of equal ones the first in the old text, and in the new. */
  private longestRun([from, to]: Span["before"], [start, end]: Span["after"]): Run {
    let best: Run = { before: from, after: start, length: 0 };
    let lengths = new Map<number, number>();
    for (let i = from; i < to; i++) {
      const next = new Map<number, number>();
      for (const j of this.places.get(this.before[i]) ?? []) {
        if (j < start) continue;
        if (j >= end) break;
        const length = (lengths.get(j - 1) ?? 0) + 1;
        next.set(j, length);
        if (length > best.length) best = { before: i - length + 1, after: j - length + 1, length };
      }
      lengths = next;
    }
    return this.extended(best, [from, to], [start, end]);
  }

  /** Popular lines begin no run, but go on with one. */
  private extended(run: Run, [from, to]: Span["before"], [start, end]: Span["after"]): Run {
    let { before, after, length } = run;
    while (before > from && after > start && this.before[before - 1] === this.after[after - 1]) {
      before--;
      after--;
      length++;
    }
    while (before + length < to && after + length < end && this.before[before + length] === this.after[after + length]) length++;
    return { before, after, length };
  }

  private runs(before: Span["before"], after: Span["after"], found: Run[]): Run[] {
    const run = this.longestRun(before, after);
    if (run.length === 0) return found;
    if (before[0] < run.before && after[0] < run.after) this.runs([before[0], run.before], [after[0], run.after], found);
    found.push(run);
    const [next, following] = [run.before + run.length, run.after + run.length];
    if (next < before[1] && following < after[1]) this.runs([next, before[1]], [following, after[1]], found);
    return found;
  }

  spans(): Span[] {
    const spans: Span[] = [];
    let [before, after] = [0, 0];
    const last: Run = { before: this.before.length, after: this.after.length, length: 0 };
    for (const run of [...this.runs([0, this.before.length], [0, this.after.length], []), last]) {
      if (before < run.before || after < run.after) spans.push({ isEqual: false, before: [before, run.before], after: [after, run.after] });
      const previous = spans.at(-1);
      const [to, end] = [run.before + run.length, run.after + run.length];
      if (previous?.isEqual === true)
        spans[spans.length - 1] = { ...previous, before: [previous.before[0], to], after: [previous.after[0], end] };
      else if (run.length > 0) spans.push({ isEqual: true, before: [run.before, to], after: [run.after, end] });
      [before, after] = [to, end];
    }
    return spans;
  }
}

function first(span: Span, lines: number): Span {
  const end = (from: number, to: number): [number, number] => [from, Math.min(to, from + lines)];
  return { ...span, before: end(...span.before), after: end(...span.after) };
}

function final(span: Span, lines: number): Span {
  const start = (from: number, to: number): [number, number] => [Math.max(from, to - lines), to];
  return { ...span, before: start(...span.before), after: start(...span.after) };
}

/** Changes that lie near each other, with the unchanged lines around them. */
function hunks(spans: readonly Span[]): Span[][] {
  const groups: Span[][] = [[]];
  for (const [index, span] of spans.entries()) {
    const group = groups.at(-1)!;
    const [from, to] = span.before;
    if (!span.isEqual) group.push(span);
    else if (index === 0) group.push(final(span, CONTEXT_LINES));
    else if (index === spans.length - 1) group.push(first(span, CONTEXT_LINES));
    else if (to - from <= 2 * CONTEXT_LINES) group.push(span);
    else {
      group.push(first(span, CONTEXT_LINES));
      groups.push([final(span, CONTEXT_LINES)]);
    }
  }
  return groups.filter((group) => group.some((span) => !span.isEqual));
}

function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return `${from + 1}`;
  return `${length === 0 ? from : from + 1},${length}`;
}

/** The hunks of the difference between two texts, each line ended; empty where they are alike. */
export function unifiedDiff(before: string, after: string): string {
  const [old, next] = [before.split("\n"), after.split("\n")];
  const shown = (mark: string, lines: readonly string[]): string => lines.map((line) => `${mark}${line}\n`).join("");
  return hunks(new Comparison(old, next).spans())
    .map((group) => {
      const [start, end] = [group[0], group.at(-1)!];
      const head = `@@ -${range(start.before[0], end.before[1])} +${range(start.after[0], end.after[1])} @@\n`;
      const body = group.map(({ isEqual, before: [i, j], after: [k, l] }) =>
        isEqual ? shown(" ", old.slice(i, j)) : shown("-", old.slice(i, j)) + shown("+", next.slice(k, l)),
      );
      return head + body.join("");
    })
    .join("");
}
