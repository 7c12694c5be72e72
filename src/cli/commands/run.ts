/** `kubewarp run FILE...`: runs a scenario, or bare manifests on a small cluster, and writes its tables. */
import { Option, type Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { OutputDirectory } from "../../output/output-directory.js";
import { prepare, simulate } from "../../study/simulate.js";
import { RunFailed } from "../exit.js";
import { interruptible } from "../interrupt.js";
import { positiveDurationOption, seedOption, settingOption, type Settings } from "../options.js";
import { progressBar } from "../progress.js";
import { REPORT_FORMATS, runReport, type ReportFormat } from "../run-report.js";

interface RunFlags {
  readonly seed?: number | string;
  readonly until?: SimTime;
  readonly out?: string;
  readonly output: ReportFormat;
  readonly set?: Settings;
  readonly quiet?: boolean;
}

export function addRun(program: Command): void {
  program
    .command("run")
    .description("Run a scenario, or bare manifests on a small cluster, and write CSV files.")
    .argument("<file...>", "a Scenario, with manifests beside it; directories; - for stdin")
    .option("--seed <seed>", "master seed, instead of the scenario's", seedOption)
    .option("--until <duration>", "end of the run, instead of the scenario's duration", positiveDurationOption)
    .option("--out <dir>", "folder for the CSV files (default: results/NAME)")
    .option("--set <name=value>", "value of a parameter of the scenario (repeatable)", settingOption)
    .addOption(new Option("-o, --output <format>", "format of the summary").choices(REPORT_FORMATS).default("table"))
    .option("-q, --quiet", "no progress bar")
    .action(run);
}

async function run(files: string[], { set = {}, out, quiet = false, output, ...flags }: RunFlags): Promise<void> {
  const scenario = await prepare({ files, settings: set, ...flags });
  const directory = new OutputDirectory(out ?? `results/${scenario.name}`);
  await interruptible(
    () => directory.discard(),
    () => {
      const progress = progressBar(scenario.duration, quiet);
      try {
        const result = simulate(scenario, undefined, directory, (...seen) => progress.update(...seen));
        progress.stop();
        const written = directory.publish();
        process.stdout.write(runReport(result, written, output));
        const { problems } = result.outcome;
        if (problems.length > 0) throw new RunFailed(problems.join("\n"));
      } catch (error) {
        progress.stop();
        directory.discard();
        throw error;
      }
    },
  );
}
