/**
 * Which time zones there are: names of the IANA database, in its spelling, since Go looks them up as names of files.
 *
 * Source: https://data.iana.org/time-zones/theory.html#naming, https://pkg.go.dev/time#LoadLocation
 */

const known = new Map<string, boolean>();

/** Words within names that have no capital, as in "Europe/Isle_of_Man" and "America/Port-au-Prince". */
const SMALL_WORDS: ReadonlySet<string> = new Set(["of", "au", "es"]);
/** An abbreviation, as in "US/Pacific", "Australia/ACT" and "EST5EDT", or a word with a capital. */
const WORD = /^([A-Z]{1,5}|[A-Z]{3}\d[A-Z]{3}|GMT[-+]?\d*|[A-Z][a-z]+([A-Z][A-Za-z]*)*|\d+)$/;

/** Whether the name is one of a time zone; upper and lower case tell names apart. */
export function isTimeZone(name: string): boolean {
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = lookUp(name)));
  return found;
}

function lookUp(name: string): boolean {
  if (name === "" || name === "UTC") return true;
  const resolved = resolvedName(name);
  if (resolved === undefined) return false;
  // The platform ignores case. It gives a name in its own spelling, but an older one as the newer.
  return resolved.toLowerCase() === name.toLowerCase() ? resolved === name : hasUsualSpelling(name);
}

function resolvedName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function hasUsualSpelling(name: string): boolean {
  return name.split(/[/_]/).every((part) => {
    const words = part.startsWith("GMT") ? [part] : part.split("-");
    return words.every((word) => SMALL_WORDS.has(word) || WORD.test(word));
  });
}
