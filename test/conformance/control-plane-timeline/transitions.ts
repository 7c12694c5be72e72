/** What of an object a watch client takes note of: named values, of which each change is a transition. */
import { encode } from "../../../src/api/encode.js";
import type { ApiObject, Condition } from "../../../src/api/types/meta.js";
import type { Naming } from "./naming.js";

export type Value = readonly [what: string, value: unknown];

/** Columns of the statuses of workloads, in the order in which recordings list them. */
const STATUS_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"],
  ReplicaSet: ["replicas", "readyReplicas", "availableReplicas"],
  StatefulSet: ["replicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas"],
  DaemonSet: [
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "updatedNumberScheduled",
    "numberReady",
    "numberAvailable",
    "numberUnavailable",
    "numberMisscheduled",
  ],
  Job: ["active", "ready", "succeeded", "failed", "terminating"],
  PodDisruptionBudget: ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
  HorizontalPodAutoscaler: ["currentReplicas", "desiredReplicas"],
};

const REVISION = "deployment.kubernetes.io/revision";

type Plain = Readonly<Record<string, unknown>>;

/** What a value is taken to have been before the object was first seen; what is still so is no transition. */
export function initialValue(kind: string, what: string): unknown {
  const columns = STATUS_COLUMNS[kind];
  if (what === "status" && columns !== undefined) return columns.map(() => 0);
  if (what === "endpoints") return [0, 0, 0, 0];
  if (what === "active") return 0;
  if (what === "nominated") return null;
  if (what === "taints") return [];
  if (what === "paused" || what === "unschedulable") return kind === "Pod" ? undefined : false;
  return undefined;
}

/** The values of an object, in the order in which transitions of one watch event are listed. */
export function valuesOf(object: ApiObject, naming: Naming, startOfRun: number): readonly Value[] {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
  const own = valuesOfKind(object, naming, startOfRun);
  return deletionTimestamp === undefined ? own : [["deleting", { graceSeconds: deletionGracePeriodSeconds }], ...own];
}

function valuesOfKind(object: ApiObject, naming: Naming, startOfRun: number): readonly Value[] {
  const { kind } = object;
  const plain = encode(object);
  const spec = (plain["spec"] ?? {}) as Plain;
  const status = (plain["status"] ?? {}) as Plain;
  switch (kind) {
    case "Pod":
      return podValues(spec, status);
    case "Node":
      return nodeValues(spec, status);
    case "EndpointSlice":
      return [["endpoints", endpointCounts(plain)]];
    case "ResourceQuota":
      return [["used", isNothing(status["used"]) ? undefined : status["used"]]];
    case "CronJob":
      return [
        ["active", ((status["active"] ?? []) as readonly unknown[]).length],
        ["lastScheduleTime", relativeSeconds(status["lastScheduleTime"], startOfRun)],
      ];
    case "Deployment":
    case "ReplicaSet":
      return [
        ["spec.replicas", spec["replicas"]],
        ["revision", object.metadata.annotations?.[REVISION]],
        ...(kind === "Deployment" ? ([["paused", spec["paused"] === true]] as const) : []),
        ...(kind === "Deployment" ? conditionValues(status, naming) : []),
        ["status", columnsOf(kind, status)],
      ];
    case "StatefulSet":
      return [
        ["spec.replicas", spec["replicas"]],
        ["revisions", revisionsOf(status, naming)],
        ["status", columnsOf(kind, status)],
      ];
    case "Job":
      return [
        ["status", columnsOf(kind, status)],
        ["completedIndexes", status["completedIndexes"]],
        ["failedIndexes", status["failedIndexes"]],
        ...conditionValues(status, naming),
      ];
    case "HorizontalPodAutoscaler":
      return [["status", columnsOf(kind, status)], ...conditionValues(status, undefined)];
    case "DaemonSet":
    case "PodDisruptionBudget":
      return [["status", columnsOf(kind, status)]];
    default:
      return [];
  }
}

/** A quota of which nothing is used yet. */
function isNothing(used: unknown): boolean {
  return Object.values((used ?? {}) as Plain).every((amount) => amount === "0");
}

function columnsOf(kind: string, status: Plain): readonly unknown[] {
  return STATUS_COLUMNS[kind].map((column) => status[column] ?? 0);
}

/** @param naming absent: the kind's messages are not taken note of */
function conditionValues(status: Plain, naming: Naming | undefined): Value[] {
  const conditions = (status["conditions"] ?? []) as readonly Condition[];
  return conditions
    .map(({ type, status: truth, reason, message }): Value => [
      `condition ${type}`,
      {
        status: truth,
        ...(reason !== undefined && { reason }),
        ...(naming !== undefined && message !== undefined && { message: naming.text(message) }),
      },
    ])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function podValues(spec: Plain, status: Plain): readonly Value[] {
  const conditions = (status["conditions"] ?? []) as readonly Condition[];
  const find = (type: string) => conditions.find((condition) => condition.type === type);
  const scheduled = find("PodScheduled");
  return [
    ["scheduled", spec["nodeName"]],
    ["nominated", status["nominatedNodeName"] ?? null],
    ["unschedulable", scheduled?.status === "False" ? { reason: scheduled.reason, message: scheduled.message } : undefined],
    ["phase", status["phase"] === "Pending" ? undefined : status["phase"]],
    ["ready", find("Ready")?.status],
    ["disruptionTarget", find("DisruptionTarget")?.reason],
  ];
}

function nodeValues(spec: Plain, status: Plain): readonly Value[] {
  const ready = ((status["conditions"] ?? []) as readonly Condition[]).find(({ type }) => type === "Ready");
  const taints = (spec["taints"] ?? []) as readonly { readonly key: string; readonly effect: string }[];
  return [
    ["unschedulable", spec["unschedulable"] === true],
    ["taints", taints.map(({ key, effect }) => `${key}:${effect}`)],
    ["ready", ready === undefined ? undefined : { status: ready.status, reason: ready.reason }],
  ];
}

function endpointCounts(plain: Plain): readonly number[] {
  const endpoints = (plain["endpoints"] ?? []) as readonly { readonly conditions?: Readonly<Record<string, boolean>> }[];
  const count = (condition: string) => endpoints.filter(({ conditions }) => conditions?.[condition] === true).length;
  return [count("ready"), count("serving"), count("terminating"), endpoints.length];
}

function revisionsOf(status: Plain, naming: Naming): unknown {
  const { currentRevision, updateRevision } = status as { readonly currentRevision?: string; readonly updateRevision?: string };
  if (currentRevision === undefined || updateRevision === undefined) return undefined;
  return { current: naming.ofName(currentRevision), update: naming.ofName(updateRevision) };
}

function relativeSeconds(time: unknown, startOfRun: number): number | undefined {
  return typeof time === "string" ? Math.round((Date.parse(time) * 1000 - startOfRun) / 1_000_000) : undefined;
}
