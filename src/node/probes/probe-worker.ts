/**
 * One probe worker: what it knows, and when its next look may change anything.
 *
 * Source: pkg/kubelet/prober/worker.go.
 */
import type { Probe } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { ProbeOutcome } from "../containers/behavior.js";

export type ProbeKind = "liveness" | "readiness" | "startup";

/** API defaults of a probe's fields. */
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_SUCCESS_THRESHOLD = 1;
const DEFAULT_FAILURE_THRESHOLD = 3;

/** Answers over the time since the container's start. */
export type OutcomesOf = (kind: ProbeKind) => readonly ProbeOutcome[];

export interface Worker {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly period: SimTime;
  readonly duration: SimTime;
  nextTick: SimTime;
  /** A status update asked for a look at once. */
  triggered: boolean;
  /** The probe under way ends then, with this answer. */
  busyUntil: SimTime | undefined;
  answer: boolean;
  /** Number of the container's run that the worker knows; -1 for none. */
  instance: number;
  onHold: boolean;
  lastAnswer: boolean | undefined;
  run: number;
}

export interface ProbedContainer {
  readonly name: string;
  readonly workers: Worker[];
  instance: number;
  runningSince: SimTime | undefined;
  outcomes: OutcomesOf;
  /** Stored results of the present run. */
  results: Partial<Record<ProbeKind, boolean>>;
  started: boolean;
  ready: boolean;
  killed: boolean;
}

export function newWorker(kind: ProbeKind, probe: Probe, begin: SimTime, duration: SimTime): Worker {
  const period = (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * SECOND;
  return {
    kind,
    probe,
    period,
    duration,
    nextTick: begin,
    triggered: false,
    busyUntil: undefined,
    answer: false,
    instance: -1,
    onHold: false,
    lastAnswer: undefined,
    run: 0,
  };
}

/** From when on a worker's look may change anything; undefined for never, as things are. */
export function nextMattering(container: ProbedContainer, worker: Worker): SimTime | undefined {
  const { kind, nextTick, lastAnswer } = worker;
  if (container.instance < 0) return undefined;
  if (worker.instance !== container.instance) return nextTick;
  if (worker.onHold) return undefined;
  if (container.runningSince === undefined) return container.results[kind] === false ? undefined : nextTick;
  if (container.started === (kind === "startup")) return undefined;
  const from = Math.max(nextTick, container.runningSince + (worker.probe.initialDelaySeconds ?? 0) * SECOND);
  return isSettled(container, worker) ? nextAnswer(container, worker, !lastAnswer!, from) : from;
}

/** Whether more of the same answer changes nothing. */
export function isSettled(container: ProbedContainer, { kind, lastAnswer, run, probe }: Worker): boolean {
  return lastAnswer !== undefined && run >= thresholdOf(probe, lastAnswer) && container.results[kind] === lastAnswer;
}

/** First time from `from` on at which a probe would answer so. */
function nextAnswer({ outcomes, runningSince }: ProbedContainer, { kind }: Worker, answer: boolean, from: SimTime): SimTime | undefined {
  const list = outcomes(kind);
  const age = from - runningSince!;
  if (outcomeAt(list, age) === answer) return from;
  const change = list.find((outcome) => outcome.from > age && outcome.ok === answer);
  return change === undefined ? undefined : runningSince! + change.from;
}

export function outcomeAt(outcomes: readonly ProbeOutcome[], age: SimTime): boolean {
  let ok = true;
  for (const outcome of outcomes) {
    if (outcome.from > age) break;
    ({ ok } = outcome);
  }
  return ok;
}

export function thresholdOf(probe: Probe, answer: boolean): number {
  return answer ? (probe.successThreshold ?? DEFAULT_SUCCESS_THRESHOLD) : (probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD);
}
