/** Which transitions a recording counts together, and which it lists as sequences. */
import type { TimelineCase, Transition } from "./case.js";
import { groupOfPodName } from "./naming.js";

/** Transitions that are counted; all others are values that an object went through. */
const COUNTED: ReadonlySet<string> = new Set([
  "created",
  "deleted",
  "deleting",
  "scheduled",
  "phase",
  "ready",
  "disruptionTarget",
  "unschedulable",
  "taint+",
  "taint-",
]);

/** Counted transitions whose value is part of what is counted. */
const WITH_VALUE: ReadonlySet<string> = new Set(["phase", "ready", "disruptionTarget", "unschedulable", "taint+", "taint-"]);

export interface Grouping {
  /** `Pod web-rs1` for `Pod web-rs1-p3`. */
  keyOf(object: string): string;
  isSequence(object: string, what: string): boolean;
}

/** Nodes of large clusters are counted by the name of their group. */
export function groupingOf({ series, nodes }: TimelineCase): Grouping {
  const groups = new Set(nodes.filter(({ count }) => count !== undefined).map(({ name }) => name));
  const grouped = new Set([...groups].filter((name) => series.some(({ key }) => key.startsWith(`Node ${name} `))));
  return {
    keyOf: (object) => {
      const [kind, name] = object.split(" ");
      if (kind === "Pod") return `Pod ${groupOfPodName(name)}`;
      const group = name.replace(/-\d+$/, "");
      return kind === "Node" && grouped.has(group) ? `Node ${group}` : object;
    },
    isSequence: (object, what) => !COUNTED.has(what) || (what === "unschedulable" && object.startsWith("Pod ")),
  };
}

/** Counted transitions by group, in order of time. */
export function grouped(
  transitions: readonly Transition[],
  grouping: Grouping,
): readonly { readonly key: string; readonly times: readonly number[] }[] {
  const found = new Map<string, number[]>();
  for (const [t, object, what, value] of transitions) {
    if (grouping.isSequence(object, what)) continue;
    const key = `${grouping.keyOf(object)} ${what}${WITH_VALUE.has(what) ? `=${textOf(value)}` : ""}`;
    const times = found.get(key);
    if (times === undefined) found.set(key, [t]);
    else times.push(t);
  }
  return [...found].map(([key, times]) => ({ key, times }));
}

function textOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object" && value !== null && "status" in value) return String(value.status);
  return String(value);
}
