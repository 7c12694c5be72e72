/**
 * The probe workers of one pod as a state machine in its own time: when each probe runs, what its answer changes.
 *
 * A worker lives as long as its pod, ticks at multiples of its period, and probes whatever container there is. Nothing here is an
 * event of the simulation: {@link PodProbes.advance} brings the machine to a time, and ticks that would change nothing are jumped over.
 *
 * Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/, pkg/kubelet/prober/worker.go and prober_manager.go.
 */
import type { Container } from "../../api/types/pod.js";
import { MILLISECOND, SECOND, type SimTime } from "../../engine/simulation.js";
import {
  isSettled,
  newWorker,
  nextMattering,
  outcomeAt,
  thresholdOf,
  type OutcomesOf,
  type ProbedContainer,
  type ProbeKind,
  type Worker,
} from "./probe-worker.js";

/** Order in which workers of one container start, and look where they look at the same time. */
const KINDS: readonly ProbeKind[] = ["liveness", "readiness", "startup"];

/** A probe over the node's own interfaces. An assumption: no one waits on it. */
const PROBE_DURATION: SimTime = MILLISECOND;

/** What came of a step, in the order in which it came. */
export type ProbeNews =
  | {
      readonly at: SimTime;
      readonly what: "probe";
      readonly container: string;
      readonly kind: ProbeKind;
      readonly ok: boolean;
      readonly instance: number;
      readonly repeated: boolean;
    }
  | { readonly at: SimTime; readonly what: "started" | "ready"; readonly container: string; readonly value: boolean }
  | {
      readonly at: SimTime;
      readonly what: "kill";
      readonly container: string;
      readonly kind: "liveness" | "startup";
      readonly instance: number;
    };

interface Step {
  readonly container: ProbedContainer;
  readonly worker: Worker;
  readonly at: SimTime;
}

const ALWAYS_WELL: OutcomesOf = () => [];

export class PodProbes {
  private readonly containers: ProbedContainer[];
  /** Time of the last step: a triggered look is at once. */
  private now: SimTime;

  /** @param durationOf how long a probe of a kind takes */
  constructor(containers: readonly Container[], begin: SimTime, durationOf: (kind: ProbeKind) => SimTime = () => PROBE_DURATION) {
    this.now = begin;
    this.containers = containers.map((container) => ({
      name: container.name,
      workers: KINDS.flatMap((kind) => {
        const probe = container[`${kind}Probe`];
        return probe === undefined ? [] : [newWorker(kind, probe, begin, durationOf(kind))];
      }),
      instance: -1,
      runningSince: undefined,
      outcomes: ALWAYS_WELL,
      results: {},
      started: false,
      ready: false,
      killed: false,
    }));
  }

  /** A copy that can be run ahead without consequences. */
  copy(): PodProbes {
    const copy = new PodProbes([], 0);
    for (const container of this.containers) {
      copy.containers.push({
        ...container,
        results: { ...container.results },
        workers: container.workers.map((worker) => ({ ...worker })),
      });
    }
    copy.now = this.now;
    return copy;
  }

  /** A new run of a container was seen at `at`; it runs since `since`. */
  containerRunning(name: string, instance: number, since: SimTime, at: SimTime, outcomes: OutcomesOf, news: ProbeNews[]): void {
    const container = this.find(name);
    if (container === undefined) return;
    Object.assign(container, { instance, runningSince: since, outcomes, results: {}, killed: false });
    this.updateStatus(at, news);
  }

  /** A container that ran already when the workers started: its states stay until a probe says otherwise. */
  containerResumed(
    name: string,
    instance: number,
    since: SimTime,
    outcomes: OutcomesOf,
    { started, ready }: { readonly started: boolean; readonly ready: boolean },
  ): void {
    const container = this.find(name);
    if (container === undefined) return;
    const results = { liveness: true, readiness: ready, startup: started ? true : undefined };
    Object.assign(container, { instance, runningSince: since, outcomes, results, killed: false, started, ready });
    for (const worker of container.workers) {
      worker.instance = instance;
      worker.onHold = worker.kind === "startup" && started;
    }
  }

  containerEnded(name: string, at: SimTime, news: ProbeNews[]): void {
    const container = this.find(name);
    if (container === undefined) return;
    container.runningSince = undefined;
    this.updateStatus(at, news);
  }

  /** The pod is being deleted: liveness and startup probes end. */
  podStopping(): void {
    for (const container of this.containers) {
      const readiness = container.workers.filter(({ kind }) => kind === "readiness");
      container.workers.splice(0, container.workers.length, ...readiness);
    }
  }

  /** Goes on to that time, looks at it included. With `jump` false every tick is looked at. */
  advance(until: SimTime, news: ProbeNews[], jump = true): void {
    for (;;) {
      const next = this.nextStep(jump);
      if (next === undefined || next.at > until) break;
      this.step(next, news);
    }
    this.now = Math.max(this.now, until);
  }

  /** Time of the next change that others can see, looked for in a copy; undefined where nothing changes any more by itself. */
  nextVisible(): SimTime | undefined {
    const ahead = this.copy();
    const news: ProbeNews[] = [];
    for (;;) {
      const next = ahead.nextStep(true);
      if (next === undefined) return undefined;
      ahead.step(next, news);
      if (news.some(isVisible)) return next.at;
      news.length = 0;
    }
  }

  /** Time of the next look or answer of any worker, however little comes of it. */
  nextStepAt(): SimTime | undefined {
    return this.nextStep(false)?.at;
  }

  private find(name: string): ProbedContainer | undefined {
    return this.containers.find((container) => container.name === name);
  }

  private nextStep(jump: boolean): Step | undefined {
    let first: Step | undefined;
    for (const container of this.containers) {
      for (const worker of container.workers) {
        const at = this.nextOf(container, worker, jump);
        if (at !== undefined && (first === undefined || at < first.at)) first = { container, worker, at };
      }
    }
    return first;
  }

  private nextOf(container: ProbedContainer, worker: Worker, jump: boolean): SimTime | undefined {
    if (worker.busyUntil !== undefined) return worker.busyUntil;
    if (worker.triggered) return this.now;
    if (!jump) return worker.nextTick;
    const matters = nextMattering(container, worker);
    if (matters === undefined) return undefined;
    // Ticks that did not matter were jumped over; those of the past do not come back.
    const from = Math.max(matters, this.now);
    if (from <= worker.nextTick) return worker.nextTick;
    return worker.nextTick + Math.ceil((from - worker.nextTick) / worker.period) * worker.period;
  }

  private step({ container, worker, at }: Step, news: ProbeNews[]): void {
    this.now = at;
    if (worker.busyUntil !== undefined) {
      worker.busyUntil = undefined;
      this.takeAnswer(container, worker, at, news);
      return;
    }
    worker.triggered = false;
    worker.nextTick = at + worker.period;
    this.look(container, worker, at, news);
  }

  private look(container: ProbedContainer, worker: Worker, at: SimTime, news: ProbeNews[]): void {
    if (container.instance < 0) return;
    if (worker.instance !== container.instance) {
      worker.instance = container.instance;
      worker.onHold = false;
      this.store(container, worker.kind, worker.kind === "readiness" ? false : worker.kind === "liveness" ? true : undefined, at, news);
    }
    if (worker.onHold) return;
    if (container.runningSince === undefined) {
      if (container.results[worker.kind] !== false) this.store(container, worker.kind, false, at, news, true);
      return;
    }
    const delay = (worker.probe.initialDelaySeconds ?? 0) * SECOND;
    if (Math.floor((at - container.runningSince) / SECOND) * SECOND < delay) return;
    if (container.started === (worker.kind === "startup")) return;
    worker.answer = outcomeAt(container.outcomes(worker.kind), at - container.runningSince);
    news.push({
      at,
      what: "probe",
      container: container.name,
      kind: worker.kind,
      ok: worker.answer,
      instance: container.instance,
      repeated: isSettled(container, worker) && worker.lastAnswer === worker.answer,
    });
    worker.busyUntil = at + worker.duration;
  }

  private takeAnswer(container: ProbedContainer, worker: Worker, at: SimTime, news: ProbeNews[]): void {
    const { answer, kind, probe } = worker;
    worker.run = worker.lastAnswer === answer ? worker.run + 1 : 1;
    worker.lastAnswer = answer;
    if (worker.run < thresholdOf(probe, answer)) return;
    if (worker.instance === container.instance) this.store(container, kind, answer, at, news);
    if ((kind === "liveness" && !answer) || kind === "startup") {
      worker.onHold = true;
      worker.run = 0;
    }
  }

  /** Keeps a result and tells of it where it is new. */
  private store(
    container: ProbedContainer,
    kind: ProbeKind,
    result: boolean | undefined,
    at: SimTime,
    news: ProbeNews[],
    ofEnded = false,
  ): void {
    const known = kind in container.results;
    if (known && container.results[kind] === result) return;
    container.results[kind] = result;
    if (kind === "liveness" && result !== false) return;
    if (kind !== "readiness" && result === false && !ofEnded && !container.killed) {
      container.killed = true;
      news.push({ at, what: "kill", container: container.name, kind, instance: container.instance });
    }
    this.updateStatus(at, news);
  }

  /** What the kubelet does with the pod's status after any change: computes started and ready, and has unready containers probed at once. */
  private updateStatus(at: SimTime, news: ProbeNews[]): void {
    this.now = at;
    for (const container of this.containers) {
      const running = container.runningSince !== undefined;
      const has = (kind: ProbeKind): Worker | undefined => container.workers.find((worker) => worker.kind === kind);
      const started = running && (has("startup") === undefined || container.results.startup === true);
      const readiness = has("readiness");
      const ready = started && (readiness === undefined || container.results.readiness === true);
      if (started !== container.started) {
        container.started = started;
        news.push({ at, what: "started", container: container.name, value: started });
      }
      if (ready !== container.ready) {
        container.ready = ready;
        news.push({ at, what: "ready", container: container.name, value: ready });
      }
      if (started && !ready && readiness !== undefined) readiness.triggered = true;
    }
  }
}

/** Failed probes are told of by events, so that their times matter. */
function isVisible(news: ProbeNews): boolean {
  return news.what !== "probe" || (!news.ok && !news.repeated);
}
