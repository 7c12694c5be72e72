/** `kubewarp bench`, and `kubewarp bench scheduler FILE`: scheduler configurations compared on one workload. */
import { basename, extname } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { isPerformanceConfig } from "../../scenario/importers/scheduler-perf/performance-config.js";
import {
  compareSchedulers,
  SchedulerRunFailed,
  type ComparisonOrder,
  type ComparisonResult,
  type Contestant,
} from "../../study/scheduler-comparison.js";
import { nanosecondsPerCall } from "../../study/comparison-tables.js";
import { DEFAULT_SCHEDULER, perfRunOf } from "../../study/scheduler-perf.js";
import { clusterWith } from "../../study/scheduler-run.js";
import { prepare } from "../../study/simulate.js";
import type { Estimate } from "../../study/statistics.js";
import { estimateCells } from "../estimate-text.js";
import { RunFailed, UsageError } from "../exit.js";
import { extendersNote } from "../extenders-note.js";
import { replicationOptions, type ReplicationFlags } from "../options.js";
import { tableText } from "../table.js";
import { addBenchSchedulerPerf, workloadsOf } from "./bench-scheduler-perf.js";

interface BenchFlags extends ReplicationFlags {
  readonly workload?: string;
  readonly config?: readonly Contestant[];
}

const DEFAULT_REPLICATIONS = 5;
/** Significant digits of the printed estimates; the CSV files have all. */
const DIGITS = 5;

const WORKER = new URL("../scheduler-run-worker.js", import.meta.url).href;

export function addBench(program: Command): void {
  const bench = program.command("bench").description("Measure and compare schedulers.");
  addBenchSchedulerPerf(bench);
  const command = bench
    .command("scheduler")
    .description("Compare scheduler configurations on one scenario: placement, waiting, preemption and speed, with confidence intervals.")
    .argument("<file...>", "a Scenario, with manifests beside it; or a performance-config.yaml of scheduler_perf")
    .option("-w, --workload <name>", "of a performance-config.yaml: the workload whose TESTCASE/WORKLOAD contains this")
    .option(
      "-c, --config <[name=]file>",
      "a KubeSchedulerConfiguration, or default for kube-scheduler's own; the others are compared with the first (repeatable)",
      contestantOption,
    )
    .action(benchScheduler);
  replicationOptions(command, DEFAULT_REPLICATIONS, "results/NAME-schedulers");
}

/** `NAME=FILE`, or a file that gives its name. */
function contestantOption(text: string, before: readonly Contestant[] = []): readonly Contestant[] {
  const at = text.indexOf("=");
  const scheduler = text.slice(at + 1);
  const name = at > 0 ? text.slice(0, at) : basename(scheduler, extname(scheduler));
  if (scheduler === "" || at === 0) throw new InvalidArgumentError("must be FILE or NAME=FILE.");
  if (before.some((other) => other.name === name))
    throw new InvalidArgumentError(`there are two configurations called ${name}; give one a name of its own: NAME=FILE.`);
  return [...before, { name, scheduler }];
}

async function benchScheduler(files: string[], flags: BenchFlags): Promise<void> {
  if (files.includes("-")) throw new UsageError("standard input can be read once only; give a file");
  const comparison = files.some(isPerformanceConfig) ? await ofWorkload(files, flags) : await ofScenario(files, flags);
  const { name, order, note } = comparison;
  try {
    const result = await compareSchedulers(order, (done, all) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} runs${done === all ? "\n" : ""}`);
    });
    process.stdout.write(note + comparisonText(name, order.replications, result));
    const { failed } = result;
    if (failed.length === 0) return;
    const count = `${failed.length} of ${order.replications * order.contestants.length} runs failed; the others are compared without them`;
    throw new RunFailed([...failed.map(({ message }) => message), count].join("\n"));
  } catch (error) {
    if (error instanceof SchedulerRunFailed) throw new RunFailed(error.message);
    throw error;
  }
}

interface Comparison {
  /** Of what the schedulers are compared on. */
  readonly name: string;
  readonly order: ComparisonOrder;
  /** Said before the results. */
  readonly note: string;
}

/** Mistakes are told before anything runs. */
async function ofScenario(files: readonly string[], { config, set = {}, out, workload, ...flags }: BenchFlags): Promise<Comparison> {
  if (workload !== undefined)
    throw new UsageError("--workload chooses from a performance-config.yaml of scheduler_perf; a scenario has none");
  const run = { files, settings: set, ...flags };
  const scenario = await prepare(run);
  const contestants = config ?? [{ name: scenario.cluster.scheduler === undefined ? DEFAULT_SCHEDULER : "scenario" }];
  const asked = new Set<string>();
  for (const { scheduler } of contestants) asked.add(extendersNote(await clusterWith(scenario, scheduler, flags)));
  const order = { ...run, contestants, worker: WORKER, output: out ?? `results/${scenario.name}-schedulers` };
  return { name: scenario.name, order, note: [...asked].join("") };
}

async function ofWorkload(files: readonly string[], { config, set, out, workload: wanted, ...flags }: BenchFlags): Promise<Comparison> {
  const [file, ...others] = files;
  if (others.length > 0) throw new UsageError(`${file} is a performance-config.yaml of scheduler_perf; it stands alone`);
  if (set !== undefined || flags.until !== undefined)
    throw new UsageError(
      "--set and --until are for scenarios; workloads of scheduler_perf have neither parameters to set nor an end to choose",
    );
  const chosen = workloadsOf(file, wanted === undefined ? [] : [wanted]);
  if (chosen.length > 1)
    throw new UsageError(`${file} has several workloads; choose one with --workload: ${chosen.map(({ name }) => name).join(", ")}`);
  const [workload] = chosen;
  const contestants = config ?? [{ name: workload.schedulerConfigPath === undefined ? DEFAULT_SCHEDULER : "workload" }];
  for (const { scheduler } of contestants)
    await perfRunOf(workload, { seed: 1, ...flags, ...(scheduler !== undefined && { config: scheduler }) }, {});
  const { name } = workload;
  const output = out ?? `results/${name.replaceAll("/", "-")}-schedulers`;
  return { name, order: { files, settings: {}, ...flags, workload: name, contestants, worker: WORKER, output }, note: "" };
}

function comparisonText(name: string, replications: number, { comparison, speed, plugins, files }: ComparisonResult): string {
  const measures = comparison.map(({ metric, scheduler, estimate, difference }) => [
    metric,
    scheduler,
    ...estimateCells(estimate, DIGITS),
    ...differenceCells(difference),
  ]);
  const speeds = speed.map(({ scheduler, perSecond, difference }) => [
    "decisions_per_second",
    scheduler,
    ...estimateCells(perSecond, DIGITS),
    ...differenceCells(difference),
  ]);
  const times = plugins.map((row) => [
    row.point,
    row.plugin,
    row.scheduler,
    String(Math.round(nanosecondsPerCall(row))),
    String(row.calls),
  ]);
  return [
    `${name}: ${replications} replication${replications === 1 ? "" : "s"} of each configuration\n`,
    tableText(["METRIC", "SCHEDULER", "MEAN", "95% CI", "DIFFERENCE", "95% CI"], [...measures, ...speeds]),
    tableText(["POINT", "PLUGIN", "SCHEDULER", "NS/CALL", "CALLS TIMED"], times),
    `files   ${files.join("\n        ")}\n`,
  ].join("\n");
}

function differenceCells(difference: Estimate | undefined): string[] {
  return difference === undefined ? ["", ""] : estimateCells(difference, DIGITS);
}
