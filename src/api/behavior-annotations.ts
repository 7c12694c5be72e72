/**
 * Annotations by which a pod says how its containers behave. A real cluster would carry them without a look; here the API server holds
 * them to their form, as an admission plugin of the simulated cluster, so that a slip is refused rather than met in the middle of a run.
 */
import { HOUR, parseDuration, TimeFormatError } from "./duration.js";
import { parseQuantity, QuantityError } from "./quantity.js";

/** What the simulator's own annotations begin with. */
const PREFIX = "kubewarp.io/";

/** Durations as Go writes them (`1m30s`), amounts as Kubernetes quantities. */
export const BEHAVIOR_ANNOTATIONS = {
  /** From start to exit. */
  runDuration: "kubewarp.io/run-duration",
  /** Exit code after the run. */
  exitCode: "kubewarp.io/exit-code",
  /** From start to serving. */
  startDuration: "kubewarp.io/start-duration",
  /** From the stop signal to the end. */
  stopDuration: "kubewarp.io/stop-duration",
  /** CPU wanted by each container, such as 250m. */
  cpu: "kubewarp.io/cpu",
  /** Memory taken by each container, such as 64Mi. */
  memory: "kubewarp.io/memory",
} as const;

/** 114 years: two of them still fit the simulated clock, which counts microseconds in a safe integer. */
const LONGEST_HOURS = 999_999;
/** Exit codes of processes are bytes. Source: https://pubs.opengroup.org/onlinepubs/9799919799/functions/exit.html */
const GREATEST_EXIT_CODE = 255;

function isDuration(text: string): boolean {
  try {
    const duration = parseDuration(text);
    return duration >= 0 && duration <= LONGEST_HOURS * HOUR;
  } catch (error) {
    if (!(error instanceof TimeFormatError)) throw error;
    return false;
  }
}

function isAmount(text: string): boolean {
  try {
    return parseQuantity(text).milliValue >= 0;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return false;
  }
}

/** What is wrong with an annotation on a pod, and what would be right; undefined where nothing is, or where the annotation is another's. */
export function behaviorAnnotationProblem(name: string, value: string): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  switch (name) {
    case BEHAVIOR_ANNOTATIONS.runDuration:
    case BEHAVIOR_ANNOTATIONS.startDuration:
    case BEHAVIOR_ANNOTATIONS.stopDuration:
      return isDuration(value) ? undefined : `must be a duration such as "90s" or "1h30m", 0 or more, at most "${LONGEST_HOURS}h"`;
    case BEHAVIOR_ANNOTATIONS.cpu:
      return isAmount(value) ? undefined : 'must be a quantity such as "250m", 0 or more';
    case BEHAVIOR_ANNOTATIONS.memory:
      return isAmount(value) ? undefined : 'must be a quantity such as "64Mi", 0 or more';
    case BEHAVIOR_ANNOTATIONS.exitCode:
      return /^\d{1,3}$/.test(value) && Number(value) <= GREATEST_EXIT_CODE
        ? undefined
        : `must be a whole number from 0 to ${GREATEST_EXIT_CODE}`;
    default:
      return `unknown annotation of a pod; must be one of ${Object.values(BEHAVIOR_ANNOTATIONS).join(", ")}`;
  }
}
