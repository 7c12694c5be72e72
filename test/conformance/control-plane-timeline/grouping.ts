/** Which transitions a recording counts together, and which it lists as sequences. */
import type { Series, Spread, TimelineCase, Transition } from "./case.js";
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

/**
 * Nodes of large clusters are counted by the name of their group. Where something befalls single nodes, which of a StatefulSet's pods
 * it befalls is a tie: they are counted together as well.
 */
export function groupingOf({ series, nodes, actions }: TimelineCase): Grouping {
  const befalls = actions.some(({ stopKubelet, drain }) => stopKubelet !== undefined || drain !== undefined);
  const sets = befalls ? actions.flatMap(({ apply = [] }) => apply.flatMap(nameOfStatefulSet)) : [];
  const groups = new Set(nodes.filter(({ count }) => count !== undefined).map(({ name }) => name));
  const grouped = new Set([...groups].filter((name) => series.some(({ key }) => key.startsWith(`Node ${name} `))));
  return {
    keyOf: (object) => {
      const [kind, name] = object.split(" ");
      if (kind === "Pod") {
        const pod = groupOfPodName(name);
        return `Pod ${sets.find((set) => new RegExp(`^${set}-\\d+$`).test(pod)) ?? pod}`;
      }
      const group = name.replace(/-\d+$/, "");
      return kind === "Node" && grouped.has(group) ? `Node ${group}` : object;
    },
    isSequence: (object, what) => !COUNTED.has(what) || (what === "unschedulable" && object.startsWith("Pod ")),
  };
}

function nameOfStatefulSet(object: unknown): string[] {
  const { kind, metadata } = object as { readonly kind?: string; readonly metadata?: { readonly name?: string } };
  return kind === "StatefulSet" && metadata?.name !== undefined ? [metadata.name] : [];
}

/** Recorded series by the group that they are counted in. Where one of a group differs between runs, times cannot be put in order. */
export function mergedSeries(series: readonly Series[], grouping: Grouping): readonly Series[] {
  const merged = new Map<string, { counts: number[] | number; t: Spread[] }>();
  for (const { key, counts, t } of series) {
    const [kind, name, ...what] = key.split(" ");
    const group = [grouping.keyOf(`${kind} ${name}`), ...what].join(" ");
    const known = merged.get(group);
    merged.set(group, known === undefined ? { counts: typeof counts === "number" ? counts : [...counts], t: [...t] } : sumOf(known, { counts, t }));
  }
  return [...merged].map(([key, { counts, t }]) => ({ key, counts, t }));
}

type Counted = Pick<Series, "counts" | "t">;

function sumOf(a: Counted, b: Counted): { counts: number[] | number; t: Spread[] } {
  if (typeof a.counts === "number" && typeof b.counts === "number")
    return { counts: a.counts + b.counts, t: [...a.t, ...b.t].sort((x, y) => x[1] - y[1]) };
  const runs = Math.max(...[a.counts, b.counts].map((counts) => (typeof counts === "number" ? 0 : counts.length)));
  const at = (counts: Counted["counts"], run: number) => (typeof counts === "number" ? counts : counts[run]);
  return { counts: Array.from({ length: runs }, (_, run) => at(a.counts, run) + at(b.counts, run)), t: [] };
}

/** Counted transitions by group, in order of time. */
export function grouped(transitions: readonly Transition[], grouping: Grouping): readonly { readonly key: string; readonly times: readonly number[] }[] {
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
