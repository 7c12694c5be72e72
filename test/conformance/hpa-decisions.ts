/** Conformance kind "hpa-decisions": looks of the HorizontalPodAutoscaler controller, one after the other. */
import type { HorizontalPodAutoscaler, Pod } from "../../src/api/types/index.js";
import { look, type Look } from "../../src/control-plane/controllers/podautoscaler/autoscaler-look.js";
import { tolerancesOf } from "../../src/control-plane/controllers/podautoscaler/horizontal-pod-autoscaler-controller.js";
import { NOT_MEASURED, type Target } from "../../src/control-plane/controllers/podautoscaler/metric-measurement.js";
import type { MetricsSource, PodMetric } from "../../src/control-plane/controllers/podautoscaler/metrics-source.js";
import { newMemory, rememberChange, withDefaults } from "../../src/control-plane/controllers/podautoscaler/scaling-rules.js";
import { SECOND } from "../../src/engine/simulation.js";
import { exactDifferences } from "./expected.js";

export const kind = "hpa-decisions";

const NOW = 1_700_000_000 * SECOND;
/** Averaging time of measurements where the case does not say. */
const WINDOW = 60;

export interface PodGroup {
  readonly count: number;
  readonly requestMilli?: number;
  readonly usageMilli?: number;
  readonly customMilli?: number;
  readonly startedAgo: number;
  readonly metricWindow?: number;
  readonly ready?: boolean;
  readonly readyChangedAgo?: number;
  readonly phase?: "Pending" | "Running" | "Failed";
  readonly deleting?: boolean;
}

export interface Step {
  readonly at: number;
  readonly pods: readonly PodGroup[] | null;
  readonly objectMilli?: number;
  readonly externalMilli?: readonly number[];
  readonly patchSpec?: Partial<HorizontalPodAutoscaler["spec"]>;
  readonly setReplicas?: number;
  readonly expect: {
    readonly currentReplicas: number;
    readonly desiredReplicas: number;
    readonly specReplicasAfter: number;
    readonly conditions: Readonly<Record<string, string>>;
    readonly currentMetrics?: readonly string[];
    readonly event?: string;
    readonly error?: string;
  };
}

export interface AutoscalerCase {
  readonly name: string;
  readonly spec: Omit<HorizontalPodAutoscaler["spec"], "scaleTargetRef">;
  readonly replicas: number;
  readonly steps: readonly Step[];
}

function podsOf(groups: readonly PodGroup[], now: number): { readonly pod: Pod; readonly group: PodGroup }[] {
  return groups.flatMap((group, g) =>
    Array.from({ length: group.count }, (_, i) => {
      const { startedAgo, readyChangedAgo = startedAgo, ready = true, phase = "Running", requestMilli } = group;
      const pod: Pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `web-${g}-${i}`, namespace: "default", ...(group.deleting === true && { deletionTimestamp: now }) },
        spec: { containers: [{ name: "c", ...(requestMilli !== undefined && { resources: { requests: { cpu: `${requestMilli}m` } } }) }] },
        status: {
          phase,
          startTime: now - startedAgo * SECOND,
          conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: now - readyChangedAgo * SECOND }],
        },
      };
      return { pod, group };
    }),
  );
}

function sourceOf(pods: readonly { readonly pod: Pod; readonly group: PodGroup }[], step: Step, now: number): MetricsSource {
  const metrics = (field: "usageMilli" | "customMilli"): Map<string, PodMetric> =>
    new Map(
      pods.flatMap(({ pod, group }) => {
        const milli = group[field];
        return milli === undefined
          ? []
          : [[pod.metadata.name, { milli, timestamp: now, window: (group.metricWindow ?? WINDOW) * SECOND }] as const];
      }),
    );
  return {
    resourceMetric: () => metrics("usageMilli"),
    podsMetric: () => metrics("customMilli"),
    objectMetric: () => step.objectMilli,
    externalMetric: () => step.externalMilli ?? [],
  };
}

/** A measured metric as the cases write it: "Resource utilization=20 average=200m". */
function written(status: Readonly<Record<string, unknown>>): string {
  const type = status.type as string;
  const { current } = status[type.toLowerCase()] as { readonly current: Readonly<Record<string, string | number>> };
  const parts = [type];
  if (current.averageUtilization !== undefined) parts.push(`utilization=${current.averageUtilization}`);
  if (current.averageValue !== undefined) parts.push(`average=${current.averageValue}`);
  if (current.value !== undefined) parts.push(`value=${current.value}`);
  return parts.join(" ");
}

/** Plays a case; gives for each step what was decided, in the words of the expectation. */
export function play(one: AutoscalerCase): { readonly seen: unknown; readonly wanted: unknown }[] {
  const memory = newMemory();
  let { replicas } = one;
  let spec: HorizontalPodAutoscaler["spec"] = { ...one.spec, scaleTargetRef: { kind: "Deployment", name: "web" } };
  let conditions: Record<string, string> = {};
  let desired = 0;
  return one.steps.map((step) => {
    const now = NOW + step.at * SECOND;
    spec = { ...spec, ...step.patchSpec };
    replicas = step.setReplicas ?? replicas;
    const autoscaler: HorizontalPodAutoscaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web" },
      spec,
    };
    const pods = podsOf(step.pods ?? [], now);
    const target: Target = {
      namespace: "default",
      reference: "Deployment/default/web",
      replicas,
      counted: replicas,
      pods: pods.map(({ pod }) => pod),
    };
    const found: Look = look(autoscaler, target, sourceOf(pods, step, now), memory, {
      tolerances: tolerancesOf(autoscaler, 0.1),
      cpuInitializationPeriod: 300 * SECOND,
      initialReadinessDelay: 30 * SECOND,
      downscaleStabilization: 300 * SECOND,
      now,
    });
    conditions = {
      ...conditions,
      ...Object.fromEntries(found.conditions.map(({ type, status, reason }) => [type, `${status} ${reason ?? ""}`])),
    };
    const before = replicas;
    const rescaled = !found.failed && found.replicas !== before;
    if (rescaled) {
      replicas = found.replicas;
      conditions.AbleToScale = "True SucceededRescale";
      if (spec.behavior !== undefined) rememberChange(memory, withDefaults(spec.behavior), before, replicas, now);
    }
    desired = found.failed ? desired : found.replicas;
    const { event, error, currentMetrics, ...wanted } = step.expect;
    return {
      seen: {
        currentReplicas: before,
        desiredReplicas: desired,
        specReplicasAfter: replicas,
        conditions,
        currentMetrics: found.currentMetrics.filter((status) => status !== NOT_MEASURED).map(written),
        // Where a case has an error it has no event.
        event: rescaled && error === undefined ? `New size: ${replicas}; reason: ${found.reason}` : undefined,
        error: found.error?.replace(/Pod web-\d+-\d+/, "Pod <any>"),
      },
      wanted: { ...wanted, currentMetrics: currentMetrics ?? [], event: event?.replace("(combined from similar events): ", ""), error },
    };
  });
}

export function check(one: AutoscalerCase): readonly string[] {
  return play(one).flatMap(({ seen, wanted }, index) => exactDifferences(`look ${index + 1}`, withoutAbsent(seen), withoutAbsent(wanted)));
}

function withoutAbsent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
