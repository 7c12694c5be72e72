/**
 * How a decision comes about: what each filter says of each node, raw, normalized and weighted scores, totals, and the choice.
 *
 * The plugins are asked plainly, one by one, on the state from which the scheduler decided; nothing that was kept of earlier cycles is
 * used. Unlike the scheduler, which stops at the first filter that rejects a node, this asks all of them. A plugin that counts its
 * calls or draws random numbers in Filter or Score is asked once more than without an explanation. Extenders are not asked again: what
 * they answered stands beside the plugins.
 */
import type { SimTime } from "../engine/simulation.js";
import type { CycleError, CycleOutcome } from "./cycle-outcome.js";
import type { NodeExtender } from "./extenders/extender.js";
import { EXTENDER_SCALE, type ExtenderVerdict } from "./extenders/node-extenders.js";
import { CycleState } from "./framework/cycle-state.js";
import { fitErrorMessage } from "./framework/fit-error.js";
import type { NodeInfo } from "./framework/node-info.js";
import type { Status } from "./framework/status.js";
import type { TieBreakRule } from "./node-selection.js";
import type { DecisionListener, SchedulingCycle } from "./observer.js";
import { SchedulingAlgorithm, type Scored } from "./scheduling-algorithm.js";

/** What a filter says of a node: no reasons where the node passes. */
export interface FilterVerdict {
  /** Of an extender its {@link extenderTitle}. */
  readonly plugin: string;
  readonly passes: boolean;
  readonly reasons: readonly string[];
}

export interface NodeScores {
  readonly plugin: string;
  readonly weight: number;
  /** As the plugin gives it; as an extender gives it, 0 to 10. */
  readonly raw: number;
  /** 0 to 100. */
  readonly normalized: number;
  /** Normalized times weight: what the plugin adds to the total. */
  readonly weighted: number;
}

/** Scored, rejected by a filter, left out by a PreFilter plugin, or not reached since enough feasible nodes had been found. */
export type NodeFate = "feasible" | "rejected" | "left out" | "not looked at";

export interface NodeExplanation {
  readonly node: string;
  readonly fate: NodeFate;
  /** The first plugin that rejected the node, with its reasons: what the event counts. */
  readonly rejectedBy?: string;
  readonly reasons: readonly string[];
  /** Filters that were not skipped, in running order. */
  readonly filters: readonly FilterVerdict[];
  /** Empty where nothing was scored. */
  readonly scores: readonly NodeScores[];
  readonly total?: number;
}

/**
 * Why the chosen node was taken: its total was the greatest; it was the only feasible one; the pod was nominated to it; or it was the
 * next best for the pod before, which looks the same to the scheduler (opportunistic batching), and passed the filters.
 */
export type ChoiceReason = "best total" | "only feasible node" | "nominated node" | "next best for an equal pod";

export interface Choice {
  readonly node: string;
  readonly reason: ChoiceReason;
  readonly total?: number;
  /** Nodes with that total, in the order in which the search found them; one where there was no tie. */
  readonly tied: readonly string[];
  readonly tieBreak: TieBreakRule;
}

export interface Explanation {
  /** "namespace/name" */
  readonly pod: string;
  readonly time: SimTime;
  readonly attempt: number;
  readonly profile: string;
  /** In the order in which the search comes to them. */
  readonly nodes: readonly NodeExplanation[];
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
  /** Extenders that failed and were passed over. */
  readonly failedExtenders: readonly { readonly extender: string; readonly failure: string }[];
  /** Plugins that had nothing to do for this pod. */
  readonly skippedFilters: readonly string[];
  readonly skippedScores: readonly string[];
  /** Plugin and reasons where PreFilter rejected the pod before any node was looked at. */
  readonly rejectedBeforeFilters?: { readonly plugin: string; readonly reasons: readonly string[] };
  /** Absent where the pod fits nowhere. */
  readonly choice?: Choice;
  /** "0/N nodes are available: ...", without what PostFilter adds to it; or the error that ended the cycle. */
  readonly message?: string;
}

/** How an extender is called among the plugins. */
export function extenderTitle(urlPrefix: string): string {
  return `extender ${urlPrefix}`;
}

/** Explains the cycle that is about to be decided; `explained` gets the explanation once the decision is there. */
export function explaining(cycle: SchedulingCycle, explained: (explanation: Explanation) => void): DecisionListener {
  return (outcome, extenders) => {
    // Where an extender or a plugin failed for good, the plugins' filters are all that there is to tell of.
    const evaluation = "error" in outcome ? evaluate(cycle, [], false) : evaluate(cycle, extenders, true);
    explained(explanationOf(cycle, evaluation, outcome));
  };
}

interface Evaluation {
  readonly nodes: readonly NodeExplanation[];
  readonly feasible: readonly NodeInfo[];
  readonly failedExtenders: Explanation["failedExtenders"];
  readonly skippedFilters: readonly string[];
  readonly skippedScores: readonly string[];
  readonly rejectedBeforeFilters?: Status;
}

function evaluate({ cache, profile, pod, searchStart }: SchedulingCycle, extenders: readonly NodeExtender[], scores: boolean): Evaluation {
  const algorithm = new SchedulingAlgorithm(cache, { index: searchStart }, "upstream", {
    reuseResults: false,
    tellsErrors: true,
    extenders,
  });
  const state = new CycleState();
  const preFilter = profile.runPreFilter(state, pod);
  const inOrder = cache.nodes.map((_, i, all) => all[(searchStart + i) % all.length]);
  const skippedFilters = profile.plugins.filter.map(({ name }) => name).filter((name) => state.skipsFilter(name));
  if (preFilter.status !== undefined) {
    const nodes = inOrder.map((node): NodeExplanation => ({ node: node.name, fate: "left out", reasons: [], filters: [], scores: [] }));
    return { nodes, feasible: [], failedExtenders: [], skippedFilters, skippedScores: [], rejectedBeforeFilters: preFilter.status };
  }
  const search = algorithm.findFeasible(profile, state, pod, preFilter);
  const { feasible } = search;
  const place = new Map(feasible.map((node, i) => [node, i]));
  const rejections = rejectionsBy(search.extenders);
  const fateOf = (node: NodeInfo): NodeFate => {
    if (search.statuses.has(node.name) || rejections.has(node)) return "rejected";
    if (place.has(node)) return "feasible";
    return preFilter.nodeNames?.has(node.name) === false ? "left out" : "not looked at";
  };
  const filtersAsked = profile.plugins.filter.filter(({ name }) => !state.skipsFilter(name));
  const verdictsOn = (node: NodeInfo): FilterVerdict[] => [
    ...filtersAsked.map((plugin) => {
      const status = profile.callFilters([plugin], state, pod, node);
      return { plugin: plugin.name, passes: status === undefined, reasons: status?.reasons ?? [] };
    }),
    ...search.extenders
      .filter(({ asked }) => asked.includes(node))
      .map(({ extender }) => {
        const passes = rejections.get(node) !== extender;
        return { plugin: extenderTitle(extender), passes, reasons: passes ? [] : (search.statuses.get(node.name)?.reasons ?? []) };
      }),
  ];
  const scored: Scored =
    scores && feasible.length > 1 ? algorithm.score(profile, state, pod, feasible) : { plugins: [], extenders: [], totals: [] };
  const nodes = inOrder.map((node): NodeExplanation => {
    const fate = fateOf(node);
    const status = fate === "left out" ? search.absent : search.statuses.get(node.name);
    const at = place.get(node);
    const extender = rejections.get(node);
    const rejectedBy = extender === undefined ? (status?.plugin ?? "") : extenderTitle(extender);
    return {
      node: node.name,
      fate,
      ...(rejectedBy !== "" && { rejectedBy }),
      reasons: status?.reasons ?? [],
      filters: fate === "feasible" || fate === "rejected" ? verdictsOn(node) : [],
      scores: at === undefined ? [] : scoresAt(scored, at),
      ...(at !== undefined && scored.totals.length > 0 && { total: scored.totals[at] }),
    };
  });
  return {
    nodes,
    feasible,
    failedExtenders: [...search.extenders, ...scored.extenders].flatMap(({ extender, failure }) =>
      failure === undefined ? [] : [{ extender, failure }],
    ),
    skippedFilters,
    skippedScores: scored.plugins.filter(({ skipped }) => skipped).map(({ plugin }) => plugin),
  };
}

/** Which extender left the node out. */
function rejectionsBy(verdicts: readonly ExtenderVerdict[]): ReadonlyMap<NodeInfo, string> {
  return new Map(
    verdicts.flatMap(({ extender, asked, passed = asked }) =>
      asked.filter((node) => !passed.includes(node)).map((node) => [node, extender] as const),
    ),
  );
}

function scoresAt({ plugins, extenders }: Scored, at: number): NodeScores[] {
  const ofPlugins = plugins
    .filter(({ skipped }) => !skipped)
    .map(({ plugin, weight, raw, normalized }) => ({
      plugin,
      weight,
      raw: raw[at],
      normalized: normalized[at],
      weighted: normalized[at] * weight,
    }));
  const ofExtenders = extenders
    .filter(({ failure }) => failure === undefined)
    .map(({ extender, weight, raw }) => {
      const weighted = raw[at] * weight * EXTENDER_SCALE;
      return { plugin: extenderTitle(extender), weight, raw: raw[at], normalized: raw[at] * EXTENDER_SCALE, weighted };
    });
  return [...ofPlugins, ...ofExtenders];
}

function explanationOf(cycle: SchedulingCycle, evaluation: Evaluation, outcome: CycleOutcome | CycleError): Explanation {
  const { pod, time, attempt, profile } = cycle;
  const { nodes, feasible, failedExtenders, skippedFilters, skippedScores, rejectedBeforeFilters } = evaluation;
  return {
    pod: pod.key,
    time,
    attempt,
    profile: profile.schedulerName,
    nodes,
    evaluatedNodes: nodes.filter(({ fate }) => fate === "feasible" || fate === "rejected").length,
    feasibleNodes: feasible.length,
    failedExtenders,
    skippedFilters,
    skippedScores,
    ...(rejectedBeforeFilters !== undefined && {
      rejectedBeforeFilters: { plugin: rejectedBeforeFilters.plugin, reasons: rejectedBeforeFilters.reasons },
    }),
    ...("result" in outcome
      ? { choice: choiceOf(cycle, evaluation, outcome.result.node.name, outcome.result.feasibleNodes) }
      : { message: "diagnosis" in outcome ? fitErrorMessage(outcome.diagnosis) : outcome.error }),
  };
}

function choiceOf({ pod, tieBreak }: SchedulingCycle, { nodes, feasible }: Evaluation, node: string, found: number): Choice {
  const total = nodes.find((each) => each.node === node)?.total;
  const alone = { node, tied: [node], tieBreak };
  if (found !== feasible.length) return { ...alone, reason: "next best for an equal pod" };
  if (pod.pod.status?.nominatedNodeName === node && total === undefined) return { ...alone, reason: "nominated node" };
  if (total === undefined) return { ...alone, reason: "only feasible node" };
  return { node, reason: "best total", total, tied: nodes.filter((each) => each.total === total).map((each) => each.node), tieBreak };
}
