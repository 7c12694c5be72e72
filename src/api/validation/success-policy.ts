/** Validation of jobs' success policies. Source: validateSuccessPolicy, validateIndexesFormat in pkg/apis/batch/validation/validation.go. */
import type { JobSpec } from "../types/workloads.js";
import { invalid, required, tooLong, tooMany, type FieldError } from "./field-error.js";
import { nonNegative } from "./metadata.js";

const MAX_RULES = 20;
/** 64 KiB of text. */
const MAX_INDEXES_BYTES = 64 * 1024;

/** What is wrong with a list of indexes such as "0,2-4". */
class IndexesError extends Error {}

function index(text: string, completions: number): number {
  if (!/^[+-]?\d+$/.test(text)) throw new IndexesError(`cannot convert string to integer for index: ${JSON.stringify(text)}`);
  if (Number(text) >= completions) throw new IndexesError(`too large index: ${JSON.stringify(text)}`);
  return Number(text);
}

function increasing(previous: number | undefined, next: number): void {
  if (previous !== undefined && previous >= next) throw new IndexesError(`non-increasing order, previous: ${previous}, current: ${next}`);
}

/** The number of indexes in the list. @throws IndexesError */
function countIndexes(list: string, completions: number): number {
  if (list === "") return 0;
  let total = 0;
  let last: number | undefined;
  for (const interval of list.split(",")) {
    const limits = interval.split("-");
    if (limits.length > 2) {
      const rule = "violates the requirement that an index interval can have at most two parts separated by '-'";
      throw new IndexesError(`the fragment ${JSON.stringify(interval)} ${rule}`);
    }
    const first = index(limits[0], completions);
    const end = limits.length === 2 ? index(limits[1], completions) : first;
    if (limits.length === 2) increasing(first, end);
    increasing(last, first);
    total += end - first + 1;
    last = end;
  }
  return total;
}

type Rule = NonNullable<NonNullable<JobSpec["successPolicy"]>["rules"]>[number];

function validateRule(field: string, { succeededCount: count, succeededIndexes: indexes }: Rule, completions: number): FieldError[] {
  const errors: FieldError[] = [];
  if (count === undefined && indexes === undefined)
    errors.push(required(field, "at least one of succeededCount or succeededIndexes must be specified"));
  let total = 0;
  if (indexes !== undefined) {
    const path = `${field}.succeededIndexes`;
    if (indexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(path, MAX_INDEXES_BYTES));
    try {
      total = countIndexes(indexes, completions);
    } catch (error) {
      if (!(error instanceof IndexesError)) throw error;
      errors.push(invalid(path, indexes, `error parsing succeededIndexes: ${error.message}`));
    }
  }
  if (count === undefined) return errors;
  const path = `${field}.succeededCount`;
  errors.push(...nonNegative(path, count));
  const atMost = (bound: number, what: string): void => {
    if (count > bound) errors.push(invalid(path, count, `must be less than or equal to ${bound} (the number of ${what})`));
  };
  atMost(completions, "specified completions");
  if (indexes !== undefined) atMost(total, "indexes in the specified succeededIndexes field");
  return errors;
}

export function validateSuccessPolicy(field: string, spec: JobSpec): FieldError[] {
  const { successPolicy, completionMode, completions = 0 } = spec;
  if (successPolicy === undefined) return [];
  const rules = successPolicy.rules ?? [];
  if (completionMode !== "Indexed") {
    // The API server's own type is shown, with Go's names.
    const shown = {
      Rules: rules.map(({ succeededIndexes = null, succeededCount = null }) => ({
        SucceededIndexes: succeededIndexes,
        SucceededCount: succeededCount,
      })),
    };
    return [invalid(field, shown, "requires indexed completion mode")];
  }
  const errors: FieldError[] = [];
  if (rules.length === 0)
    errors.push(required(`${field}.rules`, "at least one rules must be specified when the successPolicy is specified"));
  if (rules.length > MAX_RULES) errors.push(tooMany(`${field}.rules`, rules.length, MAX_RULES));
  return [...errors, ...rules.flatMap((rule, position) => validateRule(`${field}.rules[${position}]`, rule, completions))];
}
