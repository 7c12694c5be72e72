/** Runs a kubectl command line against the simulated cluster as it is at a moment, and prints what kubectl would. */
import { MINUTE, SECOND, type SimTime } from "../engine/simulation.js";
import { parseKubectl } from "../scenario/kubectl/command.js";
import type { CommandResult } from "../scenario/kubectl/command-result.js";
import { UsageError as KubectlUsageError } from "../scenario/kubectl/usage-error.js";
import { readManifestFiles } from "../scenario/manifests.js";
import { InvalidInput, type Mistake } from "../scenario/mistake.js";
import type { Scenario } from "../scenario/scenario.js";
import { clusterAt } from "../study/cluster-at.js";
import { CommandFailed, RunFailed } from "./exit.js";

/** A command that has not ended by then (a drain that a budget holds up, a wait) is given up. */
const PATIENCE: SimTime = 30 * MINUTE;
/** What a watch of the scenario's end has time for: to print what is there. */
const FIRST_LIST: SimTime = SECOND;

/** Throws CommandFailed, with kubectl's exit code, where kubectl would end with one; RunFailed where the command does not end. */
export function kubectlAt(scenario: Scenario, at: SimTime, line: string): void {
  const command = parse(line);
  const { simulation, kubectl, epoch } = clusterAt(command.verb.startsWith("top ") ? measured(scenario) : scenario, at);
  const ended: { result?: CommandResult } = {};
  const running = command.run(kubectl, simulation, epoch, (result) => {
    ended.result = result;
    simulation.stop();
  });
  // A watch ends with the scenario, any other command when it is done.
  simulation.run(Math.max(scenario.duration, at + FIRST_LIST));
  if (ended.result === undefined && !running.isWatching) simulation.run(at + PATIENCE);
  const { result = { output: running.output, exitCode: 0, stderr: [] } } = ended;
  const stderr = new Set(result.stderr);
  for (const text of result.output) (stderr.has(text) ? process.stderr : process.stdout).write(`${text}\n`);
  if (ended.result === undefined && !running.isWatching)
    throw new RunFailed(`kubectl ${line}: not ended after ${PATIENCE / SECOND} s of simulated time`);
  if (result.exitCode !== 0) throw new CommandFailed(result.exitCode);
}

/** The scenario with a metrics-server that has been reading from the start. */
function measured(scenario: Scenario): Scenario {
  const { cluster } = scenario;
  return cluster.metrics === undefined
    ? scenario
    : { ...scenario, cluster: { ...cluster, metrics: { ...cluster.metrics, fromStart: true } } };
}

/** Files are those of the current directory. What kubectl would say of a wrong command line goes to stderr. */
function parse(line: string): ReturnType<typeof parseKubectl> {
  const mistakes: Mistake[] = [];
  try {
    return parseKubectl(line, (path) => {
      const manifests = readManifestFiles(
        path,
        (message) => {
          // Source: k8s.io/cli-runtime/pkg/resource/builder.go
          throw new KubectlUsageError(message === `${path}: no such file` ? `the path ${JSON.stringify(path)} does not exist` : message);
        },
        mistakes,
      );
      // kubectl ends with the same code whatever is wrong.
      if (mistakes.length > 0) throw new KubectlUsageError(new InvalidInput(mistakes).message);
      return manifests;
    });
  } catch (error) {
    if (!(error instanceof KubectlUsageError)) throw error;
    const stream = error.help?.isOutput === true ? process.stdout : process.stderr;
    for (const text of error.lines) stream.write(`${text}\n`);
    throw new CommandFailed(KUBECTL_USAGE);
  }
}

/** kubectl ends with 1 where a command line is wrong, too. Source: kubectl/pkg/cmd/util/helpers.go DefaultErrorExitCode */
const KUBECTL_USAGE = 1;

/** A word as a shell would quote it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
