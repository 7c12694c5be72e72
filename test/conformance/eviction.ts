/** Eviction thresholds as configured, and what the eviction manager does look by look. */
import { formatDuration, parseDuration, parseTimestamp } from "../../src/api/duration.js";
import type { Pod } from "../../src/api/types/pod.js";
import { EvictionManager, EVICTED, type Eviction } from "../../src/node/eviction/manager.js";
import type { Summary } from "../../src/node/eviction/summary.js";
import { parseThresholds, type Threshold, type ThresholdValue } from "../../src/node/eviction/thresholds.js";
import { exactDifferences } from "./expected.js";

export const kind = "eviction";

type Texts = Readonly<Record<string, string>> | null;

interface Configuration {
  readonly evictionHard: Texts;
  readonly evictionSoft: Texts;
  readonly evictionSoftGracePeriod: Texts;
  readonly evictionMinimumReclaim: Texts;
  readonly enforceNodeAllocatable?: readonly string[] | null;
}

/** The summary as it is written in JSON. */
interface WrittenSummary {
  readonly node: WrittenTimes;
  readonly pods: readonly (Record<string, unknown> & { readonly podRef: { readonly uid: string } })[] | null;
}
type WrittenTimes = Readonly<Record<string, unknown>>;

interface ManagerInput extends Configuration {
  readonly pods: readonly Pod[];
  readonly dedicatedImageFs: boolean;
  readonly evictionMaxPodGracePeriod: number;
  readonly evictionPressureTransitionPeriod: string;
  readonly steps: readonly { readonly advance: string; readonly summary: WrittenSummary }[];
}

type EvictionCase =
  | { readonly sub: "parse"; readonly input: Configuration; readonly expected: unknown }
  | { readonly sub: "manager"; readonly input: ManagerInput; readonly expected: unknown };

export function check(testCase: EvictionCase): string[] {
  if (testCase.sub === "manager") return exactDifferences("", { steps: looks(testCase.input) }, testCase.expected);
  return exactDifferences("", parsed(testCase.input), testCase.expected);
}

function thresholdsOf(input: Configuration): readonly Threshold[] {
  return parseThresholds({
    evictionHard: input.evictionHard ?? {},
    evictionSoft: input.evictionSoft ?? {},
    evictionSoftGracePeriod: input.evictionSoftGracePeriod ?? {},
    evictionMinimumReclaim: input.evictionMinimumReclaim ?? {},
    enforceNodeAllocatable: input.enforceNodeAllocatable ?? [],
  });
}

function parsed(input: Configuration): object {
  try {
    // The cases are sorted by signal, hard ones first.
    const thresholds = [...thresholdsOf(input)].sort((a, b) =>
      a.signal < b.signal ? -1 : a.signal > b.signal ? 1 : a.gracePeriod - b.gracePeriod,
    );
    return {
      thresholds: thresholds.map(({ signal, value, gracePeriod, minReclaim }) => ({
        signal,
        operator: "LessThan",
        value: written(value),
        gracePeriod: formatDuration(gracePeriod),
        ...(minReclaim !== undefined && { minReclaim: written(minReclaim) }),
      })),
    };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Shares are written with as few digits as name the same 32-bit float. */
function written(value: ThresholdValue): object {
  return "quantity" in value ? { quantity: value.quantity.toString() } : { percentage: Number(value.percentage.toPrecision(7)) };
}

/** Times as numbers, absent values left out, names as the simulator has them. */
function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(entries.map(([key, entry]) => [key, key === "time" ? parseTimestamp(entry as string) : read(entry)]));
}

function summaryOf({ node, pods }: WrittenSummary): Summary {
  return {
    node: read(node) as Summary["node"],
    pods: (pods ?? []).map((pod) => {
      const {
        podRef,
        containers,
        memory,
        volume,
        process_stats: processes,
        ...rest
      } = read(pod) as Record<string, never> & {
        readonly podRef: { readonly uid: string };
        readonly process_stats?: { readonly process_count?: number };
      };
      const processCount = processes?.process_count;
      return {
        uid: podRef.uid,
        containers,
        memory,
        volumes: volume,
        ephemeralStorage: rest["ephemeral-storage"],
        ...(processCount !== undefined && { processCount }),
      };
    }),
  };
}

function probePod(priority: number | undefined, extra: Partial<Pod["spec"]>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "probe", namespace: "default" },
    spec: { containers: [{ name: "c" }], ...(priority !== undefined && { priority }), ...extra },
  };
}

const SYSTEM_CRITICAL = 2_000_000_000;
const PROBES: Readonly<Record<string, Pod>> = {
  bestEffort: probePod(undefined, {}),
  bestEffortToleratingMemoryPressure: probePod(undefined, {
    tolerations: [{ key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" }],
  }),
  burstable: probePod(undefined, { containers: [{ name: "c", resources: { requests: { cpu: "100m" } } }] }),
  criticalBestEffort: probePod(SYSTEM_CRITICAL, {}),
};

function looks(input: ManagerInput): object[] {
  const manager = new EvictionManager({
    thresholds: thresholdsOf(input),
    maxPodGracePeriodSeconds: input.evictionMaxPodGracePeriod,
    pressureTransitionPeriod: parseDuration(input.evictionPressureTransitionPeriod),
    dedicatedImageFs: input.dedicatedImageFs,
  });
  let pods = [...input.pods];
  let now = 0;
  return input.steps.map((step) => {
    now += parseDuration(step.advance);
    const summary = summaryOf(step.summary);
    const evicted: Eviction[] = [];
    const events: string[] = [];
    const reclaim: string[] = [];
    manager.synchronize(now, pods, {
      summary: () => summary,
      evict: (eviction) => {
        evicted.push(eviction);
        events.push(`Warning ${EVICTED} ${eviction.message}${eviction.annotations === undefined ? "" : ` ${eviction.annotations}`}`);
      },
      thresholdMet: (resource) => events.push(`Warning EvictionThresholdMet Attempting to reclaim ${resource}`),
      deleteUnusedContainers: () => reclaim.push("DeleteAllUnusedContainers"),
      deleteUnusedImages: () => reclaim.push("DeleteUnusedImages"),
    });
    const gone = new Set(evicted.map(({ pod }) => pod));
    pods = pods.filter((pod) => !gone.has(pod));
    const admission = Object.entries(PROBES).map(([name, pod]) => {
      const verdict = manager.admit(pod);
      return [name, verdict.admit ? "admitted" : `${verdict.reason}: ${verdict.message}`];
    });
    return {
      memoryPressure: manager.isUnderPressure("MemoryPressure"),
      diskPressure: manager.isUnderPressure("DiskPressure"),
      pidPressure: manager.isUnderPressure("PIDPressure"),
      evicted: evicted.map(({ pod, gracePeriodSeconds, message, isDisruption }) => ({
        pod: pod.metadata.name,
        gracePeriodSeconds,
        reason: EVICTED,
        message,
        conditions: isDisruption ? [{ type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet", message }] : [],
      })),
      events,
      reclaim,
      admission: Object.fromEntries(admission) as unknown,
    };
  });
}
