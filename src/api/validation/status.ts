/**
 * What the status of an object may say: what is counted is never less than none, nor are there more of a kind than there are in all.
 *
 * Not looked at: conditions, and what the status of a pod, node or finished job may change into.
 *
 * Source: the Validate...Status functions under pkg/apis/{core,apps,batch,autoscaling,policy}/validation/validation.go.
 */
import type { Kind } from "../kinds.js";
import type { ApiObject } from "../types/meta.js";
import { invalid, type FieldError } from "./field-error.js";
import { nonNegative } from "./metadata.js";

/** One number that must not be greater than another. */
interface Limit {
  readonly field: string;
  readonly atMost: string;
  /** How the other one is called where it is told. */
  readonly shown: string;
}

interface CountRules {
  /** Numbers that are not negative, in the order in which they are looked at. */
  readonly counts: readonly string[];
  readonly limits?: readonly Limit[];
}

function withinReplicas(...fields: readonly string[]): Limit[] {
  return fields.map((field) => ({ field, atMost: "replicas", shown: "status.replicas" }));
}

/** Those of sets of replicas, in which more are not available than are ready. */
function availableWithin(shown: string): Limit {
  return { field: "availableReplicas", atMost: "readyReplicas", shown };
}

const OF_REPLICAS: readonly Limit[] = [
  ...withinReplicas("fullyLabeledReplicas", "readyReplicas", "availableReplicas"),
  availableWithin("readyReplicas"),
];
const REPLICA_COUNTS = ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"];

const RULES: { readonly [K in Kind]?: CountRules } = {
  ReplicationController: { counts: [...REPLICA_COUNTS, "observedGeneration"], limits: OF_REPLICAS },
  ReplicaSet: { counts: [...REPLICA_COUNTS, "terminatingReplicas", "observedGeneration"], limits: OF_REPLICAS },
  Deployment: {
    counts: [
      "observedGeneration",
      "replicas",
      "updatedReplicas",
      "readyReplicas",
      "availableReplicas",
      "unavailableReplicas",
      "terminatingReplicas",
      "collisionCount",
    ],
    limits: [...withinReplicas("updatedReplicas", "readyReplicas", "availableReplicas"), availableWithin("readyReplicas")],
  },
  StatefulSet: {
    counts: [
      "replicas",
      "readyReplicas",
      "currentReplicas",
      "updatedReplicas",
      "availableReplicas",
      "observedGeneration",
      "collisionCount",
    ],
    limits: [
      ...withinReplicas("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"),
      availableWithin("status.readyReplicas"),
    ],
  },
  DaemonSet: {
    counts: [
      "currentNumberScheduled",
      "numberMisscheduled",
      "desiredNumberScheduled",
      "numberReady",
      "observedGeneration",
      "updatedNumberScheduled",
      "numberAvailable",
      "numberUnavailable",
      "collisionCount",
    ],
  },
  Job: { counts: ["active", "succeeded", "failed", "ready", "terminating"] },
  PodDisruptionBudget: { counts: ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] },
  HorizontalPodAutoscaler: { counts: ["currentReplicas", "desiredReplicas"] },
};

/** What is wrong with the status that is written to an object. */
export function validateStatus(object: ApiObject & { readonly status?: unknown }): FieldError[] {
  const rules = RULES[object.kind as Kind];
  if (rules === undefined || object.status === undefined) return [];
  const status = object.status as Readonly<Record<string, number | undefined>>;
  const errors = rules.counts.flatMap((field) => nonNegative(`status.${field}`, status[field]));
  for (const { field, atMost, shown } of rules.limits ?? []) {
    const count = status[field] ?? 0;
    if (count > (status[atMost] ?? 0)) errors.push(invalid(`status.${field}`, count, `cannot be greater than ${shown}`));
  }
  return errors;
}
