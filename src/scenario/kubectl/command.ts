/** kubectl command lines: from text to something that runs against a simulated cluster. */
import type { Timestamp } from "../../api/types/meta.js";
import type { Simulation } from "../../engine/simulation.js";
import type { Impersonation, KubectlClient } from "../simulated-cluster.js";
import { suggestion } from "../suggestion.js";
import { type Arguments, GLOBAL_FLAGS, parseArguments } from "./flags.js";
import { runScript } from "./script.js";
import type { CommandResult } from "./command-result.js";
import { KubectlError } from "./kubectl-error.js";
import { KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Action, ReadManifests, Verb } from "./verb.js";
import { VERBS } from "./verbs.js";
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
 * @throws UsageError with the offset of what is wrong
 */
export function parseKubectl(line: string, readManifests: ReadManifests): KubectlCommand {
  const words = splitWords(line);
  if (words.length === 0) throw new UsageError("the command line is empty; must be a verb with its arguments");
  if (words[0].text === "kubectl") throw new UsageError('the line begins with "kubectl"; must begin with the verb', words[0].offset);
  const { verb, rest } = findVerb(words);
  const given = named(verb.name, () => parseArguments(rest, verb.flags));
  const namespace = given.text("namespace");
  const context = { namespace: namespace ?? "default", isNamespaceGiven: namespace !== undefined, readManifests };
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

function findVerb(words: readonly Word[]): { verb: Verb; rest: readonly Word[] } {
  // Flags may stand before the verb; its name is made of the first words that are none.
  const names = words.filter(({ text }, index) => !text.startsWith("-") && !takesValue(words[index - 1]?.text));
  const hasFiles = words.some(({ text }) => /^(-f|--filename)/.test(text));
  if (names.length === 0) throw new UsageError("there is no verb; must begin with one", words[0].offset);
  const unserved = whyNotSimulated(names.map(({ text }) => text));
  if (unserved !== undefined) throw new UsageError(unserved, names[0].offset);
  for (let length = Math.min(names.length, LONGEST_VERB); length > 0; length--) {
    const used = names.slice(0, length);
    const verb = VERBS.get(used.map(({ text }) => text).join(" "));
    // "create deploymnt web" is a slip, not "create -f FILE".
    if (verb !== undefined && (verb.name !== "create" || hasFiles || names.length === 1))
      return { verb, rest: words.filter((word) => !used.includes(word)) };
  }
  const known = [...VERBS.keys()];
  const [first, second] = [names[0], names.at(1)];
  const groups = known.filter((name) => name.startsWith(`${first.text} `));
  if (groups.length > 0) throw unknownPart(first, second, [...new Set(groups.map((name) => name.split(" ")[1]))]);
  const verbs = [...new Set(known.map((name) => name.split(" ")[0]))];
  throw new UsageError(`unknown command ${JSON.stringify(first.text)} for "kubectl"`, first.offset, {
    hint: suggestion(first.text, verbs),
  });
}

/** A verb of two words, such as "rollout status", of which the second is missing or unknown. */
function unknownPart(verb: Word, part: Word | undefined, choices: readonly string[]): UsageError {
  const hint = part === undefined ? `known are ${choices.join(", ")}` : suggestion(part.text, choices);
  const what = part === undefined ? `${verb.text} needs one more word` : `unknown command ${JSON.stringify(part.text)}`;
  const error = new UsageError(what, (part ?? verb).offset, { hint, pointer: "arguments" });
  error.verb = verb.text;
  return error;
}

/** Whether the word after this one is the value of a flag that may stand before the verb. */
function takesValue(text: string | undefined): boolean {
  return GLOBAL_FLAGS.some(({ name, short }) => text === `--${name}` || (short !== undefined && text === `-${short}`));
}
