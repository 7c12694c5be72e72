/**
 * The horizontal pod autoscaler: looks at each of its targets at regular times and scales them.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ and kubernetes
 * pkg/controller/podautoscaler/horizontal.go.
 */
import { kindInfo, objectKey, type Kind } from "../../../api/kinds.js";
import { quantityMilliValue } from "../../../api/quantity.js";
import { compileLabelSelector, compileLabelSet } from "../../../api/selector.js";
import type { ApiObject, Condition, HorizontalPodAutoscaler, HPAScalingRules, LabelSelector, Pod } from "../../../api/types/index.js";
import type { Informer, Target as ObjectTarget } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf } from "../conditions.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, RetryLater, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { look, type Look, type Target } from "./autoscaler-look.js";
import { NO_METRICS, type MetricsSource } from "./metrics-source.js";
import type { Tolerances } from "./replica-calculator.js";
import { newMemory, rememberChange, withDefaults, type ScalingMemory } from "./scaling-rules.js";

const ACCOUNT = "horizontal-pod-autoscaler";
/** Kinds with a scale subresource. Source: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/scale-v1/ */
const SCALABLE: readonly Kind[] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];
const THOUSANDTHS = 1_000;

type Scalable = ApiObject & {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
};

class HorizontalPodAutoscalerController {
  private readonly calls: ApiCalls;
  private readonly autoscalers: Informer<HorizontalPodAutoscaler>;
  private readonly pods: Informer<Pod>;
  private readonly metrics: MetricsSource;
  private readonly queue: WorkQueue;
  private readonly memories = new Map<string, ScalingMemory>();

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
      deleted: (autoscaler) => this.memories.delete(objectKey(autoscaler)),
    });
  }

  private lookLater(key: string): void {
    this.queue.addAfter(key, this.context.options.horizontalPodAutoscalerSyncPeriod);
  }

  /** The next look comes one period after this one has ended. Source: processNextWorkItem in pkg/controller/podautoscaler/horizontal.go. */
  private *sync(key: string): Task<void> {
    const autoscaler = this.autoscalers.get(key);
    if (autoscaler === undefined) return;
    try {
      yield* this.lookAt(key, autoscaler);
    } finally {
      this.lookLater(key);
    }
  }

  private *lookAt(key: string, autoscaler: HorizontalPodAutoscaler): Task<void> {
    const scalable = yield* this.targetOf(autoscaler);
    if (scalable === undefined) return;
    let memory = this.memories.get(key);
    if (memory === undefined) this.memories.set(key, (memory = newMemory()));
    const { options } = this.context;
    const found = look(autoscaler, this.lookedAt(autoscaler, scalable), this.metrics, memory, {
      tolerances: tolerancesOf(autoscaler, options.horizontalPodAutoscalerTolerance),
      cpuInitializationPeriod: options.horizontalPodAutoscalerCpuInitializationPeriod,
      initialReadinessDelay: options.horizontalPodAutoscalerInitialReadinessDelay,
      downscaleStabilization: options.horizontalPodAutoscalerDownscaleStabilization,
      now: this.context.now(),
    });
    if (found.failed)
      this.calls.recordEvent(referenceTo(autoscaler), "Warning", "FailedComputeMetricsReplicas", withoutPrefix(found.error!));
    yield* this.carryOut(autoscaler, scalable, found, memory);
  }

  private *targetOf(autoscaler: HorizontalPodAutoscaler): Task<Scalable | undefined> {
    const { kind, name } = autoscaler.spec.scaleTargetRef;
    const info = kindInfo(kind);
    try {
      if (info === undefined || !SCALABLE.includes(info.kind)) throw new RetryLater(`no matches for kind ${JSON.stringify(kind)}`);
      const target = { kind: info.kind, namespace: autoscaler.metadata.namespace!, name } as ObjectTarget;
      return (yield* this.calls.get(target)) as unknown as Scalable;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.calls.recordEvent(referenceTo(autoscaler), "Warning", "FailedGetScale", error.message);
      const message = `the HPA controller was unable to get the target's current scale: ${error.message}`;
      yield* this.writeStatus(autoscaler, {
        ...autoscaler.status,
        desiredReplicas: autoscaler.status?.desiredReplicas ?? 0,
        conditions: this.merged(autoscaler, [{ type: "AbleToScale", status: "False", reason: "FailedGetScale", message }]),
      });
      return undefined;
    }
  }

  private lookedAt(autoscaler: HorizontalPodAutoscaler, scalable: Scalable): Target {
    const { selector, replicas = 1 } = scalable.spec;
    const matches =
      scalable.kind === "ReplicationController"
        ? compileLabelSet(selector as Readonly<Record<string, string>>)
        : compileLabelSelector(selector);
    const { namespace } = autoscaler.metadata;
    return {
      namespace: namespace!,
      reference: `${scalable.kind}/${namespace}/${scalable.metadata.name}`,
      replicas,
      counted: scalable.status?.replicas ?? 0,
      pods: [...this.pods.inNamespace(namespace!)].filter(({ metadata }) => matches(metadata.labels)),
    };
  }

  private *carryOut(autoscaler: HorizontalPodAutoscaler, scalable: Scalable, found: Look, memory: ScalingMemory): Task<void> {
    const before = scalable.spec.replicas ?? 1;
    const rescaled = found.replicas !== before && !found.failed;
    let conditions = this.merged(autoscaler, found.conditions);
    if (rescaled) {
      yield* this.scale(autoscaler, scalable, found);
      const message = `the HPA controller was able to update the target scale to ${found.replicas}`;
      conditions = this.merged({ ...autoscaler, status: { desiredReplicas: 0, ...autoscaler.status, conditions } }, [
        { type: "AbleToScale", status: "True", reason: "SucceededRescale", message },
      ]);
      this.calls.recordEvent(
        referenceTo(autoscaler),
        "Normal",
        "SuccessfulRescale",
        `New size: ${found.replicas}; reason: ${found.reason}`,
      );
      if (autoscaler.spec.behavior !== undefined)
        rememberChange(memory, withDefaults(autoscaler.spec.behavior), before, found.replicas, this.context.now());
    }
    const { generation } = autoscaler.metadata;
    yield* this.writeStatus(autoscaler, {
      ...autoscaler.status,
      ...(generation !== undefined && { observedGeneration: generation }),
      currentReplicas: before,
      desiredReplicas: found.failed ? (autoscaler.status?.desiredReplicas ?? 0) : found.replicas,
      currentMetrics: found.currentMetrics,
      conditions,
      ...(rescaled && { lastScaleTime: this.context.nowInSeconds() }),
    });
  }

  private *scale(autoscaler: HorizontalPodAutoscaler, scalable: Scalable, { replicas, reason }: Look): Task<void> {
    const target = { kind: scalable.kind, namespace: scalable.metadata.namespace!, name: scalable.metadata.name } as ObjectTarget;
    try {
      yield* this.calls.patch(
        target,
        (current) => ({ ...current, spec: { ...(current as unknown as Scalable).spec, replicas } }) as unknown as typeof current,
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.calls.recordEvent(
        referenceTo(autoscaler),
        "Warning",
        "FailedRescale",
        `New size: ${replicas}; reason: ${reason}; error: ${error.message}`,
      );
      throw error;
    }
  }

  private merged(autoscaler: HorizontalPodAutoscaler, changes: Look["conditions"]): readonly Condition[] {
    let conditions = autoscaler.status?.conditions ?? [];
    for (const change of changes) {
      const present = conditionOf(conditions, change.type);
      const lastTransitionTime = present?.status === change.status ? present.lastTransitionTime : this.context.nowInSeconds();
      const condition: Condition = { ...change, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
      conditions = present === undefined ? [...conditions, condition] : conditions.map((one) => (one === present ? condition : one));
    }
    return conditions;
  }

  private *writeStatus(autoscaler: HorizontalPodAutoscaler, status: NonNullable<HorizontalPodAutoscaler["status"]>): Task<void> {
    if (!sameValue(status, autoscaler.status)) yield* this.calls.updateStatus<"HorizontalPodAutoscaler">({ ...autoscaler, status });
  }
}

/** The part of an error that events tell. */
function withoutPrefix(error: string): string {
  const start = error.indexOf("invalid metrics (");
  return start < 0 ? error : error.slice(start);
}

/** The tolerances of the autoscaler's behaviour, where it has any. */
export function tolerancesOf({ spec }: HorizontalPodAutoscaler, tolerance: number): Tolerances {
  const of = (rules: HPAScalingRules | undefined): number =>
    rules?.tolerance === undefined ? tolerance : quantityMilliValue(rules.tolerance) / THOUSANDTHS;
  return { scaleUp: of(spec.behavior?.scaleUp), scaleDown: of(spec.behavior?.scaleDown) };
}

export function startHorizontalPodAutoscalerController(context: ControllerContext): void {
  new HorizontalPodAutoscalerController(context);
}
