/** Exchanges of names between pods, between nodes and between zones that nothing but their names tells apart. */
import type { NodeGroup, Observed, TimelineCase, Transition } from "./case.js";
import { outagesOf } from "./outages.js";

/** Beyond so many equal pods not all exchanges are tried. */
const MOST_PODS = 4;

interface StatefulSetManifest {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly replicas?: number; readonly podManagementPolicy?: string };
}

/** What was observed, as it is and with the names of equal pods, nodes and zones exchanged. */
export function* exchanges(testCase: TimelineCase, observed: Observed): Generator<Observed> {
  yield observed;
  yield* exchangesOfZones(testCase, observed);
  yield* exchangesOfPods(testCase, observed);
  yield* exchangesOfNodes(testCase, observed);
  yield* exchangesOfVictims(testCase, observed);
}

const PREEMPTED = /^Pod (\S+) disruptionTarget=PreemptionByScheduler$/;

/** Which of equal pods is preempted depends on the order in which their statuses came to the scheduler: victims of each recorded run. */
function* exchangesOfVictims({ actions, series }: TimelineCase, observed: Observed): Generator<Observed> {
  const victims = observed.transitions.flatMap(([, object, what, value]) =>
    what === "disruptionTarget" && value === "PreemptionByScheduler" ? [object.slice("Pod ".length)] : [],
  );
  const runs = Math.max(0, ...series.map(({ counts }) => (typeof counts === "number" ? 1 : counts.length)));
  const specs = new Map(actions.flatMap(({ apply = [] }) => apply.map(likenessOf)));
  for (let run = 0; run < runs; run++) {
    const recorded = series
      .flatMap(({ key, counts }) => ((typeof counts === "number" ? counts : counts[run]) > 0 ? [PREEMPTED.exec(key)?.[1] ?? ""] : []))
      .filter((name) => name !== "");
    const names = new Map<string, string>();
    for (const victim of victims.filter((name) => !recorded.includes(name))) {
      const other = recorded.find(
        (name) => !victims.includes(name) && !names.has(name) && specs.has(name) && specs.get(name) === specs.get(victim),
      );
      if (other !== undefined) names.set(victim, other).set(other, victim);
    }
    if (names.size > 0) yield renamed(observed, names);
  }
}

/** What there is to an object beside its name. */
function likenessOf(object: unknown): readonly [name: string, text: string] {
  const { metadata = {}, ...rest } = object as { readonly metadata?: { readonly name?: string } };
  return [metadata.name ?? "", JSON.stringify([{ ...metadata, name: "" }, rest])];
}

/** Zones that have the same nodes, which the same befalls: which of them the controller comes to first is a tie. */
function* exchangesOfZones({ nodes }: TimelineCase, observed: Observed): Generator<Observed> {
  const zones = new Map<string, NodeGroup[]>();
  for (const group of nodes) if (group.zone !== undefined) zones.set(group.zone, [...(zones.get(group.zone) ?? []), group]);
  const likeness = (groups: readonly NodeGroup[]) => JSON.stringify(groups.map((group) => ({ ...group, name: "", zone: "" })));
  const all = [...zones.values()];
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1).filter((groups) => likeness(groups) === likeness(one))) {
      const pairs = one.flatMap((group, i) => nodesOf(group).map((name, j) => [name, nodesOf(other[i])[j]] as const));
      yield renamed(
        observed,
        new Map(
          pairs.flatMap(([a, b]): [string, string][] => [
            [a, b],
            [b, a],
          ]),
        ),
      );
    }
  }
}

function nodesOf({ name, count, first = 1 }: NodeGroup): readonly string[] {
  return count === undefined ? [name] : Array.from({ length: count }, (_, i) => `${name}-${first + i}`);
}

/**
 * Of equal nodes that fall silent together the controller taints the one that it comes to first: another takes its place.
 * Nodes that are counted by their group need no exchange.
 */
function* exchangesOfNodes({ nodes, series }: TimelineCase, observed: Observed): Generator<Observed> {
  const tainted = outagesOf(observed.transitions).find(({ unknownToNoExecute }) => typeof unknownToNoExecute === "number")?.node;
  const group = nodes.find(({ name, count = 1, first = 1 }) =>
    Array.from({ length: count }, (_, i) => `${name}-${first + i}`).includes(tainted ?? ""),
  );
  if (tainted === undefined || group?.count === undefined || series.some(({ key }) => key.startsWith(`Node ${group.name} `))) return;
  for (let i = 0; i < group.count; i++) {
    const other = `${group.name}-${(group.first ?? 1) + i}`;
    if (other !== tainted)
      yield renamed(
        observed,
        new Map([
          [tainted, other],
          [other, tainted],
        ]),
      );
  }
}

/**
 * Pods of a StatefulSet are equal to the scheduler, and where
 * they are made at once (Parallel) no order tells which of them comes to the node that something befalls: a tie.
 */
function* exchangesOfPods({ actions }: TimelineCase, observed: Observed): Generator<Observed> {
  if (!actions.some(({ stopKubelet, drain }) => stopKubelet !== undefined || drain !== undefined)) return;
  for (const { kind, metadata, spec = {} } of actions.flatMap(({ apply = [] }) => apply as readonly StatefulSetManifest[])) {
    const { replicas = 1, podManagementPolicy } = spec;
    if (kind !== "StatefulSet" || podManagementPolicy !== "Parallel" || replicas > MOST_PODS || metadata?.name === undefined) continue;
    const { name } = metadata;
    const ordinals = Array.from({ length: replicas }, (_, ordinal) => ordinal);
    for (const order of permutations(ordinals))
      yield renamed(observed, new Map(order.map((to, from) => [`${name}-${from}`, `${name}-${to}`])));
  }
}

function renamed(observed: Observed, names: ReadonlyMap<string, string>): Observed {
  const { transitions, events, drain } = observed;
  const text = (value: string) => value.replace(/[a-z0-9][-a-z0-9]*/g, (word) => names.get(word) ?? word);
  return {
    ...observed,
    transitions: transitions.map(([t, object, what, value]): Transition =>
      value === undefined ? [t, text(object), what] : [t, text(object), what, typeof value === "string" ? text(value) : value],
    ),
    events: events.map((event) => ({ ...event, object: text(event.object), message: text(event.message) })),
    drain: drain.map((line) => ({ ...line, text: line.text === null ? null : text(line.text) })),
  };
}

function* permutations(values: readonly number[]): Generator<readonly number[]> {
  if (values.length <= 1) yield values;
  for (const [index, first] of values.entries()) {
    if (values.length <= 1) return;
    for (const rest of permutations([...values.slice(0, index), ...values.slice(index + 1)])) yield [first, ...rest];
  }
}
