/**
 * A study: independent replications of a scenario in worker threads, and estimates over them.
 *
 * Each replication is a pure function of (scenario, seed, number) and its tables are merged in order of the numbers, so the bytes do not
 * depend on the number of workers. A replication that fails is reported with its seed; the others are kept. The tables of finished
 * replications are in the output folder's `replications/` until the study ends, so that a killed study has lost none of them.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { writeTable } from "../output/csv.js";
import { OutputDirectory, refuseFile } from "../output/output-directory.js";
import { mergeTables } from "./merge.js";
import type { ReplicationOrder, ReplicationOutcome } from "./replication.js";
import { sumOfChecks, type CheckCounts } from "./violation-report.js";
import type { RunOrder } from "./simulate.js";
import { estimate } from "./statistics.js";
import { ofReplications, withWorkers, type RunInWorker } from "./worker-pool.js";
import { REPLICATIONS, STUDY, type EstimateRow, type ReplicationRow } from "./tables.js";

export interface StudyOrder extends Omit<RunOrder, "output"> {
  readonly seed: number | string;
  readonly replications: number;
  readonly workers: number;
  /** Folder for the results. */
  readonly output: string;
  /** Whether the replications are held to the invariants of a control plane; absent: they are not. */
  readonly check?: boolean;
}

export interface StudyResult {
  readonly replications: readonly ReplicationRow[];
  readonly estimates: readonly EstimateRow[];
  readonly files: readonly string[];
  /** Over all replications that ended; absent where they were not checked. */
  readonly checks?: CheckCounts;
}

/** Digits of a replication's folder name, so that folders sort by number. */
const FOLDER_DIGITS = 6;

/** Compiled and source tree differ in the ending only. */
const WORKER = new URL("./worker.js", import.meta.url).href;

/** Where the tables of finished replications are until the study ends. */
function replicationsFolder(output: string): string {
  return join(output, "replications");
}

/**
 * Leaves of a study that is broken off the tables of the replications that have finished, and no empty folders.
 *
 * @returns where those tables are; undefined: there are none
 */
export function abandonStudy(output: string): string | undefined {
  const folder = replicationsFolder(output);
  if (!existsSync(folder)) return undefined;
  // What is being written has a hidden name beside the finished folders.
  const [unfinished, finished] = [true, false].map((isHidden) => readdirSync(folder).filter((name) => name.startsWith(".") === isHidden));
  for (const name of unfinished) rmSync(join(folder, name), { recursive: true, force: true });
  if (finished.length > 0) return folder;
  // Under another name no worker that still runs finds it: they make no folder above their own.
  const abandoned = join(output, `.replications-${process.pid}`);
  renameSync(folder, abandoned);
  rmSync(abandoned, { recursive: true, force: true, maxRetries: 3 });
  if (readdirSync(output).length === 0) rmdirSync(output);
  return undefined;
}

/** Throws what loading the scenario throws where no replication could be run at all. */
export async function runStudy(order: StudyOrder, finished: (row: ReplicationRow) => void = () => undefined): Promise<StudyResult> {
  refuseFile(order.output);
  const folder = replicationsFolder(order.output);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const results = await withWorkers(WORKER, order.workers, (run) =>
    ofReplications(order.replications, async (replication) => {
      const result = await replicate(run, order, replication, join(folder, String(replication).padStart(FOLDER_DIGITS, "0")));
      finished(result.row);
      return result;
    }),
  );
  return publish(order, folder, results);
}

interface Replicated {
  readonly row: ReplicationRow;
  readonly outcome?: ReplicationOutcome;
  readonly folder: string;
}

async function replicate(run: RunInWorker, order: StudyOrder, replication: number, folder: string): Promise<Replicated> {
  try {
    const task: ReplicationOrder = { ...order, check: order.check ?? false, replication, output: folder };
    const outcome = (await run(task)) as ReplicationOutcome;
    const { problems, violations } = outcome;
    return { row: { replication, seed: order.seed, error: undefined, problems, violations }, outcome, folder };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { row: { replication, seed: order.seed, error: message, problems: [], violations: [] }, folder };
  }
}

async function publish(order: StudyOrder, folder: string, results: readonly Replicated[]): Promise<StudyResult> {
  const estimates = estimatesOf(results.flatMap(({ outcome }) => outcome ?? []));
  const replications = results.map(({ row }) => row);
  const directory = new OutputDirectory(order.output);
  const { files } = await directory.filledBy(() => {
    mergeTables(
      results.filter(({ outcome }) => outcome !== undefined).map((result) => result.folder),
      (file) => directory.path(file),
    );
    writeTable(directory, STUDY, estimates);
    writeTable(directory, REPLICATIONS, replications);
  });
  rmSync(folder, { recursive: true, force: true });
  const checks = results.flatMap(({ outcome }) => outcome?.checks ?? []);
  return { replications, estimates, files, ...(checks.length > 0 && { checks: sumOfChecks(checks) }) };
}

/** Estimates of the metrics in the order in which they first appear. */
function estimatesOf(outcomes: readonly ReplicationOutcome[]): EstimateRow[] {
  const values = new Map<string, number[]>();
  for (const { figures } of outcomes) {
    for (const { metric, value } of figures.metrics) {
      const known = values.get(metric);
      if (known === undefined) values.set(metric, [Number(value)]);
      else known.push(Number(value));
    }
  }
  return [...values].map(([metric, sample]) => ({ metric, estimate: estimate(sample) }));
}
