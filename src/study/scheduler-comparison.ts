/**
 * Scheduler configurations compared on one scenario: replications with common random numbers, estimates of each configuration, and
 * estimates of the difference of each from the first.
 */
import { writeTable } from "../output/csv.js";
import { OutputDirectory, refuseFile } from "../output/output-directory.js";
import {
  COMPARISON,
  PLUGIN_TIMES,
  SCHEDULER_RUNS,
  SCHEDULER_SPEED,
  type ComparisonRow,
  type PluginTimeRow,
  type SchedulerRunRow,
  type SpeedRow,
} from "./comparison-tables.js";
import { pairedDifference } from "./paired-comparison.js";
import type { SchedulerRunOrder, SchedulerRunOutcome } from "./scheduler-run.js";
import type { RunOrder } from "./simulate.js";
import { estimate } from "./statistics.js";
import { ofReplications, withWorkers, type RunInWorker } from "./worker-pool.js";

/** A configuration in the comparison. */
export interface Contestant {
  readonly name: string;
  /** As in {@link SchedulerRunOrder}. */
  readonly scheduler?: string;
}

export interface ComparisonOrder extends RunOrder {
  /** TESTCASE/WORKLOAD where the file is a performance-config.yaml of scheduler_perf. */
  readonly workload?: string;
  /** The first is what the others are compared with. */
  readonly contestants: readonly Contestant[];
  readonly replications: number;
  readonly workers: number;
  /** Module whose default export runs a {@link SchedulerRunOrder} in a worker thread: it alone reads the wall clock. */
  readonly worker: string;
  /** Folder for the tables. */
  readonly output: string;
}

export interface ComparisonResult {
  readonly comparison: readonly ComparisonRow[];
  readonly speed: readonly SpeedRow[];
  readonly plugins: readonly PluginTimeRow[];
  readonly files: readonly string[];
  /** Runs that failed; the others are compared without them. */
  readonly failed: readonly SchedulerRunFailed[];
}

/** What came out, by contestant and replication; undefined of a run that failed. */
export type Outcomes = readonly { readonly name: string; readonly runs: readonly (SchedulerRunOutcome | undefined)[] }[];

/** A run failed: a plugin broke, or the simulator did. */
export class SchedulerRunFailed extends Error {
  override readonly name = "SchedulerRunFailed";

  constructor(
    readonly scheduler: string,
    readonly replication: number,
    cause: unknown,
  ) {
    super(`replication ${replication} under ${scheduler}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** @throws SchedulerRunFailed where no run comes to its end; nothing is written then */
export async function compareSchedulers(
  order: ComparisonOrder,
  finished: (done: number, all: number) => void = () => undefined,
): Promise<ComparisonResult> {
  const { contestants, replications, workers, worker, output, ...run } = order;
  refuseFile(output);
  let done = 0;
  const failed: SchedulerRunFailed[] = [];
  const outcomes = await withWorkers(worker, workers, (inWorker) =>
    Promise.all(
      contestants.map(async ({ name, ...scheduler }) => {
        const runs = await ofReplications(replications, async (replication) => {
          const outcome = await runIn(inWorker, { ...run, ...scheduler, replication }, name, failed);
          finished(++done, replications * contestants.length);
          return outcome;
        });
        return { name, runs };
      }),
    ),
  );
  const names = contestants.map(({ name }) => name);
  failed.sort((a, b) => names.indexOf(a.scheduler) - names.indexOf(b.scheduler) || a.replication - b.replication);
  if (outcomes.every(({ runs }) => runs.every((one) => one === undefined))) throw failed[0];
  return publish(output, outcomes, failed);
}

async function runIn(
  run: RunInWorker,
  task: SchedulerRunOrder,
  scheduler: string,
  failed: SchedulerRunFailed[],
): Promise<SchedulerRunOutcome | undefined> {
  try {
    return (await run(task)) as SchedulerRunOutcome;
  } catch (error) {
    failed.push(new SchedulerRunFailed(scheduler, task.replication, error));
    return undefined;
  }
}

async function publish(output: string, outcomes: Outcomes, failed: readonly SchedulerRunFailed[]): Promise<ComparisonResult> {
  const comparison = comparisonRows(outcomes);
  const speed = speedRows(outcomes);
  const plugins = pluginRows(outcomes);
  const directory = new OutputDirectory(output);
  const { files } = await directory.filledBy(() => {
    writeTable(directory, COMPARISON, comparison);
    writeTable(directory, SCHEDULER_RUNS, runRows(outcomes));
    writeTable(directory, SCHEDULER_SPEED, speed);
    writeTable(directory, PLUGIN_TIMES, plugins);
  });
  return { comparison, speed, plugins, files, failed };
}

/** Metrics in the order in which they first appear, with all configurations of a metric one below the other. */
export function comparisonRows(outcomes: Outcomes): ComparisonRow[] {
  const metrics = [...new Set(outcomes.flatMap(({ runs }) => runs.flatMap((run) => run?.figures.map(({ metric }) => metric) ?? [])))];
  return metrics.flatMap((metric) => {
    const values = outcomes.map(({ runs }) => runs.map((run) => run?.figures.find((figure) => figure.metric === metric)?.value));
    return outcomes.flatMap(({ name }, at): ComparisonRow[] => {
      const known = values[at].filter((value) => value !== undefined);
      if (known.length === 0) return [];
      return [
        { metric, scheduler: name, estimate: estimate(known), difference: at === 0 ? undefined : pairedDifference(values[0], values[at]) },
      ];
    });
  });
}

function speedRows(outcomes: Outcomes): SpeedRow[] {
  const rates = outcomes.map(({ runs }) =>
    runs.map((run) => {
      if (run === undefined) return undefined;
      const { decisions, milliseconds } = run.times;
      return milliseconds > 0 ? (1000 * decisions) / milliseconds : undefined;
    }),
  );
  return outcomes.flatMap(({ name, runs }, at): SpeedRow[] => {
    const known = rates[at].filter((rate) => rate !== undefined);
    if (known.length === 0) return [];
    const decisions = runs.reduce((sum, run) => sum + (run?.times.decisions ?? 0), 0);
    return [
      { scheduler: name, decisions, perSecond: estimate(known), difference: at === 0 ? undefined : pairedDifference(rates[0], rates[at]) },
    ];
  });
}

/** Sums over the replications. */
function pluginRows(outcomes: Outcomes): PluginTimeRow[] {
  return outcomes.flatMap(({ name, runs }) => {
    const sums = new Map<string, PluginTimeRow>();
    for (const { plugin, point, calls, milliseconds } of runs.flatMap((run) => run?.times.plugins ?? [])) {
      const key = `${point} ${plugin}`;
      const known = sums.get(key);
      sums.set(key, {
        scheduler: name,
        plugin,
        point,
        calls: calls + (known?.calls ?? 0),
        milliseconds: milliseconds + (known?.milliseconds ?? 0),
      });
    }
    return [...sums.values()];
  });
}

function runRows(outcomes: Outcomes): SchedulerRunRow[] {
  return outcomes.flatMap(({ name, runs }) =>
    runs.flatMap((run, replication) => run?.figures.map((figure) => ({ scheduler: name, replication, ...figure })) ?? []),
  );
}
