/** Descriptions as texts. */
import type { Kind, ObjectsByKind } from "../../../../src/api/kinds.js";
import type { ApiObject } from "../../../../src/api/types/meta.js";
import type { Event } from "../../../../src/api/types/policy.js";
import { MINUTE, SECOND } from "../../../../src/engine/simulation.js";
import { description } from "../../../../src/scenario/kubectl/describe.js";
import { describerOf } from "../../../../src/scenario/kubectl/describe/describers.js";
import { EPOCH } from "../../memory-cluster.js";

// The texts are what kubectl 1.36 prints for such objects, laid out by hand from its documented output.

export const NOW = EPOCH + 10 * MINUTE;

/** The description with the spaces at the ends of lines taken away. */
export function textOf(object: unknown, around: Partial<Record<Kind, readonly unknown[]>> = {}, events?: readonly Event[]): string {
  const surroundings = { list: <K extends Kind>(kind: K) => (around[kind] ?? []) as readonly ObjectsByKind[K][] };
  const lines = description(object as ApiObject, describerOf((object as ApiObject).kind as Kind), surroundings, events, NOW);
  return lines.map((line) => line.trimEnd()).join("\n");
}

export function event(change: Partial<Event>): Event {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", namespace: "default" },
    involvedObject: { kind: "Pod", namespace: "default", name: "web-1" },
    type: "Normal",
    reason: "Scheduled",
    message: "Successfully assigned default/web-1 to worker-1",
    source: { component: "default-scheduler" },
    firstTimestamp: NOW - 30 * SECOND,
    lastTimestamp: NOW - 30 * SECOND,
    count: 1,
    ...change,
  };
}

export const TEMPLATE = {
  metadata: { labels: { app: "nginx" } },
  spec: { containers: [{ name: "nginx", image: "nginx:1.16.1", ports: [{ containerPort: 80, protocol: "TCP" }] }] },
};
