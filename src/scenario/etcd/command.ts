/**
 * etcdctl and etcdutl command lines: from text to something that is done to the simulated cluster's etcd.
 *
 * Source: https://etcd.io/docs/v3.6/op-guide/maintenance/, https://etcd.io/docs/v3.6/op-guide/recovery/
 */
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { CommandResult } from "../kubectl/command-result.js";
import { type Arguments, type Flag, flag, parseArguments } from "../kubectl/flags.js";
import { UsageError } from "../kubectl/usage-error.js";
import { splitWords } from "../kubectl/words.js";
import type { EtcdMemberStatus, EtcdOperations } from "../simulated-cluster.js";
import { suggestion } from "../suggestion.js";

export interface EtcdCommand {
  /** Whether API servers stop while it goes on. */
  readonly stopsApiServers: boolean;
  /**
   * Runs the command; `done` is called once, at the simulated time at which it ends.
   *
   * @param downtime how long the API servers are stopped, where they are
   */
  run(etcd: EtcdOperations, downtime: SimTime, done: (result: CommandResult) => void): void;
}

/**
 * How long a restore takes where the scenario does not say: a kubelet looks for manifests of static pods that were moved away or back
 * each 20 s (fileCheckFrequency), and the members and API servers start.
 */
export const DEFAULT_DOWNTIME: SimTime = 30 * SECOND;

/** Lines that a command prints. */
type Act = (etcd: EtcdOperations) => readonly string[];

/** Each checks its arguments and says what is to be done. @throws UsageError */
type Verb = { readonly flags?: readonly Flag[] } & (
  { readonly prepare: (given: Arguments) => Act } | { readonly prepareRestore: (given: Arguments) => EtcdCommand["run"] }
);

const ENDPOINT_FLAGS: readonly Flag[] = [flag("cluster", "boolean"), flag("endpoints", "list"), flag("write-out", "text", { short: "w" })];

function file(given: Arguments): string {
  const [word, more] = given.positional;
  if (word === undefined || more !== undefined) throw new UsageError("exactly one file name is needed, such as backup.db", more?.offset);
  return word.text;
}

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    "snapshot save",
    {
      prepare: (given) => {
        const name = file(given);
        return (etcd) => {
          etcd.saveSnapshot(name);
          return [`Snapshot saved at ${name}`];
        };
      },
    },
  ],
  [
    "snapshot restore",
    {
      flags: [flag("bump-revision", "integer"), flag("mark-compacted", "boolean"), flag("data-dir", "text"), flag("name", "text")],
      prepareRestore: (given) => {
        const name = file(given);
        const bumpRevision = given.integer("bump-revision") ?? 0;
        const markCompacted = given.isSet("mark-compacted");
        if (bumpRevision < 0) throw new UsageError("--bump-revision must be 0 or more");
        // etcdutl wants both or none.
        if (markCompacted && bumpRevision === 0) throw new UsageError("--mark-compacted required --bump-revision");
        return (etcd, downtime, done) => {
          etcd.restoreSnapshot(name, { bumpRevision, markCompacted }, downtime, () =>
            done({ exitCode: 0, output: [`restored snapshot ${name}`], errors: [] }),
          );
        };
      },
    },
  ],
  [
    "compact",
    {
      flags: [flag("physical", "boolean")],
      prepare: (given) => {
        const [word, more] = given.positional;
        if (more !== undefined) throw new UsageError("compact takes one revision, or none for the newest", more.offset);
        if (word !== undefined && !/^\d+$/.test(word.text))
          throw new UsageError(`revision must be a number, not "${word.text}"`, word.offset);
        return (etcd) => [`compacted revision ${etcd.compact(word === undefined ? undefined : Number(word.text))}`];
      },
    },
  ],
  ["defrag", { prepare: () => (etcd) => etcd.defragment().map((member) => `Finished defragmenting etcd member[${member}]`) }],
  ["alarm list", { prepare: () => (etcd) => alarmLines(etcd.alarms()) }],
  ["alarm disarm", { prepare: () => (etcd) => alarmLines(etcd.disarm()) }],
  ["endpoint status", { prepare: () => (etcd) => etcd.status().map(statusLine) }],
]);

function alarmLines(members: readonly string[]): readonly string[] {
  return members.map((member) => `memberID:${member} alarm:NOSPACE`);
}

const KILOBYTE = 1_000;
const MEGABYTE = 1_000_000;

/** Member, size of the database, whether it leads, term, alarm. */
function statusLine({ name, size, isLeader, term, isFull }: EtcdMemberStatus): string {
  const shown = size < MEGABYTE ? `${Math.round(size / KILOBYTE)} kB` : `${(size / MEGABYTE).toFixed(1)} MB`;
  return [name, shown, `leader: ${isLeader}`, `term: ${term}`, ...(isFull ? ["alarm: NOSPACE"] : [])].join(", ");
}

/**
 * Reads a command line without its leading "etcdctl" or "etcdutl".
 *
 * @throws UsageError with the offset of what is wrong
 */
export function parseEtcd(line: string): EtcdCommand {
  const words = splitWords(line);
  const known = [...VERBS.keys()];
  const name = known.find((verb) => verb.split(" ").every((part, index) => words.at(index)?.text === part));
  if (name === undefined) {
    const given = words
      .slice(0, 2)
      .map(({ text }) => text)
      .join(" ");
    throw new UsageError(`unknown command "${given}" for etcdctl and etcdutl; ${suggestion(given, known)}`, words.at(0)?.offset);
  }
  const verb = VERBS.get(name)!;
  const given = parseArguments(words.slice(name.split(" ").length), [...(verb.flags ?? []), ...ENDPOINT_FLAGS]);
  if ("prepareRestore" in verb) return { stopsApiServers: true, run: refusing(verb.prepareRestore(given)) };
  const act = verb.prepare(given);
  const run = refusing((etcd, _, done) => done({ exitCode: 0, output: act(etcd), errors: [] }));
  return { stopsApiServers: false, run };
}

/** What etcd refuses, it refuses in one line. */
function refusing(run: EtcdCommand["run"]): EtcdCommand["run"] {
  return (etcd, downtime, done) => {
    try {
      run(etcd, downtime, done);
    } catch (error) {
      const message = `Error: ${error instanceof Error ? error.message : String(error)}`;
      done({ exitCode: 1, output: [message], errors: [message] });
    }
  };
}
