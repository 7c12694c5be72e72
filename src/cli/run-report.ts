/** What a run prints when it has ended: figures, pods that never ran and why, the timeline, and where the files are. */
import colors from "picocolors";
import { stringify as yamlText } from "yaml";
import { formatDuration } from "../api/duration.js";
import { optionalSeconds } from "../output/csv.js";
import type { RunResult } from "../study/simulate.js";
import { checkCounts, checkText } from "../study/violation-report.js";
import { etcdNote } from "./etcd-note.js";
import { extendersAsked, extendersNote } from "./extenders-note.js";
import { tableText } from "./table.js";
import { trafficNote, unroutableTraffic } from "./traffic-note.js";

export const REPORT_FORMATS = ["table", "wide", "json", "yaml"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Reasons of pods that never ran that the table lists; `wide`, json and yaml list all. */
const MOST_REASONS = 5;

export function runReport(result: RunResult, files: readonly string[], format: ReportFormat): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(reportData(result, files), undefined, 2)}\n`;
    case "yaml":
      return yamlText(reportData(result, files));
    default:
      return reportText(result, files, format === "wide");
  }
}

function reportData({ scenario, cluster, figures, outcome, events, trace, invariants }: RunResult, files: readonly string[]): unknown {
  const extenders = extendersAsked(scenario.cluster);
  const unroutable = unroutableTraffic(scenario);
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    ...(extenders.length > 0 && { reproducible: false, extenders }),
    ...(unroutable.length > 0 && { unroutableTraffic: unroutable }),
    ...(cluster.etcdOperations.alarms().length > 0 && { etcdFull: true }),
    metrics: Object.fromEntries(figures.metrics.map(({ metric, value }) => [metric, Number(value)])),
    neverRan: figures.neverRan,
    timeline: outcome.timeline.map(({ at, end, text, output, problem }) => ({
      at: formatDuration(at),
      ...(end !== undefined && { end: formatDuration(end) }),
      step: text,
      output,
      ...(problem !== undefined && { problem }),
    })),
    expectations: outcome.expectations.map(({ expectation, holds, found }) => ({ expected: expectation.text, holds, found })),
    notJudged: outcome.unjudged.map(({ text }) => text),
    refused: outcome.workloads.flatMap(({ name, refused }) => [...refused].map(([reason, count]) => ({ workload: name, reason, count }))),
    ...(trace !== undefined && {
      trace: trace.map(({ time, since, ...step }) => ({ ...step, timeSeconds: numberOf(time), sinceSeconds: numberOf(since) })),
    }),
    ...(invariants !== undefined && { invariants: checkCounts(invariants) }),
    problems: outcome.problems,
    engineEvents: events,
    files,
  };
}

function reportText(
  { scenario, cluster, figures, outcome, end, trace, invariants }: RunResult,
  files: readonly string[],
  wide: boolean,
): string {
  const metric = new Map(figures.metrics.map(({ metric: name, value }) => [name, value]));
  const figure = (name: string): string => String(metric.get(name) ?? "-");
  const sections = [
    `${scenario.name}: ${formatDuration(end)} simulated, seed ${scenario.seed}\n${extendersNote(scenario.cluster)}`,
    `nodes   ${figure("nodes")} (${figure("nodes_ready")} Ready)\n` +
      `pods    ${figure("pods_created")} created, ${figure("pods_started")} started, ${figure("pods_running")} running at the end, ` +
      `${figure("pods_succeeded")} succeeded, ${figure("pods_failed")} failed, ${figure("pods_deleted")} deleted\n`,
    waitingTimes(metric),
    trafficNote(scenario),
    etcdNote(cluster),
    neverRan(figures.neverRan, figure("pods_never_ran"), wide),
    refusals(outcome.workloads),
    outcome.timeline.length === 0 ? "" : timeline(outcome.timeline, wide),
    outcome.expectations.length + outcome.unjudged.length === 0 ? "" : expectations(outcome),
    wide
      ? tableText(
          ["METRIC", "VALUE"],
          figures.metrics.map(({ metric: name, value }) => [name, String(value)]),
        )
      : "",
    trace === undefined ? "" : traceText(trace),
    invariants === undefined ? "" : `checks  ${checkText(checkCounts(invariants))}\n`,
    files.length === 0 ? "" : `files   ${files.join("\n        ")}\n`,
  ];
  return sections.filter((section) => section !== "").join("\n");
}

/** Seconds, or nothing for a time that never came. */
function numberOf(time: number | undefined): number | undefined {
  return time === undefined ? undefined : Number(optionalSeconds(time));
}

function traceText(trace: NonNullable<RunResult["trace"]>): string {
  const seconds = (time: number | undefined): string => (time === undefined ? "" : `${optionalSeconds(time) ?? ""}s`);
  return tableText(
    ["STEP", "TIME", "SINCE", "WHERE", "WHAT"],
    trace.map(({ step, state, time, since, component, host, what }) => [
      String(step),
      state === "done" ? seconds(time) : state,
      seconds(since),
      host === undefined ? component : `${component} (${host})`,
      what,
    ]),
  );
}

function waitingTimes(metric: ReadonlyMap<string, number | string>): string {
  const rows = [
    ["creation to binding", "pod_scheduling"],
    ["creation to Running", "pod_startup"],
    ["creation to Ready", "pod_ready"],
    ["answered requests", "request_latency"],
  ]
    .filter(([, prefix]) => metric.has(`${prefix}_p50_seconds`))
    .map(([title, prefix]) => [
      title,
      ...["p50", "p90", "p99"].map((quantile) => `${String(metric.get(`${prefix}_${quantile}_seconds`))}s`),
    ]);
  return rows.length === 0 ? "" : tableText(["TIME", "P50", "P90", "P99"], rows);
}

function neverRan(reasons: RunResult["figures"]["neverRan"], total: string, wide: boolean): string {
  if (reasons.length === 0) return "pods that never ran: 0\n";
  const shown = wide ? reasons : reasons.slice(0, MOST_REASONS);
  const rest = reasons.length - shown.length;
  return (
    `pods that never ran: ${total}\n` +
    shown.map(({ pods, reason, example }) => `  ${pods} (such as ${example}): ${reason}\n`).join("") +
    (rest === 0 ? "" : `  and ${rest} further reasons, see pods.csv\n`)
  );
}

function timeline(entries: RunResult["outcome"]["timeline"], wide: boolean): string {
  return entries
    .map(({ at, text, output }) => {
      const lines = wide ? output : output.slice(0, 1);
      return `${formatDuration(at).padStart(8)}  ${text}\n${lines.map((line) => `          ${line}\n`).join("")}`;
    })
    .join("");
}

function expectations({ expectations: results, unjudged }: RunResult["outcome"]): string {
  return (
    results
      .map(
        ({ expectation, holds, found }) =>
          `${holds ? colors.green("holds ") : colors.red("BROKEN")}  ${expectation.text}${holds ? "" : `: found ${found}`}\n`,
      )
      .join("") + unjudged.map(({ text }) => `not judged, the run ended before  ${text}\n`).join("")
  );
}

/** Objects of workloads that the API server did not take. */
function refusals(workloads: RunResult["outcome"]["workloads"]): string {
  return workloads
    .flatMap(({ name, refused }) => [...refused].map(([reason, count]) => `workload ${name}: ${count} refused: ${reason}\n`))
    .join("");
}
