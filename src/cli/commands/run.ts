/** `kubewarp run FILE...`: runs a scenario, or bare manifests on a small cluster, and writes its tables. */
import { Option, type Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { METRICS_FILE } from "../../output/openmetrics/cluster-metrics.js";
import { OutputDirectory } from "../../output/output-directory.js";
import { TABLES } from "../../output/tables/index.js";
import { prepare, simulate, type ProgressListener, type RunResult } from "../../study/simulate.js";
import { violationLines } from "../../study/violation-report.js";
import { RunFailed } from "../exit.js";
import { interruptible } from "../interrupt.js";
import { folderOption, podOption, positiveDurationOption, scenarioOptions, type ScenarioFlags } from "../options.js";
import { watchHeap } from "../heap-watch.js";
import { progressBar } from "../progress.js";
import { REPORT_FORMATS, runReport, type ReportFormat } from "../run-report.js";
import { similarPods } from "../similar-pods.js";

interface RunFlags extends ScenarioFlags {
  readonly until?: SimTime;
  readonly out?: string;
  readonly output: ReportFormat;
  readonly quiet?: boolean;
  readonly trace?: string;
  readonly check?: boolean;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("Run a scenario, or bare manifests on a small cluster, and write CSV files.")
    .argument("<file...>", "a Scenario, with manifests beside it; directories; - for stdin");
  scenarioOptions(command)
    .option("--until <duration>", "end of the run, instead of the scenario's duration", positiveDurationOption)
    .option("--out <dir>", "folder for the CSV files (default: results/NAME)", folderOption)
    .option("--trace <pod>", "show the eleven steps of this pod's creation (NAMESPACE/NAME, or NAME in default)", podOption)
    .addOption(new Option("-o, --output <format>", "format of the summary").choices(REPORT_FORMATS).default("table"))
    .option("--check", "hold the run to the invariants of a control plane; the run itself does not change")
    .option("-q, --quiet", "no progress bar")
    .action(run);
}

async function run(
  files: string[],
  { set = {}, out, quiet = false, output, trace: traced, check = false, ...flags }: RunFlags,
): Promise<void> {
  const scenario = await prepare({ files, settings: set, ...flags });
  const directory = new OutputDirectory(out ?? `results/${scenario.name}`);
  await interruptible(
    () => directory.discard(),
    async () => {
      const progress = progressBar(scenario.duration, quiet);
      const checkHeap = watchHeap();
      const listener: ProgressListener = (...seen) => {
        progress.update(...seen);
        checkHeap();
      };
      const options = { directory, progress: listener, ...(traced !== undefined && { traced }), check };
      const { result, files: written } = await directory.filledBy(
        () => simulate(scenario, options).finally(() => progress.stop()),
        [...TABLES.map(({ name }) => `${name}.csv`), METRICS_FILE],
      );
      process.stdout.write(runReport(result, written, output));
      const violations = result.invariants === undefined ? [] : violationLines(result.invariants);
      const problems = [...result.outcome.problems, ...violations];
      if (traced !== undefined && result.trace === undefined) problems.push(noSuchPod(traced, result));
      if (problems.length > 0) throw new RunFailed(problems.join("\n"));
    },
  );
}

function noSuchPod(pod: string, { cluster }: RunResult): string {
  return `--trace: no pod ${pod} was created in the run; ${similarPods(cluster, pod)}`;
}
