/** Compares what the recording's client was told: answers to its actions, and what its drains printed. */
import { isDeepStrictEqual } from "node:util";
import type { ActionError, ActionResult, DrainLine, OwnActionResult, Spread } from "./case.js";
import { REACTION_MS } from "./tolerance.js";
import { withoutTies } from "./ties.js";

export function compareActions(recorded: readonly ActionResult[], own: readonly OwnActionResult[]): string[] {
  return recorded.flatMap(({ at, begin, answered, errors = [] }, index) => {
    const found = own.at(index);
    if (found === undefined) return [`action at ${at} s was not answered`];
    const [error] = found.errors ?? [];
    const isSame = errors.length === 0 ? error === undefined : errors.some((one) => error !== undefined && isSameError(one, error));
    return [
      ...(isSame ? [] : [`action at ${at} s: ${JSON.stringify(error)}, want ${JSON.stringify(errors.at(0))}`]),
      ...late(`action at ${at} s: sent`, found.begin, begin),
      ...late(`action at ${at} s: answered`, found.answered, answered),
    ];
  });
}

/** Times of the client are reactions of the API server alone. */
function late(what: string, own: number, [least, median, greatest]: Spread): string[] {
  const isNear = Math.abs(own - median) <= REACTION_MS || (own >= least && own <= greatest);
  return isNear ? [] : [`${what} at ${own} ms, want ${median} ms`];
}

function isSameError(recorded: ActionError, own: ActionError): boolean {
  const shape = (error: ActionError) => JSON.parse(withoutTies(JSON.stringify(error))) as unknown;
  return isDeepStrictEqual(shape(recorded), shape(own));
}

/** What drain printed, as one of the recorded runs: pods of equal standing may come in any order. */
export function compareDrain(recorded: readonly (readonly DrainLine[])[] | undefined, own: readonly DrainLine[]): string[] {
  if (recorded === undefined) return own.length === 0 ? [] : [`drain: ${own.length} lines, want none`];
  const best = recorded.map((run) => drainDifferences(run, own)).sort((a, b) => a.length - b.length);
  return best[0] ?? [];
}

function drainDifferences(recorded: readonly DrainLine[], own: readonly DrainLine[]): string[] {
  const text = ({ stream, text: line }: DrainLine) => `${stream} ${line === null ? "" : withoutTies(line)}`;
  const sorted = (lines: readonly DrainLine[]) => lines.map(text).sort();
  if (!isDeepStrictEqual(sorted(recorded), sorted(own)))
    return [`drain: ${JSON.stringify(own.map(text))}, want ${JSON.stringify(recorded.map(text))}`];
  return recorded.flatMap(({ t }, index) =>
    Math.abs(own[index].t - t) <= REACTION_MS ? [] : [`drain line ${index + 1}: at ${own[index].t} ms, want ${t} ms`],
  );
}
