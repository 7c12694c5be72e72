/** How far times may be from recorded ones, by what takes part in them. */
import type { TimelineCase } from "./case.js";

/** Reactions: creation path, roll-outs, jobs. */
const REACTION_MS = 250;
const SHARE = 0.01;
/** Times that Kubernetes keeps in whole seconds. */
const WHOLE_SECONDS_MS = 1100;
/** Each controller's client sends 20 requests a second. */
const LARGE_CLUSTER_MS = 1000;
const LARGE_CLUSTER_NODES = 60;
/** The node controller looks once in a period. */
const TICK_MS = 5000 + 300;

/** A stand-in notices so late at most that the control plane took its node for dead. */
const RETURN_MS = 11_000;

/** Effects of the node controller's ticks, whose phase a recording gives but whose phase against the renewals it does not fix. */
const OF_TICKS = /ready=Unknown|unreachable:|disruptionTarget=DeletionByTaintManager|deleting|NodeNotReady|TaintManagerEviction|deleted/;

type Plain = Readonly<Record<string, unknown>>;

export type Tolerance = (key: string, recordedMs: number) => number;

export function toleranceOf(testCase: TimelineCase): Tolerance {
  const wholeSeconds = keepsWholeSeconds(testCase);
  const isLarge = nodeCount(testCase) >= LARGE_CLUSTER_NODES;
  const returned = testCase.actions.find(({ startKubelet }) => startKubelet !== undefined);
  const returning = returned === undefined ? 0 : testCase.nodes.filter(({ kubelet }) => kubelet === returned.startKubelet).reduce((sum, { count = 1 }) => sum + count, 0);
  const hasOutage = testCase.actions.some(({ stopKubelet }) => stopKubelet !== undefined);
  return (key, recordedMs) => {
    const base = isLarge && hasOutage ? LARGE_CLUSTER_MS : wholeSeconds ? WHOLE_SECONDS_MS : REACTION_MS;
    // Of several nodes each has a moment of its own.
    if (returned !== undefined && returning > 1 && recordedMs >= returned.at * 1000) return RETURN_MS + base;
    return (hasOutage && OF_TICKS.test(key) ? Math.max(TICK_MS, base) : base) + SHARE * recordedMs;
  };
}

function nodeCount({ nodes }: TimelineCase): number {
  return nodes.reduce((sum, { count = 1 }) => sum + count, 0);
}

/** Whether an object of the recording has a rule in which whole seconds take part. */
function keepsWholeSeconds({ actions }: TimelineCase): boolean {
  return actions.some(({ apply = [] }) => apply.some((object) => hasWholeSeconds(object as Plain)));
}

function hasWholeSeconds({ kind, spec = {} }: Plain): boolean {
  if (kind === "Job" || kind === "CronJob") return true;
  const { minReadySeconds, progressDeadlineSeconds } = spec as Plain;
  return minReadySeconds !== undefined || progressDeadlineSeconds !== undefined;
}
