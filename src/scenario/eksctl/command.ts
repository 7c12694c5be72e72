/**
 * eksctl command lines that change managed node groups: from text to something that runs against a simulated cluster.
 *
 * Source: https://eksctl.io/usage/nodegroup-upgrade/, https://eksctl.io/usage/nodegroups/#nodegroup-autoscaling
 */
import type { CommandResult } from "../kubectl/command-result.js";
import { type Arguments, type Flag, flag, parseArguments } from "../kubectl/flags.js";
import { UsageError } from "../kubectl/usage-error.js";
import { splitWords, type Word } from "../kubectl/words.js";
import type { NodeGroups, NodeGroupSizes } from "../simulated-cluster.js";
import { suggestion } from "../suggestion.js";

export interface EksctlCommand {
  /** The group that it is about, and where in the line its name stands. */
  readonly nodeGroup: Word;
  /** Runs the command; `done` is called once, at the simulated time at which it ends. */
  run(groups: NodeGroups, done: (result: CommandResult) => void): void;
}

interface Verb {
  readonly flags: readonly Flag[];
  /** @throws UsageError */
  prepare(given: Arguments, nodeGroup: string): EksctlCommand["run"];
}

const COMMON_FLAGS: readonly Flag[] = [
  flag("name", "text"),
  flag("cluster", "text"),
  flag("region", "text", { short: "r" }),
  flag("wait", "boolean", { short: "w" }),
  flag("timeout", "duration"),
];

const upgrade: Verb = {
  flags: [flag("kubernetes-version", "text"), flag("force-upgrade", "boolean")],
  prepare(given, nodeGroup) {
    const version = given.text("kubernetes-version");
    if (version !== undefined && !/^1\.\d+(\.\d+)?$/.test(version))
      throw new UsageError(`invalid argument "${version}" for "--kubernetes-version" flag: must be a version such as 1.36`);
    const kubernetesVersion = version?.split(".").length === 2 ? `${version}.0` : version;
    return (groups, done) => {
      const output = [`upgrade of nodegroup "${nodeGroup}" in progress`, `waiting for upgrade of nodegroup "${nodeGroup}" to complete`];
      const options = { force: given.isSet("force-upgrade"), ...(kubernetesVersion !== undefined && { kubernetesVersion }) };
      groups.update(nodeGroup, options, (outcome) => {
        if (outcome.status === "Successful") {
          done(succeeded([...output, "nodegroup successfully upgraded"]));
          return;
        }
        const error = `Error: updating nodegroup "${nodeGroup}": ${outcome.errorCode}: ${outcome.errorMessage}`;
        if (outcome.status === "Refused") done(failed([], error));
        else done(failed(output, `${error} [${outcome.resourceIds.join(" ")}]`));
      });
    };
  },
};

const scale: Verb = {
  flags: [
    flag("nodes", "integer", { short: "N" }),
    flag("nodes-min", "integer", { short: "m" }),
    flag("nodes-max", "integer", { short: "M" }),
  ],
  prepare(given, nodeGroup) {
    const [nodes, min, max] = [given.integer("nodes"), given.integer("nodes-min"), given.integer("nodes-max")];
    if (nodes === undefined && min === undefined && max === undefined)
      throw new UsageError("at least one of --nodes, --nodes-min and --nodes-max must be set");
    if ([nodes, min, max].some((size) => size !== undefined && size < 0)) throw new UsageError("number of nodes must be 0 or greater");
    const sizes: NodeGroupSizes = {
      ...(nodes !== undefined && { nodes }),
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
    };
    return (groups, done) => {
      const output = [`scaling nodegroup "${nodeGroup}"`, "initiated scaling of nodegroup"];
      groups.scale(nodeGroup, sizes, (problem) => {
        if (problem !== undefined) done(failed([], `Error: failed to scale nodegroup "${nodeGroup}": ${problem}`));
        else done(succeeded([...output, "nodegroup successfully scaled"]));
      });
    };
  },
};

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ["upgrade nodegroup", upgrade],
  ["scale nodegroup", scale],
]);

/**
 * Reads a command line without its leading "eksctl".
 *
 * @throws UsageError with the offset of what is wrong
 */
export function parseEksctl(line: string): EksctlCommand {
  const words = splitWords(line);
  const name = words
    .slice(0, 2)
    .map(({ text }) => (text === "ng" ? "nodegroup" : text))
    .join(" ");
  const verb = VERBS.get(name);
  if (verb === undefined)
    throw new UsageError(`unknown command "${name}" for "eksctl"; ${suggestion(name, [...VERBS.keys()])}`, words.at(0)?.offset);
  const given = parseArguments(words.slice(2), [...COMMON_FLAGS, ...verb.flags]);
  const nodeGroup = nameOf(words, given);
  return { nodeGroup, run: verb.prepare(given, nodeGroup.text) };
}

function nameOf(words: readonly Word[], given: Arguments): Word {
  const [positional, ...more] = given.positional;
  if (more.length > 0) throw new UsageError(`there is more than one name: "${more[0].text}"`, more[0].offset);
  const named = given.text("name");
  if (positional !== undefined && named !== undefined)
    throw new UsageError("--name and argument cannot be used at the same time", positional.offset);
  if (positional !== undefined) return positional;
  if (named === undefined) throw new UsageError("--name must be set");
  return { text: named, offset: words.find(({ text }) => text === named || text === `--name=${named}`)?.offset ?? 0 };
}

function succeeded(output: readonly string[]): CommandResult {
  return { exitCode: 0, output, errors: [] };
}

function failed(output: readonly string[], error: string): CommandResult {
  return { exitCode: 1, output: [...output, error], errors: [error] };
}
