/**
 * Records a run: takes in what the cluster shows and writes the result tables.
 *
 * Rows of tables that grow with the run (events, attempts, requests, series) are written as they come; pods and nodes at the end.
 */
import type { Event } from "../api/types/policy.js";
import type { RunObserver } from "../cluster/observer.js";
import type { Change } from "../control-plane/apiserver/change.js";
import type { SimTime } from "../engine/simulation.js";
import type { SchedulingAttempt } from "../scheduler/observer.js";
import type { RequestRecord } from "../traffic/request-record.js";
import { ClusterGauges, type NodeGauge } from "./cluster-gauges.js";
import { CsvFile, type CsvValue, type Table } from "./csv.js";
import type { OutputDirectory } from "./output-directory.js";
import { PodRecords, type StandingOf } from "./pod-records.js";
import { RequestFigures } from "./request-figures.js";
import { summarize, type RunFigures } from "./run-summary.js";
import { EVENTS, type EventRow } from "./tables/events.js";
import { NODES, type NodeRow } from "./tables/nodes.js";
import { PODS } from "./tables/pods.js";
import { SCHEDULING } from "./tables/scheduling.js";
import { REQUESTS } from "./tables/requests.js";
import { SERIES, type SeriesRow } from "./tables/series.js";
import { SUMMARY, type Metric } from "./tables/summary.js";

/** CPU in millicores and memory in bytes that the containers of a node use now. */
export type NodeUsage = (node: string) => { readonly cpuMillicores: number; readonly memoryBytes: number };

export interface RecorderOptions {
  /** Where tables go; absent: only figures are kept. */
  readonly directory?: OutputDirectory;
  /** Number of the replication, written as the first column of each table. */
  readonly replication?: number;
  /** Names of the tables to write; absent: all. */
  readonly files?: readonly string[];
  /** Whether series.csv has a line per node besides the one of the cluster. */
  readonly nodeSeries: boolean;
  readonly nodeUsage: NodeUsage;
  /** Asked at the end of pods without a node; absent: nothing is known of them. */
  readonly standing?: StandingOf;
  /** Extenders that the scheduler asks: processes outside, so that the run cannot be repeated. Absent: none. */
  readonly extenders?: number;
}

export class RunRecorder implements RunObserver {
  readonly pods = new PodRecords();
  readonly gauges = new ClusterGauges();
  readonly requestFigures = new RequestFigures();
  private readonly events: CsvFile<EventRow> | undefined;
  private readonly attempts: CsvFile<SchedulingAttempt> | undefined;
  private readonly series: CsvFile<SeriesRow> | undefined;
  private readonly requests: CsvFile<RequestRecord> | undefined;
  private eventCount = 0;
  private attemptCount = 0;
  private unschedulableAttempts = 0;

  constructor(private readonly options: RecorderOptions) {
    if (options.directory === undefined) return;
    this.events = this.file(EVENTS);
    this.attempts = this.file(SCHEDULING);
    this.series = this.file(SERIES);
    this.requests = this.file(REQUESTS);
  }

  change(change: Change): void {
    if (change.kind === "Event") {
      if (change.type === "DELETED") return;
      this.eventCount++;
      this.events?.append({ time: change.time, event: change.object as Event });
      return;
    }
    this.gauges.change(change);
    this.pods.change(change);
  }

  attempt(attempt: SchedulingAttempt): void {
    this.attemptCount++;
    if (attempt.result !== "scheduled") this.unschedulableAttempts++;
    this.attempts?.append(attempt);
    this.pods.attempt(attempt);
  }

  request(record: RequestRecord): void {
    this.requestFigures.add(record);
    this.requests?.append(record);
  }

  /** Takes one sample of the time series. */
  sample(time: SimTime): void {
    if (this.series === undefined) return;
    let usedCpu = 0;
    let usedMemory = 0;
    const nodeRows: SeriesRow[] = [];
    for (const gauge of this.gauges.nodes) {
      if (gauge.object === undefined) continue;
      const usage = this.options.nodeUsage(gauge.name);
      usedCpu += usage.cpuMillicores;
      usedMemory += usage.memoryBytes;
      if (this.options.nodeSeries) nodeRows.push(nodeSample(time, gauge, usage.cpuMillicores, usage.memoryBytes));
    }
    this.series.append(this.clusterSample(time, usedCpu, usedMemory));
    for (const row of nodeRows) this.series.append(row);
  }

  /** Writes what is left and returns the figures of the run. */
  finish(end: SimTime): RunFigures {
    const counts = {
      events: this.eventCount,
      attempts: this.attemptCount,
      failedAttempts: this.unschedulableAttempts,
      extenders: this.options.extenders ?? 0,
    };
    const figures = summarize(this, end, counts, this.options.standing);
    this.events?.close();
    this.attempts?.close();
    this.series?.close();
    this.requests?.close();
    this.writeAll(PODS, this.pods.records);
    this.writeAll<NodeRow>(
      NODES,
      this.gauges.nodes.map((gauge) => ({ gauge, end })),
    );
    this.writeAll<Metric>(SUMMARY, figures.metrics);
    return figures;
  }

  private clusterSample(time: SimTime, usedCpu: number, usedMemory: number): SeriesRow {
    const { gauges } = this;
    return {
      time,
      node: undefined,
      pods: gauges.pods.pending + gauges.pods.starting + gauges.pods.running,
      pending: gauges.pods.pending,
      starting: gauges.pods.starting,
      running: gauges.pods.running,
      ready: gauges.ready,
      terminating: gauges.terminating,
      succeeded: gauges.pods.succeeded,
      failed: gauges.pods.failed,
      nodes: gauges.registeredNodes,
      readyNodes: gauges.readyNodes,
      requestedCpu: gauges.total("requestedCpu"),
      allocatableCpu: gauges.total("allocatableCpu"),
      usedCpu,
      requestedMemory: gauges.total("requestedMemory"),
      allocatableMemory: gauges.total("allocatableMemory"),
      usedMemory,
    };
  }

  /** Undefined where the table is not wanted. */
  private file<Row>(table: Table<Row>): CsvFile<Row> | undefined {
    const { directory, replication, files } = this.options;
    if (directory === undefined || files?.includes(table.name) === false) return undefined;
    const leading: { name: string; value: CsvValue } | undefined =
      replication === undefined ? undefined : { name: "replication", value: replication };
    return new CsvFile(directory.path(`${table.name}.csv`), table, leading);
  }

  private writeAll<Row>(table: Table<Row>, rows: Iterable<Row>): void {
    this.file(table)?.writeAll(rows);
  }
}

function nodeSample(time: SimTime, gauge: NodeGauge, usedCpu: number, usedMemory: number): SeriesRow {
  return {
    time,
    node: gauge.name,
    pods: gauge.pods,
    pending: undefined,
    starting: gauge.pods - gauge.runningPods,
    running: gauge.runningPods,
    ready: undefined,
    terminating: undefined,
    succeeded: undefined,
    failed: undefined,
    nodes: undefined,
    readyNodes: gauge.ready ? 1 : 0,
    requestedCpu: gauge.requestedCpu,
    allocatableCpu: gauge.allocatableCpu,
    usedCpu,
    requestedMemory: gauge.requestedMemory,
    allocatableMemory: gauge.allocatableMemory,
    usedMemory,
  };
}
