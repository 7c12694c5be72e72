/** Commands that only hold others, such as rollout: named alone, or with a word that is none of theirs. */
import { suggestion } from "../suggestion.js";
import { groupHelp } from "./help.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import type { Word } from "./words.js";

/** Groups whose help goes to stdout where no command is named; that of the others goes to stderr. Source: kubectl/pkg/cmd/rollout/rollout.go */
const TO_STDOUT: ReadonlySet<string> = new Set(["rollout"]);

/** Other names of groups. */
const GROUP_ALIASES: Readonly<Record<string, string>> = { "create svc": "create service" };

export interface CommandGroup {
  readonly name: string;
  /** Names of its commands, without its own. */
  readonly parts: readonly string[];
  /** How many of the words name it. */
  readonly length: number;
}

/** The longest group that the words name. */
export function groupOfWords(words: readonly Word[], known: readonly string[]): CommandGroup | undefined {
  for (const length of [2, 1]) {
    const text = words
      .slice(0, length)
      .map((word) => word.text)
      .join(" ");
    const name = GROUP_ALIASES[text] ?? text;
    const parts = known.filter((one) => one.startsWith(`${name} `)).map((one) => one.slice(name.length + 1).split(" ")[0]);
    if (words.length >= length && parts.length > 0) return { name, parts: [...new Set(parts)], length };
  }
  return undefined;
}

/** A group without one of its commands: its help is printed, and it fails. Source: kubectl/pkg/cmd/util/helpers.go DefaultSubCommandRun */
export function groupAlone({ name, parts }: CommandGroup, verb: Word, verbs: readonly Verb[]): UsageError {
  const error = new UsageError(name === "create" ? "must specify one of -f and -k" : `${name} needs one more word`, verb.offset, {
    hint: `known are ${parts.join(", ")}`,
  });
  error.help = { lines: [...missedFirst(name), ...groupHelp(name, verbs)], isOutput: TO_STDOUT.has(name) };
  return error;
}

/** Create is a command too, which misses its files first. Source: kubectl/pkg/cmd/create/create.go */
function missedFirst(group: string): readonly string[] {
  return group === "create" ? ["Error: must specify one of -f and -k", ""] : [];
}

/** A word that is none of the group's commands. */
export function unknownPart({ name, parts, length }: CommandGroup, words: readonly Word[]): UsageError {
  const rest = words.slice(length);
  const said = `unknown command ${JSON.stringify(rest.map(({ text }) => text).join(" "))}`;
  const error = new UsageError(said, rest[0].offset, { hint: suggestion(rest[0].text, parts), pointer: "arguments" });
  error.verb = name;
  error.before = missedFirst(name);
  return error;
}
