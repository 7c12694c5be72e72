/** Exchanges of names between pods that nothing but their names tells apart. */
import type { Observed, TimelineCase } from "./case.js";

/** Beyond so many equal pods not all exchanges are tried. */
const MOST_PODS = 4;

interface StatefulSetManifest {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly replicas?: number; readonly podManagementPolicy?: string };
}

/**
 * What was observed, as it is and with the names of equal pods exchanged. Pods of a StatefulSet are equal to the scheduler, and where
 * they are made at once (Parallel) no order tells which of them comes to the node that something befalls: a tie.
 */
export function* exchanges({ actions }: TimelineCase, observed: Observed): Generator<Observed> {
  yield observed;
  if (!actions.some(({ stopKubelet, drain }) => stopKubelet !== undefined || drain !== undefined)) return;
  for (const { kind, metadata, spec = {} } of actions.flatMap(({ apply = [] }) => apply as readonly StatefulSetManifest[])) {
    const { replicas = 1, podManagementPolicy } = spec;
    if (kind !== "StatefulSet" || podManagementPolicy !== "Parallel" || replicas > MOST_PODS || metadata?.name === undefined) continue;
    const { name } = metadata;
    const ordinals = Array.from({ length: replicas }, (_, ordinal) => ordinal);
    for (const order of permutations(ordinals)) yield renamed(observed, new Map(order.map((to, from) => [`${name}-${from}`, `${name}-${to}`])));
  }
}

function renamed({ transitions, events, actionResults, drain }: Observed, names: ReadonlyMap<string, string>): Observed {
  const text = (value: string) => value.replace(/[a-z0-9][-a-z0-9]*/g, (word) => names.get(word) ?? word);
  return {
    transitions: transitions.map(([t, object, ...rest]) => [t, text(object), ...rest]),
    events: events.map((event) => ({ ...event, object: text(event.object), message: text(event.message) })),
    actionResults,
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
