/** kubectl command lines: from text to something that runs against a simulated cluster. */
import { distance } from "fastest-levenshtein";
import type { Timestamp } from "../../api/types/meta.js";
import type { Simulation } from "../../engine/simulation.js";
import type { Impersonation, KubectlClient } from "../simulated-cluster.js";
import { suggestion } from "../suggestion.js";
import { groupAlone, groupOfWords, unknownPart } from "./command-groups.js";
import { type Arguments, GLOBAL_FLAGS, parseArguments } from "./flags.js";
import { groupHelp, verbHelp } from "./help.js";
import { runScript } from "./script.js";
import type { CommandResult } from "./command-result.js";
import { KubectlError } from "./kubectl-error.js";
import { KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Action, ReadManifests, Verb } from "./verb.js";
import { ALL_VERBS, VERBS } from "./verbs.js";
import { whyNotSimulated } from "./not-simulated.js";
import { splitWords, type Word } from "./words.js";

export interface KubectlCommand {
  readonly verb: string;
  /** Runs the command; `done` is called once, at the simulated time at which it ends. */
  run(client: KubectlClient, simulation: Simulation, epoch: Timestamp, done: (result: CommandResult) => void): RunningCommand;
}

/** A command that has begun. */
export interface RunningCommand {
  /** What it has printed so far. */
  readonly output: readonly string[];
  /** Whether nothing but time ends it. */
  readonly isWatching: boolean;
}

/**
 * Reads a command line without its leading "kubectl".
 *
 * @param pathOf where a path of the command line leads; absent: it is that of the current directory
 * @throws UsageError with the offset of what is wrong
 */
export function parseKubectl(line: string, readManifests: ReadManifests, pathOf = (path: string) => path): KubectlCommand {
  const words = splitWords(line);
  if (words.length === 0) throw new UsageError("the command line is empty; must be a verb with its arguments");
  if (words[0].text === "kubectl") throw new UsageError('the line begins with "kubectl"; must begin with the verb', words[0].offset);
  const { verb, rest } = findVerb(words);
  const given = named(verb.name, () => parseArguments(rest, verb.flags));
  const namespace = given.text("namespace");
  const context = { namespace: namespace ?? "default", isNamespaceGiven: namespace !== undefined, readManifests, pathOf };
  const { action, identity } = named(verb.name, () => ({ action: verb.prepare(given, context), identity: identityOf(given) }));
  return {
    verb: verb.name,
    run: (client, simulation, epoch, done) => {
      const session = new KubectlSession(identity === undefined ? client : client.as(identity), simulation, epoch);
      runAction(action, session, done);
      return session;
    },
  };
}

/** A mistake knows the verb in whose command line it is. */
function named<T>(verb: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) error.verb = verb;
    throw error;
  }
}

/** Whose requests they are; undefined for the administrator's own. @throws UsageError */
function identityOf(given: Arguments): Impersonation | undefined {
  const user = given.text("as");
  const groups = given.texts("as-group");
  const dryRun = given.text("dry-run") === "server";
  if (user === undefined && groups.length > 0)
    throw new UsageError("requesting uid, groups or user-extra for kubernetes-admin without impersonating a user");
  return user === undefined && !dryRun ? undefined : { ...(user !== undefined && { user, groups }), dryRun };
}

function runAction(action: Action, session: KubectlSession, done: (result: CommandResult) => void): void {
  const end = () => done(session.end());
  runScript(action(session), end, (error) => {
    if (!(error instanceof KubectlError)) throw error;
    session.fail(error);
    end();
  });
}

/** Words of the longest name of a verb: "create secret generic". */
const LONGEST_VERB = 3;
const HELP: ReadonlySet<string> = new Set(["-h", "--help"]);

function findVerb(words: readonly Word[]): { verb: Verb; rest: readonly Word[] } {
  // Flags may stand before the verb; its name is made of the first words that are none.
  const names = words.filter(({ text }, index) => !text.startsWith("-") && !takesValue(words[index - 1]?.text));
  const dashes = words.findIndex(({ text }) => text === "--");
  const asksForHelp = words.slice(0, dashes < 0 ? undefined : dashes).some(({ text }) => HELP.has(text));
  if (asksForHelp || names.at(0)?.text === "help") return { verb: helpOf(names.filter(({ text }) => text !== "help")), rest: [] };
  const hasFiles = words.some(({ text }) => /^(-f|--filename)/.test(text));
  if (names.length === 0) throw new UsageError("there is no verb; must begin with one", words[0].offset);
  const unserved = whyNotSimulated(names.map(({ text }) => text));
  if (unserved !== undefined) throw new UsageError(unserved, names[0].offset);
  const found = longestVerb(names);
  // "create deploymnt web" is a slip, not "create -f FILE".
  if (found !== undefined && (found.verb.name !== "create" || hasFiles))
    return { verb: found.verb, rest: words.filter((word) => !found.used.includes(word)) };
  const group = groupOfWords(names, [...VERBS.keys()]);
  if (group === undefined) throw unknownCommand(names[0]);
  throw names.length > group.length ? unknownPart(group, names) : groupAlone(group, names[0], ALL_VERBS);
}

function longestVerb(names: readonly Word[]): { readonly verb: Verb; readonly used: readonly Word[] } | undefined {
  for (let length = Math.min(names.length, LONGEST_VERB); length > 0; length--) {
    const used = names.slice(0, length);
    const verb = VERBS.get(used.map(({ text }) => text).join(" "));
    if (verb !== undefined) return { verb, used };
  }
  return undefined;
}

/** Prints the help of what the words name. @throws UsageError where they name nothing */
function helpOf(names: readonly Word[]): Verb {
  const group = groupOfWords(names, [...VERBS.keys()]);
  const verb = longestVerb(names)?.verb;
  if (names.length > 0 && group === undefined && verb === undefined) throw unknownCommand(names[0]);
  const name = group?.name ?? "";
  const lines = verb !== undefined && verb.name.length >= name.length && verb.name !== name ? verbHelp(verb) : groupHelp(name, ALL_VERBS);
  return {
    name: "help",
    flags: [],
    prepare: () =>
      function* (session) {
        for (const line of lines) session.print(line);
      },
  };
}

/** Edits of a name that still make it a slip for another. Source: github.com/spf13/cobra/command.go SuggestionsFor */
const LARGEST_SLIP = 2;

function unknownCommand({ text, offset }: Word): UsageError {
  const verbs = [...new Set([...VERBS.keys()].map((name) => name.split(" ")[0]))];
  const error = new UsageError(`unknown command ${JSON.stringify(text)} for "kubectl"`, offset, { hint: suggestion(text, verbs) });
  const meant = verbs.filter((verb) => distance(text.toLowerCase(), verb) <= LARGEST_SLIP || verb.startsWith(text.toLowerCase()));
  if (meant.length > 0) error.after = ["", "Did you mean this?", ...meant.map((verb) => `\t${verb}`)];
  return error;
}

/** Whether the word after this one is the value of a flag that may stand before the verb. */
function takesValue(text: string | undefined): boolean {
  return GLOBAL_FLAGS.some(({ name, short }) => text === `--${name}` || (short !== undefined && text === `-${short}`));
}
