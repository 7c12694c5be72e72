/** "did you mean ...?" */
import { distance } from "fastest-levenshtein";

/** A slip changes at most this part of the letters. */
const LARGEST_SLIP = 0.4;

/** The known name that was probably meant, or undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase());
    if (changes < least) {
      least = changes;
      best = candidate;
    }
  }
  return best !== undefined && least <= Math.max(1, Math.floor(LARGEST_SLIP * Math.max(name.length, best.length))) ? best : undefined;
}

/** So many known names, nearest first. */
export function similar(name: string, known: readonly string[], most: number): string[] {
  const away = known.map((candidate) => ({ candidate, changes: distance(name, candidate) }));
  return away
    .sort((a, b) => a.changes - b.changes)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** `did you mean "x"?`, or what there is to choose from. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? `known are ${known.join(", ")}` : `did you mean "${meant}"?`;
}
