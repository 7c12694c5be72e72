/** `kubewarp study FILE`: replications of a scenario in worker threads, with estimates over them. */
import type { Command } from "commander";
import type { Scenario } from "../../scenario/scenario.js";
import { prepare } from "../../study/simulate.js";
import { abandonStudy, runStudy, type StudyResult } from "../../study/study.js";
import { checkText } from "../../study/violation-report.js";
import { estimateCells, rounded } from "../estimate-text.js";
import { RunFailed } from "../exit.js";
import { extendersNote } from "../extenders-note.js";
import { interruptible } from "../interrupt.js";
import { replicationOptions, type ReplicationFlags } from "../options.js";
import { tableText } from "../table.js";

interface StudyFlags extends ReplicationFlags {
  readonly check?: boolean;
}

const DEFAULT_REPLICATIONS = 10;
/** Significant digits of the printed estimates; study.csv has all. */
const DIGITS = 6;

export function addStudy(program: Command): void {
  const command = program
    .command("study")
    .description("Run replications of a scenario in worker threads and estimate its metrics with confidence intervals.")
    .argument("<file...>", "a Scenario, with manifests beside it");
  replicationOptions(command, DEFAULT_REPLICATIONS, "results/NAME-study")
    .option("--check", "hold each replication to the invariants of a control plane")
    .action(study);
}

async function study(files: string[], { set = {}, out, replications, workers, check = false, ...flags }: StudyFlags): Promise<void> {
  const scenario = await prepare({ files, settings: set, ...flags });
  const order = {
    files,
    settings: set,
    ...flags,
    replications,
    workers,
    seed: scenario.seed,
    output: out ?? `results/${scenario.name}-study`,
    check,
  };
  const result = await interruptible(
    () => {
      const kept = abandonStudy(order.output);
      const said = kept === undefined ? "no replication has finished" : `tables of finished replications are in ${kept}`;
      process.stderr.write(`kubewarp: ${said}\n`);
    },
    () =>
      runStudy(order, ({ replication, error }) => {
        if (error !== undefined) process.stderr.write(`replication ${replication} (seed ${scenario.seed}) failed: ${error}\n`);
      }),
  );
  process.stdout.write(studyText(scenario, result));
  const failed = result.replications.filter(({ error }) => error !== undefined).length;
  const wrong = result.replications.map(({ replication, problems, violations }) => ({ replication, found: [...problems, ...violations] }));
  const lines = wrong
    .filter(({ found }) => found.length > 0)
    .map(({ replication, found }) => `replication ${replication}: ${found.join("\n  ")}`);
  if (failed > 0) lines.push(`${failed} of ${replications} replications failed`);
  if (lines.length > 0) throw new RunFailed(lines.join("\n"));
}

function studyText({ name, cluster }: Scenario, { replications, estimates, files, checks }: StudyResult): string {
  const done = replications.filter(({ error }) => error === undefined).length;
  const rows = estimates.map(({ metric, estimate }) => [
    metric,
    ...estimateCells(estimate, DIGITS),
    rounded(estimate.minimum, DIGITS),
    rounded(estimate.maximum, DIGITS),
  ]);
  return (
    `${name}: ${done} of ${replications.length} replications done\n${extendersNote(cluster)}\n` +
    `${tableText(["METRIC", "MEAN", "95% CI", "MIN", "MAX"], rows)}\n` +
    `${checks === undefined ? "" : `checks  ${checkText(checks)}\n\n`}files   ${files.join("\n        ")}\n`
  );
}
