/**
 * What becomes of a wish for replicas: recent wishes stabilise it, and rules limit how fast it is followed.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior and kubernetes
 * pkg/controller/podautoscaler/horizontal.go.
 */
import type { HPAScalingRules } from "../../../api/types/index.js";
import type { Timestamp } from "../../../api/types/index.js";

const MICROSECONDS_A_SECOND = 1_000_000;
/** Without behaviour replicas at most double in a look, but may always rise to 4. Source: scaleUpLimitFactor and scaleUpLimitMinimum in horizontal.go. */
const SCALE_UP_FACTOR = 2;
const SCALE_UP_MINIMUM = 4;

/** Source: pkg/apis/autoscaling/v2/defaults.go. */
const DEFAULT_SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};
const DEFAULT_SCALE_DOWN: HPAScalingRules = { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };

export interface Behavior {
  readonly scaleUp: HPAScalingRules;
  readonly scaleDown: HPAScalingRules;
}

export function withDefaults(behavior: { readonly scaleUp?: HPAScalingRules; readonly scaleDown?: HPAScalingRules }): Behavior {
  const filled = (rules: HPAScalingRules | undefined, defaults: HPAScalingRules): HPAScalingRules => ({
    ...defaults,
    ...rules,
    ...((rules?.policies?.length ?? 0) === 0 && { policies: defaults.policies }),
  });
  return { scaleUp: filled(behavior.scaleUp, DEFAULT_SCALE_UP), scaleDown: filled(behavior.scaleDown, DEFAULT_SCALE_DOWN) };
}

interface Dated {
  readonly replicas: number;
  readonly time: Timestamp;
}

/** A change made, as the number of replicas added or removed. */
interface ScaleEvent extends Dated {
  /** No policy's period reached back to it once: the next change may take its place. */
  isOutdated: boolean;
}

/** What is remembered of an autoscaler between looks. */
export interface ScalingMemory {
  recommendations: Dated[];
  readonly ups: ScaleEvent[];
  readonly downs: ScaleEvent[];
}

export function newMemory(): ScalingMemory {
  return { recommendations: [], ups: [], downs: [] };
}

/** Puts an entry in the place of the last one that is out of date; all others stay, for rules whose times may yet be made longer. */
function replaceOutdated<T>(entries: T[], isOutdated: (entry: T) => boolean, entry: T): void {
  const last = entries.findLastIndex(isOutdated);
  if (last < 0) entries.push(entry);
  else entries[last] = entry;
}

export interface Verdict {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const HIGHER = "recent recommendations were higher than current one, applying the highest recent recommendation";
const LOWER = "recent recommendations were lower than current one, applying the lowest recent recommendation";
const READY: Omit<Verdict, "replicas"> = { reason: "ReadyForNewScale", message: "recommended size matches current size" };
const WITHIN: Omit<Verdict, "replicas"> = { reason: "DesiredWithinRange", message: "the desired count is within the acceptable range" };
const TOO_MANY: Omit<Verdict, "replicas"> = {
  reason: "TooManyReplicas",
  message: "the desired replica count is more than the maximum replica count",
};
const TOO_FEW: Omit<Verdict, "replicas"> = {
  reason: "TooFewReplicas",
  message: "the desired replica count is less than the minimum replica count",
};
const UP_LIMIT: Omit<Verdict, "replicas"> = {
  reason: "ScaleUpLimit",
  message: "the desired replica count is increasing faster than the maximum scale rate",
};
const DOWN_LIMIT: Omit<Verdict, "replicas"> = {
  reason: "ScaleDownLimit",
  message: "the desired replica count is decreasing faster than the maximum scale rate",
};

/** Without behaviour: the highest wish of the last while. @param window microseconds */
export function stabilize(memory: ScalingMemory, wish: number, window: number, now: Timestamp): Verdict {
  const cutoff = now - window;
  const replicas = memory.recommendations.reduce((highest, one) => (one.time < cutoff ? highest : Math.max(highest, one.replicas)), wish);
  replaceOutdated(memory.recommendations, ({ time }) => time < cutoff, { replicas: wish, time: now });
  return replicas === wish ? { replicas, ...READY } : { replicas, reason: "ScaleDownStabilized", message: HIGHER };
}

/** With behaviour: the least change that the wishes of both windows allow. @param downWindow microseconds where the behaviour has none */
export function stabilizeWithBehavior(
  memory: ScalingMemory,
  { scaleUp, scaleDown }: Behavior,
  current: number,
  wish: number,
  downWindow: number,
  now: Timestamp,
): Verdict {
  const upCutoff = now - (scaleUp.stabilizationWindowSeconds ?? 0) * MICROSECONDS_A_SECOND;
  const downCutoff =
    now - (scaleDown.stabilizationWindowSeconds === undefined ? downWindow : scaleDown.stabilizationWindowSeconds * MICROSECONDS_A_SECOND);
  let lowest = wish;
  let highest = wish;
  for (const { replicas, time } of memory.recommendations) {
    if (time > upCutoff) lowest = Math.min(lowest, replicas);
    if (time > downCutoff) highest = Math.max(highest, replicas);
  }
  replaceOutdated(memory.recommendations, ({ time }) => time < upCutoff && time < downCutoff, { replicas: wish, time: now });
  const replicas = Math.min(Math.max(current, lowest), highest);
  if (replicas === wish) return { replicas, ...READY };
  return wish >= current
    ? { replicas, reason: "ScaleUpStabilized", message: LOWER }
    : { replicas, reason: "ScaleDownStabilized", message: HIGHER };
}

/** Limits without behaviour. */
export function limit(current: number, wish: number, min: number, max: number): Verdict {
  const rate = Math.max(SCALE_UP_FACTOR * current, SCALE_UP_MINIMUM);
  if (wish < min) return { replicas: min, ...TOO_FEW };
  if (wish > Math.min(max, rate)) return max > rate ? { replicas: rate, ...UP_LIMIT } : { replicas: max, ...TOO_MANY };
  return { replicas: wish, ...WITHIN };
}

function changeWithin(events: readonly Dated[], seconds: number, now: Timestamp): number {
  let sum = 0;
  for (const { replicas, time } of events) if (time > now - seconds * MICROSECONDS_A_SECOND) sum += replicas;
  return sum;
}

function scaleUpLimit(memory: ScalingMemory, rules: HPAScalingRules, current: number, now: Timestamp): number {
  if (rules.selectPolicy === "Disabled") return current;
  const limits = rules.policies!.map(({ type, value, periodSeconds }) => {
    const start = current - changeWithin(memory.ups, periodSeconds, now) + changeWithin(memory.downs, periodSeconds, now);
    return type === "Pods" ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules.selectPolicy === "Min" ? Math.min(...limits) : Math.max(...limits);
}

function scaleDownLimit(memory: ScalingMemory, rules: HPAScalingRules, current: number, now: Timestamp): number {
  if (rules.selectPolicy === "Disabled") return current;
  const limits = rules.policies!.map(({ type, value, periodSeconds }) => {
    const start = current + changeWithin(memory.downs, periodSeconds, now) - changeWithin(memory.ups, periodSeconds, now);
    return type === "Pods" ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules.selectPolicy === "Min" ? Math.max(...limits) : Math.min(...limits);
}

/** Limits by the policies of a behaviour. */
export function limitWithBehavior(
  memory: ScalingMemory,
  behavior: Behavior,
  current: number,
  wish: number,
  min: number,
  max: number,
  now: Timestamp,
): Verdict {
  if (wish > current) {
    const rate = Math.max(current, scaleUpLimit(memory, behavior.scaleUp, current, now));
    if (wish > Math.min(max, rate)) return max > rate ? { replicas: rate, ...UP_LIMIT } : { replicas: max, ...TOO_MANY };
  } else if (wish < current) {
    const rate = Math.min(current, scaleDownLimit(memory, behavior.scaleDown, current, now));
    if (wish < Math.max(min, rate)) return min < rate ? { replicas: rate, ...DOWN_LIMIT } : { replicas: min, ...TOO_FEW };
  }
  return { replicas: wish, ...WITHIN };
}

/** Remembers a change for the policies' periods. */
export function rememberChange(
  memory: ScalingMemory,
  { scaleUp, scaleDown }: Behavior,
  before: number,
  after: number,
  now: Timestamp,
): void {
  const [events, rules] = after > before ? [memory.ups, scaleUp] : [memory.downs, scaleDown];
  const longest = Math.max(0, ...(rules.policies ?? []).map(({ periodSeconds }) => periodSeconds)) * MICROSECONDS_A_SECOND;
  for (const event of events) event.isOutdated ||= event.time < now - longest;
  replaceOutdated(events, ({ isOutdated }) => isOutdated, { replicas: Math.abs(after - before), time: now, isOutdated: false });
}
