/** `kubewarp explain FILE POD`: how the scheduler came to its decision about a pod. */
import type { Command } from "commander";
import { formatDuration } from "../../api/duration.js";
import { objectKey } from "../../api/kinds.js";
import type { SimTime } from "../../engine/simulation.js";
import type { SchedulingAttempt } from "../../scheduler/observer.js";
import { clusterAt } from "../../study/cluster-at.js";
import { prepare } from "../../study/simulate.js";
import { UsageError } from "../exit.js";
import { positiveDurationOption, seedOption, settingOption, type Settings } from "../options.js";
import { tableText } from "../table.js";

interface ExplainFlags {
  readonly namespace: string;
  readonly until?: SimTime;
  readonly seed?: number | string;
  readonly set?: Settings;
}

export function addExplain(program: Command): void {
  program
    .command("explain")
    .description("Show the scheduler's attempts to place a pod: nodes looked at, the chosen one, or why none was found.")
    .argument("<file>", "a Scenario")
    .argument("<pod>", "name of the pod, or namespace/name")
    .option("-n, --namespace <namespace>", "namespace of the pod", "default")
    .option("--until <duration>", "end of the run, instead of the scenario's duration", positiveDurationOption)
    .option("--seed <seed>", "master seed, instead of the scenario's", seedOption)
    .option("--set <name=value>", "value of a parameter of the scenario (repeatable)", settingOption)
    .action(explain);
}

function explain(file: string, pod: string, { namespace, set = {}, ...flags }: ExplainFlags): void {
  const scenario = prepare({ files: [file], settings: set, ...flags });
  const wanted = pod.includes("/") ? pod : `${namespace}/${pod}`;
  const attempts: SchedulingAttempt[] = [];
  clusterAt(scenario, scenario.duration, {
    attempt: (attempt) => {
      if (objectKey(attempt.pod) === wanted) attempts.push(attempt);
    },
  });
  if (attempts.length === 0) throw new UsageError(`no scheduler tried to place a pod ${wanted} up to ${formatDuration(scenario.duration)}`);
  const rows = attempts.map(({ time, attempt, result, node, evaluatedNodes, feasibleNodes, score }) => [
    formatDuration(time),
    String(attempt),
    result,
    node ?? "<none>",
    String(evaluatedNodes),
    String(feasibleNodes),
    score === undefined ? "" : String(score),
  ]);
  process.stdout.write(tableText(["TIME", "ATTEMPT", "RESULT", "NODE", "EVALUATED", "FEASIBLE", "SCORE"], rows));
  for (const { attempt, message } of attempts) if (message !== undefined) process.stdout.write(`attempt ${attempt}: ${message}\n`);
}
