/**
 * The horizontal pod autoscaler: looks at each of its targets at regular times and scales them.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ and kubernetes
 * pkg/controller/podautoscaler/horizontal.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { parseQuantity } from "../../../api/quantity.js";
import type { Condition, HorizontalPodAutoscaler, HPAScalingRules, Pod, QuantityText } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf } from "../conditions.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { look, type Look } from "./autoscaler-look.js";
import type { Target } from "./metric-measurement.js";
import { NO_METRICS, type MetricsSource } from "./metrics-source.js";
import type { Tolerances } from "./replica-calculator.js";
import { readScale, selectorOf, writeScale, type Scalable } from "./scale-target.js";
import { newMemory, rememberChange, withDefaults, type ScalingMemory } from "./scaling-rules.js";
import { SelectedPods } from "./selected-pods.js";

const ACCOUNT = "horizontal-pod-autoscaler";

class HorizontalPodAutoscalerController {
  private readonly calls: ApiCalls;
  private readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  private readonly pods: Informer<Pod>;
  private readonly metrics: MetricsSource;
  private readonly queue: WorkQueue;
  private readonly memories = new Map<string, ScalingMemory>();
  private readonly selected = new SelectedPods();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.metrics = context.metrics ?? NO_METRICS;
    this.queue = context.queue({ workers: context.options.concurrentHorizontalPodAutoscalerSyncs, sync: (key) => this.sync(key) });
    this.autoscalers = context.informer("HorizontalPodAutoscaler");
    this.pods = context.informer("Pod");
    // The first look comes a whole period after an autoscaler was seen, and all others in step with it.
    this.autoscalers.addHandlers({
      added: (autoscaler) => this.lookLater(objectKey(autoscaler)),
      updated: (_, autoscaler) => this.lookLater(objectKey(autoscaler)),
      deleted: (autoscaler) => {
        this.memories.delete(objectKey(autoscaler));
        this.selected.forget(objectKey(autoscaler));
      },
    });
  }

  private lookLater(key: string): void {
    this.selected.register(key);
    this.queue.addAfter(key, this.context.options.horizontalPodAutoscalerSyncPeriod);
  }

  /**
   * The next look comes one period after this one has ended, whether it failed or not.
   * Source: processNextWorkItem in pkg/controller/podautoscaler/horizontal.go and rate_limiters.go.
   */
  private *sync(key: string): Task<void> {
    const autoscaler = this.autoscalers.get(key);
    if (autoscaler === undefined) return;
    try {
      yield* this.lookAt(key, autoscaler);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    } finally {
      if (this.autoscalers.get(key) !== undefined) this.lookLater(key);
    }
  }

  private *lookAt(key: string, autoscaler: HorizontalPodAutoscaler): Task<void> {
    const scalable = yield* this.targetOf(autoscaler);
    if (scalable === undefined) return;
    let memory = this.memories.get(key);
    if (memory === undefined) this.memories.set(key, (memory = newMemory()));
    const { options } = this.context;
    const found = look(autoscaler, this.lookedAt(key, autoscaler, scalable), this.metrics, memory, {
      tolerances: tolerancesOf(autoscaler, options.horizontalPodAutoscalerTolerance),
      cpuInitializationPeriod: options.horizontalPodAutoscalerCpuInitializationPeriod,
      initialReadinessDelay: options.horizontalPodAutoscalerInitialReadinessDelay,
      downscaleStabilization: options.horizontalPodAutoscalerDownscaleStabilization,
      now: this.context.now(),
    });
    for (const { reason, message } of found.warnings) this.warn(autoscaler, reason, message);
    yield* this.carryOut(autoscaler, scalable, found, memory);
  }

  private warn(autoscaler: HorizontalPodAutoscaler, reason: string, message: string): void {
    this.calls.recordEvent(referenceTo(autoscaler), "Warning", reason, message);
  }

  private *targetOf(autoscaler: HorizontalPodAutoscaler): Task<Scalable | undefined> {
    try {
      return yield* readScale(this.calls, autoscaler);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.warn(autoscaler, "FailedGetScale", error.message);
      const message = `the HPA controller was unable to get the target's current scale: ${error.message}`;
      yield* this.writeStatus(autoscaler, {
        ...autoscaler.status,
        desiredReplicas: autoscaler.status?.desiredReplicas ?? 0,
        conditions: this.merged(autoscaler.status?.conditions, [
          { type: "AbleToScale", status: "False", reason: "FailedGetScale", message },
        ]),
      });
      return undefined;
    }
  }

  private lookedAt(key: string, autoscaler: HorizontalPodAutoscaler, scalable: Scalable): Target {
    const selector = selectorOf(scalable);
    const namespace = autoscaler.metadata.namespace!;
    const pods = [...this.pods.inNamespace(namespace)].filter(({ metadata }) => selector.matches(metadata.labels));
    return {
      namespace,
      reference: `${scalable.kind}/${namespace}/${scalable.metadata.name}`,
      replicas: scalable.spec.replicas ?? 1,
      counted: scalable.status?.replicas ?? 0,
      pods,
      ambiguity: () => this.selected.ambiguityOf(key, selector, pods),
    };
  }

  private *carryOut(autoscaler: HorizontalPodAutoscaler, scalable: Scalable, found: Look, memory: ScalingMemory): Task<void> {
    const before = scalable.spec.replicas ?? 1;
    const { replicas: after, reason, failed, currentMetrics } = found;
    const rescaled = after !== before && !failed;
    let conditions = this.merged(autoscaler.status?.conditions, found.conditions);
    if (rescaled) {
      const error = yield* this.rescale(scalable, after);
      const able = error === undefined ? rescaledTo(after) : notRescaled(error);
      conditions = this.merged(conditions, [able]);
      if (error !== undefined) {
        this.warn(autoscaler, "FailedRescale", `New size: ${after}; reason: ${reason}; error: ${error.message}`);
        const desiredReplicas = autoscaler.status?.desiredReplicas ?? 0;
        yield* this.writeStatus(autoscaler, { ...autoscaler.status, currentReplicas: before, desiredReplicas, currentMetrics, conditions });
        return;
      }
      this.calls.recordEvent(referenceTo(autoscaler), "Normal", "SuccessfulRescale", `New size: ${after}; reason: ${reason}`);
      if (autoscaler.spec.behavior !== undefined)
        rememberChange(memory, withDefaults(autoscaler.spec.behavior), before, after, this.context.now());
    }
    yield* this.writeStatus(autoscaler, {
      ...autoscaler.status,
      currentReplicas: before,
      desiredReplicas: failed ? (autoscaler.status?.desiredReplicas ?? 0) : after,
      currentMetrics,
      conditions,
      ...(rescaled && { lastScaleTime: this.context.nowInSeconds() }),
    });
  }

  private *rescale(scalable: Scalable, replicas: number): Task<ApiError | undefined> {
    try {
      yield* writeScale(this.calls, scalable, replicas);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error;
    }
  }

  private merged(present: readonly Condition[] | undefined, changes: Look["conditions"]): readonly Condition[] {
    let conditions = present ?? [];
    for (const change of changes) {
      const before = conditionOf(conditions, change.type);
      const lastTransitionTime = before?.status === change.status ? before.lastTransitionTime : this.context.nowInSeconds();
      const condition: Condition = { ...change, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
      conditions = before === undefined ? [...conditions, condition] : conditions.map((one) => (one === before ? condition : one));
    }
    return conditions;
  }

  private *writeStatus(autoscaler: HorizontalPodAutoscaler, status: NonNullable<HorizontalPodAutoscaler["status"]>): Task<void> {
    if (sameValue(status, autoscaler.status)) return;
    try {
      yield* this.calls.updateStatus<"HorizontalPodAutoscaler">({ ...autoscaler, status });
    } catch (error) {
      if (error instanceof ApiError) this.warn(autoscaler, "FailedUpdateStatus", error.message);
      throw error;
    }
  }
}

function rescaledTo(replicas: number): Look["conditions"][number] {
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  return { type: "AbleToScale", status: "True", reason: "SucceededRescale", message };
}

function notRescaled(error: ApiError): Look["conditions"][number] {
  const message = `the HPA controller was unable to update the target scale: ${error.message}`;
  return { type: "AbleToScale", status: "False", reason: "FailedUpdateScale", message };
}

/** The tolerances of the autoscaler's behaviour, where it has any. */
export function tolerancesOf({ spec }: HorizontalPodAutoscaler, tolerance: number): Tolerances {
  const of = (rules: HPAScalingRules | undefined): number => (rules?.tolerance === undefined ? tolerance : approximate(rules.tolerance));
  return { scaleUp: of(spec.behavior?.scaleUp), scaleDown: of(spec.behavior?.scaleDown) };
}

function approximate(text: QuantityText): number {
  const { mantissa, scale } = parseQuantity(text);
  return Number(`${mantissa}e${scale}`);
}

export function startHorizontalPodAutoscalerController(context: ControllerContext): void {
  new HorizontalPodAutoscalerController(context);
}
