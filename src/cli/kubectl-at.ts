/** Runs a kubectl command line against the simulated cluster as it is at a moment, and prints what kubectl would. */
import { MINUTE, SECOND, type SimTime } from "../engine/simulation.js";
import { parseKubectl, type CommandResult } from "../scenario/kubectl/command.js";
import { UsageError as KubectlUsageError } from "../scenario/kubectl/usage-error.js";
import { readManifestFiles } from "../scenario/manifests.js";
import { InvalidInput, type Mistake } from "../scenario/mistake.js";
import type { Scenario } from "../scenario/scenario.js";
import { clusterAt } from "../study/cluster-at.js";
import { RunFailed, UsageError } from "./exit.js";

/** A command that has not ended by then (a drain that a budget holds up, a wait) is given up. */
const PATIENCE: SimTime = 30 * MINUTE;

/** Throws UsageError for a command line that kubectl would not take, RunFailed where kubectl would end with exit code 1. */
export function kubectlAt(scenario: Scenario, at: SimTime, line: string): void {
  const command = parse(line);
  const { simulation, kubectl, epoch } = clusterAt(command.verb.startsWith("top ") ? measured(scenario) : scenario, at);
  const ended: { result?: CommandResult } = {};
  command.run(kubectl, simulation, epoch, (result) => {
    ended.result = result;
    simulation.stop();
  });
  simulation.run(at + PATIENCE);
  const { result } = ended;
  if (result === undefined) throw new RunFailed(`kubectl ${line}: not ended after ${PATIENCE / SECOND} s of simulated time`);
  const failures = new Set(result.errors);
  for (const text of result.output) (failures.has(text) ? process.stderr : process.stdout).write(`${text}\n`);
  if (result.exitCode !== 0) throw new RunFailed(`kubectl ${line}: exit code ${result.exitCode}`);
}

/** The scenario with a metrics-server that has been reading from the start. */
function measured(scenario: Scenario): Scenario {
  const { cluster } = scenario;
  return cluster.metrics === undefined
    ? scenario
    : { ...scenario, cluster: { ...cluster, metrics: { ...cluster.metrics, fromStart: true } } };
}

/** Files are those of the current directory. */
function parse(line: string): ReturnType<typeof parseKubectl> {
  const mistakes: Mistake[] = [];
  try {
    return parseKubectl(line, (path) => {
      const manifests = readManifestFiles(
        path,
        (message) => {
          throw new KubectlUsageError(message);
        },
        mistakes,
      );
      if (mistakes.length > 0) throw new InvalidInput(mistakes);
      return manifests;
    });
  } catch (error) {
    if (error instanceof KubectlUsageError) throw new UsageError(`kubectl ${line}: ${error.message}`);
    throw error;
  }
}

/** A word as a shell would quote it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
