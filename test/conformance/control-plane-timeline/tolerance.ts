/**
 * How far times may be from recorded ones, by what takes part in them. Milliseconds.
 *
 * The classes are those of the recordings' description. A class holds for the transitions that it is about, not for a whole recording.
 */
import type { Series, TimelineCase } from "./case.js";

/** Reactions: creation path, roll-outs, jobs. The node controller's ticks belong here, since their recorded phase is set. */
export const REACTION_MS = 250;
/** Of the time from the start. */
const SHARE = 0.01;
/** Times that Kubernetes keeps in whole seconds. */
const WHOLE_SECONDS_MS = 1100;
/** Each controller's client sends 20 requests a second. */
const LARGE_CLUSTER_MS = 1000;
const LARGE_CLUSTER_NODES = 60;
/** A stand-in's process sees so late at most that it has to report again. */
export const RETURN_MS = 11_000;

type Plain = Readonly<Record<string, unknown>>;

export type Tolerance = (key: string, recordedMs: number) => number;

export function toleranceOf(testCase: TimelineCase): Tolerance {
  const wholeSeconds = wholeSecondRules(testCase);
  const large = largeClusterMs(testCase);
  const returned = returnOf(testCase);
  return (key, recordedMs) => {
    const classes = [REACTION_MS + SHARE * recordedMs, large];
    if (wholeSeconds.some(({ since, about }) => recordedMs >= since && about.test(key))) classes.push(WHOLE_SECONDS_MS);
    if (returned !== undefined && recordedMs >= returned.at) {
      // Of several nodes each has a moment of its own; what follows from it is held to the outages' table.
      if (returned.nodes > 1) classes.push(RETURN_MS + Math.max(...classes));
    }
    return Math.max(...classes);
  };
}

/** When stand-ins are started again, and of how many nodes. */
export function returnOf({ actions, nodes }: TimelineCase): { readonly at: number; readonly nodes: number } | undefined {
  const returned = actions.find(({ startKubelet }) => startKubelet !== undefined);
  if (returned === undefined) return undefined;
  const count = nodes.filter(({ kubelet }) => kubelet === returned.startKubelet).reduce((sum, group) => sum + (group.count ?? 1), 0);
  return { at: returned.at * 1000, nodes: count };
}

/** What is allowed where so many nodes fail that the clients' rate limits show; 0 elsewhere. */
export function largeClusterMs(testCase: TimelineCase): number {
  const hasOutage = testCase.actions.some(({ stopKubelet }) => stopKubelet !== undefined);
  return hasOutage && nodeCount(testCase) >= LARGE_CLUSTER_NODES ? LARGE_CLUSTER_MS : 0;
}

function nodeCount({ nodes }: TimelineCase): number {
  return nodes.reduce((sum, { count = 1 }) => sum + count, 0);
}

/** From when on a time in whole seconds takes part in which transitions. */
interface WholeSecondRule {
  readonly since: number;
  readonly about: RegExp;
}

function wholeSecondRules({ actions, setup = [], series }: TimelineCase): readonly WholeSecondRule[] {
  const applied = [{ at: 0, apply: setup }, ...actions];
  const patched = actions.flatMap(({ at, patch }) => (patch === undefined ? [] : [{ at, spec: (patch.patch as Plain)["spec"] }]));
  return [
    ...applied.flatMap(({ at, apply = [] }) => apply.flatMap((object) => rulesOf(object as Plain, at * 1000, series))),
    ...patched.flatMap(({ at, spec }) => rollOutRules((spec ?? {}) as Plain, at * 1000)),
  ];
}

function rulesOf({ kind, metadata, spec = {} }: Plain, at: number, series: readonly Series[]): readonly WholeSecondRule[] {
  const { name = "" } = metadata as { readonly name?: string };
  if (kind === "Job") return jobRules(name, spec as Plain, at, series);
  if (kind === "CronJob") return jobRules(name, ((spec as Plain)["jobTemplate"] as Plain)["spec"] as Plain, at, series);
  return kind === "Deployment" || kind === "ReplicaSet" || kind === "DaemonSet" || kind === "StatefulSet"
    ? rollOutRules(spec as Plain, at)
    : [];
}

/** Back-off counts from a pod's finishedAt, a deadline from the Job's startTime, removal from its completionTime. */
function jobRules(name: string, spec: Plain, at: number, series: readonly Series[]): readonly WholeSecondRule[] {
  const about = new RegExp(`^(?:events )?(?:Job|Pod) ${name}\\b`);
  const first = (what: RegExp) =>
    Math.min(...series.filter(({ key }) => about.test(key) && what.test(key)).flatMap(({ t }) => t.map(([least]) => least)));
  const { activeDeadlineSeconds, ttlSecondsAfterFinished } = spec as {
    readonly activeDeadlineSeconds?: number;
    readonly ttlSecondsAfterFinished?: number;
  };
  return [
    { since: first(/ phase=Failed$/), about },
    ...(activeDeadlineSeconds === undefined ? [] : [{ since: at + activeDeadlineSeconds * 1000 - WHOLE_SECONDS_MS, about }]),
    ...(ttlSecondsAfterFinished === undefined ? [] : [{ since: at + ttlSecondsAfterFinished * 1000, about }]),
  ];
}

/** A pod is available so long after the second of its readiness, and progress is late so long after the second of the last one. */
function rollOutRules({ minReadySeconds, progressDeadlineSeconds }: Plain, at: number): readonly WholeSecondRule[] {
  return [
    ...(minReadySeconds === undefined ? [] : [{ since: at, about: /./ }]),
    ...(progressDeadlineSeconds === undefined ? [] : [{ since: at, about: /^Deployment \S+ condition Progressing/ }]),
  ];
}
