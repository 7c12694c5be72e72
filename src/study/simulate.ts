/** One run of a scenario, from its files to its figures and tables: the cluster is built, the scenario scheduled, all of it recorded. */
import { setImmediate } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.js";
import type { ClusterDescription } from "../cluster/description.js";
import { InvariantChecker, type InvariantReport } from "../cluster/invariants/invariant-checker.js";
import type { SimTime } from "../engine/simulation.js";
import { writeTable } from "../output/csv.js";
import type { OutputDirectory } from "../output/output-directory.js";
import { PodTraceLog, type TraceStep } from "../output/pod-trace.js";
import { ClusterMetricsText, METRICS_FILE } from "../output/openmetrics/cluster-metrics.js";
import { RunRecorder } from "../output/run-recorder.js";
import type { RunFigures } from "../output/run-summary.js";
import { TRACE } from "../output/tables/trace.js";
import { loadScenario } from "../scenario/load.js";
import { InvalidInput, type Mistake } from "../scenario/mistake.js";
import type { RunOutcome } from "../scenario/run.js";
import type { Scenario } from "../scenario/scenario.js";
import { refuseExtenders } from "../scenario/scheduler.js";
import { SchedulerConfigurationError } from "../scheduler/configuration/configuration-error.js";
import type { PluginFactories } from "../scheduler/configuration/build-profiles.js";
import { checkStart } from "../scheduler/configuration/scheduler-configuration.js";
import { loadPlugins } from "../scheduler/custom/load-plugins.js";
import { PluginModuleError } from "../scheduler/custom/plugin-module-error.js";
import type { SchedulerConfiguration } from "../scheduler/configuration/types.js";
import { connectExtenders } from "../scheduler/extenders/connect.js";
import type { Extender } from "../scheduler/extenders/extender.js";
import { podStanding } from "../scheduler/pod-standing.js";
import type { TieBreakRule } from "../scheduler/node-selection.js";
import { beginRun, sampleRegularly, type BegunRun } from "./begin-run.js";

export interface RunOrder {
  /** A Scenario file, and manifests beside it; manifests alone run on a small cluster. "-" is stdin. */
  readonly files: readonly string[];
  /** Values of the scenario's parameters. */
  readonly settings: Readonly<Record<string, string>>;
  /** Instead of the scenario's own. */
  readonly seed?: number | string;
  readonly replication?: number;
  /** End of the run, instead of the scenario's duration. */
  readonly until?: SimTime;
  /** How the scheduler tells nodes of equal score apart, instead of the scenario's rule. */
  readonly tieBreak?: TieBreakRule;
  /** Whether the scheduler may ask its extenders, with which a run cannot be repeated. */
  readonly allowExtenders?: boolean;
}

export interface RunResult {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  readonly outcome: RunOutcome;
  readonly figures: RunFigures;
  /** Simulated time at the end. */
  readonly end: SimTime;
  /** Events that the engine ran. */
  readonly events: number;
  /** Steps of the traced pod's creation; absent where none was asked for, or no such pod was created. */
  readonly trace?: readonly TraceStep[];
  /** What became of the invariants; absent where they were not checked. */
  readonly invariants?: InvariantReport;
}

export interface SimulateOptions {
  readonly replication?: number;
  /** Where the tables go; publishing them is the caller's part. Absent: none are written. */
  readonly directory?: OutputDirectory;
  readonly progress?: ProgressListener;
  /** "namespace/name" of the pod whose creation is traced. */
  readonly traced?: string;
  /** Whether the run is held to the invariants of a control plane, which does not change it. */
  readonly check?: boolean;
}

/** Told now and then while a run goes on. */
export type ProgressListener = (now: SimTime, pods: number, events: number) => void;

/** A run is cut into so many slices for its progress to be shown; the cuts have no effect on it. */
const PROGRESS_SLICES = 200;

/** Above this number of nodes series.csv has no lines per node: they would be most of the output. */
const MOST_NODES_WITH_SERIES = 100;

/** Above this number of pods metrics.prom is written only where it is asked for: each pod has some 35 lines in it. */
const MOST_PODS_WITH_METRICS = 1_000;

/** Of a node that has no machine: one that a scenario created by hand. */
const NO_USAGE = { cpuMillicores: 0, memoryBytes: 0 };

/**
 * Everything that has to be there before simulated time begins: the scenario read, the scheduler's own plugins loaded, its extenders
 * connected.
 *
 * @throws InvalidInput with every mistake
 */
export async function prepare(order: RunOrder): Promise<Scenario> {
  const scenario = loadScenario(order.files, { parameters: new Map(Object.entries(order.settings)) });
  const cluster = await withScheduler(scenario, order);
  return { ...scenario, cluster, seed: order.seed ?? scenario.seed, duration: order.until ?? scenario.duration };
}

/** What a run may change of the scheduler. */
export type SchedulerOrder = Pick<RunOrder, "tieBreak" | "allowExtenders">;

/** @throws InvalidInput where no scheduler can be made of the description, or it has extenders and these are not allowed */
export async function withScheduler(
  { cluster, file }: Pick<Scenario, "cluster" | "file">,
  { tieBreak = cluster.schedulerTieBreak, allowExtenders = false }: SchedulerOrder,
): Promise<ClusterDescription> {
  const description = { ...cluster, ...(tieBreak !== undefined && { schedulerTieBreak: tieBreak }) };
  const { scheduler } = description;
  if (scheduler === undefined) return description;
  const { plugins, extenders } = await schedulerParts(scheduler, file, allowExtenders);
  return { ...description, schedulerPlugins: plugins, schedulerExtenders: extenders };
}

/** What a scheduler's configuration names that has to be there before simulated time begins. */
export interface SchedulerParts {
  readonly plugins: PluginFactories;
  readonly extenders: readonly Extender[];
}

/**
 * @param file to which mistakes are ascribed that have no place of their own
 * @throws InvalidInput where no scheduler can be made of the configuration, or it has extenders and these are not allowed
 */
export async function schedulerParts(scheduler: SchedulerConfiguration, file: string, allowExtenders: boolean): Promise<SchedulerParts> {
  if (!allowExtenders) refuseExtenders(scheduler);
  return asMistakesIn(file, async () => {
    const plugins = await pluginsOf(scheduler);
    return { plugins, extenders: connectExtenders(scheduler) };
  });
}

async function pluginsOf(scheduler: SchedulerConfiguration): Promise<PluginFactories> {
  const plugins = await loadPlugins(scheduler);
  checkStart(scheduler, plugins);
  return plugins;
}

/** @throws InvalidInput where the work finds a mistake in what makes a scheduler */
async function asMistakesIn<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PluginModuleError || error instanceof SchedulerConfigurationError)) throw error;
    throw new InvalidInput([{ file, line: 1, column: 1, message: `scheduler: ${error.message}` }]);
  }
}

/**
 * Loads the plugins of scenarios that are not to be run.
 *
 * @throws InvalidInput with the mistakes of all of them
 */
export async function checkPlugins(scenarios: readonly Scenario[]): Promise<void> {
  const mistakes: Mistake[] = [];
  for (const { cluster, file } of scenarios) {
    try {
      const { scheduler } = cluster;
      if (scheduler !== undefined) await asMistakesIn(file, () => pluginsOf(scheduler));
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
}

/** Runs a scenario to its end. */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<RunResult> {
  const { replication, directory, progress, traced, check = false } = options;
  const { cluster: description, duration, outputs } = scenario;
  const machines = description.nodeGroups.reduce((sum, { count = 1 }) => sum + count, 0);
  const recorder: RunRecorder = new RunRecorder({
    ...(directory !== undefined && { directory }),
    ...(replication !== undefined && { replication }),
    ...(outputs.files !== undefined && { files: outputs.files }),
    nodeSeries: machines <= MOST_NODES_WITH_SERIES,
    nodeUsage: (node) => begun.cluster.usage(node) ?? NO_USAGE,
    standing: (pod) => {
      const { scheduler } = begun.cluster;
      return scheduler === undefined ? undefined : podStanding(scheduler, pod);
    },
    extenders: description.schedulerExtenders?.length ?? 0,
  });
  let traceLog: PodTraceLog | undefined;
  let checker: InvariantChecker | undefined;
  const begun: BegunRun = beginRun(scenario, { ...(replication !== undefined && { replication }), observer: recorder }, (built) => {
    if (traced !== undefined) traceLog = tracePod(built, traced);
    if (check) checker = new InvariantChecker(built);
  });
  const { cluster, run } = begun;
  const { simulation } = cluster;
  // A study tells of many runs; the state of one is no result of it.
  const isShown = directory !== undefined && replication === undefined && outputs.metrics !== "none";
  const metrics = isShown ? new ClusterMetricsText(cluster.view, scenario.epoch) : undefined;
  sampleRegularly(simulation, outputs.interval, duration, () => {
    recorder.sample(simulation.now);
    if (outputs.metrics === "series") metrics?.sample(simulation.now);
  });
  let events = 0;
  for (let slice = 1; slice <= PROGRESS_SLICES; slice++) {
    events += simulation.run(Math.round((duration * slice) / PROGRESS_SLICES));
    progress?.(simulation.now, recorder.pods.records.length, events);
    // Between slices the process hears signals.
    await setImmediate();
  }
  const outcome = run.finish();
  const trace = traceLog?.steps;
  if (trace !== undefined && directory !== undefined) writeTable(directory, TRACE, trace);
  if (metrics !== undefined) {
    const isWanted = outputs.metrics !== undefined || recorder.pods.records.length <= MOST_PODS_WITH_METRICS;
    if (isWanted && outputs.metrics !== "series") metrics.sample(simulation.now);
    if (isWanted) directory?.write(METRICS_FILE, metrics.text());
  }
  return {
    scenario,
    cluster,
    outcome,
    figures: recorder.finish(simulation.now),
    end: simulation.now,
    events,
    ...(trace !== undefined && { trace }),
    ...(checker !== undefined && { invariants: checker.finish() }),
  };
}

function tracePod({ apiServer }: Cluster, pod: string): PodTraceLog {
  const log = new PodTraceLog(pod);
  apiServer.onCommit((change) => {
    log.change(change);
  });
  apiServer.trace(log.listener);
  return log;
}
