/**
 * How the processes in containers behave: the part of a node that no component of Kubernetes decides.
 *
 * A behaviour comes from outside (the scenario) or from annotations on the pod, see {@link annotatedBehavior}. All times are
 * sampled in microseconds.
 */
import { BEHAVIOR_ANNOTATIONS } from "../../api/behavior-annotations.js";
import { parseDuration } from "../../api/duration.js";
import { parseQuantity } from "../../api/quantity.js";
import type { Container, Pod } from "../../api/types/pod.js";
import type { Distribution } from "../../engine/distribution.js";
import { constant } from "../../engine/distribution.js";
import type { SimTime } from "../../engine/simulation.js";

/** A quantity over the life of a process. The last value holds for ever after; before the first point the first value holds. */
export interface UsageProfile {
  /** In order of time since the start of the process, microseconds. */
  readonly points: readonly { readonly at: SimTime; readonly value: number }[];
  /** A step holds each value until the next point; a line joins the points. */
  readonly shape: "steps" | "lines";
}

/** From `from` microseconds after the start of the container on, its probe answers so. */
export interface ProbeOutcome {
  readonly from: SimTime;
  readonly ok: boolean;
}

/** What is absent is left to defaults: runs for ever, serves at once, stops at once, uses nothing. */
export interface ContainerBehavior {
  /** From the start of the process until it exits by itself; absent: it runs until it is stopped. */
  readonly runDuration?: Distribution;
  /** CPU time after which the process exits by itself, microseconds of one core: how long that takes depends on the CPU that it gets. */
  readonly cpuWork?: Distribution;
  /** Exit code after {@link runDuration} or {@link cpuWork}; default 0. */
  readonly exitCode?: number;
  /** From the start of the process until it serves and its probes pass. */
  readonly startup?: Distribution;
  /** From the stop signal until the process has ended; absent: at once. Cut by the grace period. */
  readonly shutdown?: Distribution;
  /** CPU that the process wants, in cores: drawn once a run, or as a profile. It gets what the node's shares and its own limit leave. */
  readonly cpuUsage?: Distribution | UsageProfile;
  /** Memory that the process takes, in bytes: drawn once a run, or as a profile. */
  readonly memoryUsage?: Distribution | UsageProfile;
  /** Bytes that the process writes to its writable layer, logs and emptyDir volumes. */
  readonly ephemeralStorageUsage?: Distribution | UsageProfile;
  /** Number of processes and threads; default 1. */
  readonly processes?: number;
  /** Answers of probes where they differ from "fails until started, passes after"; in order of time. */
  readonly probeOutcomes?: {
    readonly liveness?: readonly ProbeOutcome[];
    readonly readiness?: readonly ProbeOutcome[];
    readonly startup?: readonly ProbeOutcome[];
  };
  /** How long the preStop hook takes, where the container has one; default: at once, or the seconds of a sleep hook. */
  readonly preStopDuration?: Distribution;
}

/** Asked once for each start of a container; `attempt` counts from 0. */
export type BehaviorSource = (pod: Pod, container: Container, attempt: number) => ContainerBehavior;

const NOTHING_SPECIAL: ContainerBehavior = {};

const byAnnotations = new WeakMap<object, ContainerBehavior>();

/**
 * Behaviour from the annotations of {@link BEHAVIOR_ANNOTATIONS}, the same for all containers of the pod. `fallback` answers for what they leave open.
 *
 * @throws TimeFormatError, QuantityError for an annotation that cannot be read
 */
export function annotatedBehavior(fallback: BehaviorSource = () => NOTHING_SPECIAL): BehaviorSource {
  return (pod, container, attempt) => {
    const behavior = fallback(pod, container, attempt);
    const annotations = pod.metadata.annotations;
    if (annotations === undefined) return behavior;
    let own = byAnnotations.get(annotations);
    if (own === undefined) byAnnotations.set(annotations, (own = readAnnotations(annotations)));
    if (own === NOTHING_SPECIAL) return behavior;
    return behavior === NOTHING_SPECIAL ? own : { ...behavior, ...own };
  };
}

function readAnnotations(annotations: Readonly<Record<string, string>>): ContainerBehavior {
  const duration = (name: string): Distribution | undefined =>
    annotations[name] === undefined ? undefined : constant(parseDuration(annotations[name]));
  const amount = (name: string): Distribution | undefined =>
    annotations[name] === undefined ? undefined : constant(parseQuantity(annotations[name]).milliValue / 1000);
  const entries: ContainerBehavior = {
    runDuration: duration(BEHAVIOR_ANNOTATIONS.runDuration),
    startup: duration(BEHAVIOR_ANNOTATIONS.startDuration),
    shutdown: duration(BEHAVIOR_ANNOTATIONS.stopDuration),
    cpuUsage: amount(BEHAVIOR_ANNOTATIONS.cpu),
    memoryUsage: amount(BEHAVIOR_ANNOTATIONS.memory),
    exitCode:
      annotations[BEHAVIOR_ANNOTATIONS.exitCode] === undefined
        ? undefined
        : Number.parseInt(annotations[BEHAVIOR_ANNOTATIONS.exitCode], 10),
  };
  const given = Object.entries(entries).filter(([, value]) => value !== undefined);
  return given.length === 0 ? NOTHING_SPECIAL : Object.fromEntries(given);
}
