/** What `kubewarp explain` prints: tables of nodes and plugins for each attempt, and the choice in words. Pure functions. */
import { formatDuration } from "../api/duration.js";
import { extenderTitle, type Choice, type Explanation, type FilterVerdict, type NodeExplanation } from "../scheduler/explanation.js";
import type { ExplainedAttempt } from "../study/explained-attempts.js";
import { tableText } from "./table.js";

/** With more nodes than this, the table lists the best feasible ones and counts the others by reason. */
const MOST_NODES = 20;

/** How ties are broken, in words. */
const TIE_BREAKS: Readonly<Record<Choice["tieBreak"], string>> = {
  upstream: "the one that comes to the root of kube-scheduler's heap of scored nodes (parallelism 1)",
  name: "the smallest name",
  random: "one of them at random",
};

export function attemptText({ number, attempt, explanation }: ExplainedAttempt, pod: string, wide: boolean): string {
  const time = attempt?.time ?? explanation?.time ?? 0;
  const profile = attempt?.profile ?? explanation?.profile ?? "";
  const head = `${pod}, attempt ${number} at ${formatDuration(time)}, profile ${profile}: ${resultText(attempt)}\n`;
  const message = attempt?.message ?? explanation?.message;
  const sections = [
    head,
    explanation?.choice === undefined ? "" : `${choiceText(explanation.choice)}\n`,
    message === undefined ? "" : `${message}\n`,
    explanation === undefined ? "" : decisionText(explanation, wide),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function resultText(attempt: ExplainedAttempt["attempt"]): string {
  if (attempt === undefined) return "not ended yet";
  return attempt.node === undefined ? attempt.result : `${attempt.result} on ${attempt.node}`;
}

export function choiceText({ node, reason, total, tied, tieBreak }: Choice): string {
  if (reason !== "best total") return `${node} was taken: ${REASONS[reason]}`;
  const tie =
    tied.length === 1 ? "no other node has as much" : `${tied.length} nodes have as much, and of these was taken ${TIE_BREAKS[tieBreak]}`;
  return `${node} was taken: total ${total ?? 0}, ${tie}`;
}

const REASONS: Readonly<Record<Exclude<Choice["reason"], "best total">, string>> = {
  "only feasible node": "no other node that was looked at is feasible, so nothing was scored",
  "nominated node": "the pod is nominated to it, so no other node was looked at",
  "next best for an equal pod":
    "it was the next best for the pod before, which looks the same to the scheduler, so nothing was scored again",
};

/** Everything below the head line: filters, scores, and what was left out. */
export function decisionText(explanation: Explanation, wide: boolean): string {
  const { nodes, evaluatedNodes, feasibleNodes, rejectedBeforeFilters, failedExtenders, skippedFilters, skippedScores } = explanation;
  if (rejectedBeforeFilters !== undefined) {
    const { plugin, reasons } = rejectedBeforeFilters;
    return `rejected before any node was looked at${plugin === "" ? "" : `, by ${plugin}`}: ${reasons.join(", ")}\n`;
  }
  const isLong = !wide && nodes.length > MOST_NODES;
  const shown = isLong ? [] : nodes.filter(({ filters }) => filters.length > 0);
  return [
    `${evaluatedNodes} of ${nodes.length} nodes looked at, ${feasibleNodes} feasible\n`,
    shown.length === 0 ? "" : `FILTERS\n${filterTable(shown)}`,
    isLong ? rejectionTable(nodes) : "",
    scoreSection(nodes, isLong ? MOST_NODES : Number.POSITIVE_INFINITY),
    failedExtenders.map(({ extender, failure }) => `${extenderTitle(extender)} failed and was passed over: ${failure}\n`).join("") +
      skippedText("filters", skippedFilters) +
      skippedText("scores", skippedScores),
  ]
    .filter((section) => section !== "")
    .join("\n");
}

function skippedText(what: string, plugins: readonly string[]): string {
  return plugins.length === 0 ? "" : `${what} with nothing to do for this pod: ${plugins.join(", ")}\n`;
}

/** An extender need not say why it leaves a node out. */
function reasonsOf(reasons: readonly string[]): readonly string[] {
  return reasons.length === 0 ? ["no reason given"] : reasons;
}

/** An extender is asked about the nodes that the filters before it pass. */
function verdictText(verdict: FilterVerdict | undefined): string {
  if (verdict === undefined) return "not asked";
  return verdict.passes ? "ok" : "no";
}

/** A line a node, a column a filter; the first reasons are those that the event counts. */
export function filterTable(nodes: readonly NodeExplanation[]): string {
  const plugins = [...new Set(nodes.flatMap(({ filters }) => filters.map(({ plugin }) => plugin)))];
  const rows = nodes.map(({ node, fate, filters, reasons, rejectedBy }) => [
    node,
    ...plugins.map((plugin) => verdictText(filters.find((verdict) => verdict.plugin === plugin))),
    fate === "feasible" ? "feasible" : `${rejectedBy ?? ""}: ${reasonsOf(reasons).join(", ")}`,
  ]);
  return tableText(["NODE", ...plugins, "RESULT"], rows);
}

/** Rejected nodes counted by the plugin and the reason, most frequent first. */
export function rejectionTable(nodes: readonly NodeExplanation[]): string {
  const counts = new Map<string, { readonly plugin: string; readonly reason: string; count: number; readonly example: string }>();
  for (const { node, fate, rejectedBy = "", reasons } of nodes) {
    if (fate !== "rejected" && fate !== "left out") continue;
    for (const reason of reasonsOf(reasons)) {
      const key = `${rejectedBy}\n${reason}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { plugin: rejectedBy, reason, count: 1, example: node });
      else known.count++;
    }
  }
  const rows = [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ count, plugin, reason, example }) => [String(count), plugin, reason, example]);
  return rows.length === 0 ? "" : tableText(["NODES", "REJECTED BY", "REASON", "SUCH AS"], rows);
}

function scoreSection(nodes: readonly NodeExplanation[], most: number): string {
  const scored = nodes.filter(({ total }) => total !== undefined).sort((a, b) => (b.total ?? 0) - (a.total ?? 0));
  if (scored.length === 0) return "";
  const rest = scored.length - most;
  const more = rest > 0 ? `and ${rest} more feasible nodes (-o wide prints all)\n` : "";
  return `SCORES: raw > normalized > weighted\n${scoreTable(scored.slice(0, most))}${more}`;
}

/** A line a node, a column a plugin with its weight, the total at the end. */
export function scoreTable(nodes: readonly NodeExplanation[]): string {
  const plugins = nodes[0]?.scores ?? [];
  const rows = nodes.map(({ node, scores, total }) => [
    node,
    ...scores.map(({ raw, normalized, weighted }) => `${raw} > ${normalized} > ${weighted}`),
    String(total ?? ""),
  ]);
  return tableText(["NODE", ...plugins.map(({ plugin, weight }) => `${plugin} x${weight}`), "TOTAL"], rows);
}

/** The same as data, for `-o json`. */
export function attemptData({ number, attempt, explanation }: ExplainedAttempt): unknown {
  return {
    attempt: number,
    timeSeconds: (attempt?.time ?? explanation?.time ?? 0) / MICROSECONDS,
    profile: attempt?.profile ?? explanation?.profile,
    ...(attempt !== undefined && {
      result: attempt.result,
      ...(attempt.node !== undefined && { node: attempt.node }),
      durationSeconds: attempt.duration / MICROSECONDS,
      rejectedBy: attempt.plugins,
    }),
    ...((attempt?.message ?? explanation?.message) !== undefined && { message: attempt?.message ?? explanation?.message }),
    ...(explanation !== undefined && {
      evaluatedNodes: explanation.evaluatedNodes,
      feasibleNodes: explanation.feasibleNodes,
      ...(explanation.choice !== undefined && { choice: explanation.choice }),
      ...(explanation.rejectedBeforeFilters !== undefined && { rejectedBeforeFilters: explanation.rejectedBeforeFilters }),
      ...(explanation.failedExtenders.length > 0 && { failedExtenders: explanation.failedExtenders }),
      skippedFilters: explanation.skippedFilters,
      skippedScores: explanation.skippedScores,
      nodes: explanation.nodes,
    }),
  };
}

const MICROSECONDS = 1_000_000;
