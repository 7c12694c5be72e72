/** Whether an expectation holds, read off the cluster's stored objects and counters. */
import { ZONE_LABEL } from "../api/topology-labels.js";
import { isDeepStrictEqual } from "node:util";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { Event } from "../api/types/policy.js";
import type { Bounds, EventQuery, Expectation, NodeQuery, PodQuery } from "./expectation.js";
import { fieldAt } from "./field-path.js";
import type { ClusterView, RequestCounts } from "./simulated-cluster.js";

export interface Verdict {
  readonly holds: boolean;
  /** What was found, for the message. */
  readonly found: string;
}

/** @param baseline requests of the generator at the expectation's `since` */
export function evaluate(expectation: Expectation, view: ClusterView, baseline: RequestCounts | undefined): Verdict {
  switch (expectation.subject) {
    case "pods":
      return counted(
        countMatches(view.list("Pod", expectation.query.namespace), (pod) => isPodMatch(expectation.query, pod, view)),
        expectation.count,
      );
    case "nodes":
      return counted(
        countMatches(view.list("Node"), (node) => isNodeMatch(expectation.query, node)),
        expectation.count,
      );
    case "events":
      return counted(countEvents(expectation.query, view), expectation.count);
    case "object":
      return objectVerdict(expectation, view);
    case "requests":
      return requestVerdict(expectation, difference(view.requests(expectation.generator), baseline));
    case "answers":
      return counted(view.answers(expectation.code), expectation.count);
  }
}

function isWithin(value: number, { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Bounds): boolean {
  return value >= atLeast && value <= atMost;
}

function counted(count: number, bounds: Bounds): Verdict {
  return { holds: isWithin(count, bounds), found: String(count) };
}

function countMatches<T>(objects: Iterable<T>, matches: (object: T) => boolean): number {
  let count = 0;
  for (const object of objects) if (matches(object)) count++;
  return count;
}

function isPodMatch(query: PodQuery, pod: Pod, view: ClusterView): boolean {
  const { metadata, spec, status } = pod;
  if (query.name !== undefined && query.name !== metadata.name) return false;
  if (query.selector?.(metadata.labels) === false) return false;
  if (query.phase !== undefined && query.phase !== (status?.phase ?? "Pending")) return false;
  if (query.ready !== undefined && query.ready !== hasCondition(pod, "Ready", "True")) return false;
  if (query.terminating !== undefined && query.terminating !== (metadata.deletionTimestamp !== undefined)) return false;
  if (query.scheduled !== undefined && query.scheduled !== (spec.nodeName !== undefined)) return false;
  if (query.node !== undefined && query.node !== spec.nodeName) return false;
  if (
    query.zone !== undefined &&
    (spec.nodeName === undefined || query.zone !== view.get("Node", undefined, spec.nodeName)?.metadata.labels?.[ZONE_LABEL])
  )
    return false;
  const restarts = (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
  return query.restarts === undefined || isWithin(restarts, query.restarts);
}

function hasCondition(object: Pod | Node, type: string, wanted: string): boolean {
  return object.status?.conditions?.some((condition) => condition.type === type && condition.status === wanted) === true;
}

function isNodeMatch(query: NodeQuery, node: Node): boolean {
  const { metadata, spec } = node;
  if (query.name !== undefined && query.name !== metadata.name) return false;
  if (query.selector?.(metadata.labels) === false) return false;
  if (query.zone !== undefined && query.zone !== metadata.labels?.[ZONE_LABEL]) return false;
  if (query.ready !== undefined && !hasCondition(node, "Ready", query.ready)) return false;
  if (query.unschedulable !== undefined && query.unschedulable !== (spec.unschedulable ?? false)) return false;
  const { taint } = query;
  return (
    taint === undefined ||
    (spec.taints ?? []).some(({ key, effect }) => key === taint.key && (taint.effect === undefined || effect === taint.effect))
  );
}

/** Repeats of one event count as often as it happened. */
function countEvents(query: EventQuery, view: ClusterView): number {
  let count = 0;
  for (const event of view.list("Event", query.namespace)) if (isEventMatch(query, event)) count += event.count;
  return count;
}

function isEventMatch(query: EventQuery, { reason, type, message, involvedObject }: Event): boolean {
  if (query.reason !== undefined && query.reason !== reason) return false;
  if (query.type !== undefined && query.type !== type) return false;
  if (query.message !== undefined && !message.includes(query.message)) return false;
  return query.object === undefined || (query.object.kind === involvedObject.kind && query.object.name === involvedObject.name);
}

function objectVerdict(expectation: Extract<Expectation, { subject: "object" }>, view: ClusterView): Verdict {
  const object = view.get(expectation.kind, expectation.namespace, expectation.name);
  if (object === undefined) return { holds: !expectation.exists, found: "no such object" };
  if (!expectation.exists) return { holds: false, found: "it exists" };
  if (expectation.field === undefined) return { holds: true, found: "it exists" };
  const value = fieldAt(object, expectation.field);
  const holds =
    (expectation.equals === undefined || isDeepStrictEqual(value, expectation.equals)) &&
    (expectation.bounds === undefined || (typeof value === "number" && isWithin(value, expectation.bounds)));
  return { holds, found: value === undefined ? "no such field" : JSON.stringify(value) };
}

function difference(now: RequestCounts, before: RequestCounts | undefined): RequestCounts {
  if (before === undefined) return now;
  return {
    sent: now.sent - before.sent,
    succeeded: now.succeeded - before.succeeded,
    timedOut: now.timedOut - before.timedOut,
    refused: now.refused - before.refused,
    failed: now.failed - before.failed,
  };
}

function requestVerdict({ outcome, count, share }: Extract<Expectation, { subject: "requests" }>, counts: RequestCounts): Verdict {
  if (count !== undefined) return counted(counts[outcome], count);
  const ended = counts.succeeded + counts.timedOut + counts.refused + counts.failed;
  if (ended === 0) return { holds: false, found: "no request ended" };
  const part = counts[outcome] / ended;
  return { holds: isWithin(part, share ?? {}), found: `${part.toFixed(3)} of ${ended}` };
}
