/** Golden kind `single`: one snapshot, one pending pod, what each plugin says of each node. */
import { CycleState } from "../../src/scheduler/framework/cycle-state.js";
import { fitErrorMessage } from "../../src/scheduler/framework/fit-error.js";
import { SchedulingAlgorithm } from "../../src/scheduler/scheduling-algorithm.js";
import { settingOf, storedPod, type Snapshot } from "./scheduler-snapshot.js";

export const kind = "single";

interface Score {
  readonly plugin: string;
  readonly weight: number;
  readonly skipped?: boolean;
  readonly raw?: readonly number[];
  readonly normalized?: readonly number[];
}

interface Expected {
  readonly nodeOrder: readonly string[];
  readonly preFilter: {
    readonly status: string;
    readonly plugin?: string;
    readonly reasons?: readonly string[];
    readonly nodes?: readonly string[];
  };
  readonly infeasible?: readonly {
    readonly node: string;
    readonly plugin: string;
    readonly code: string;
    readonly reasons: readonly string[];
  }[];
  readonly feasible?: readonly string[];
  readonly scores?: readonly Score[];
  readonly total?: readonly number[];
  readonly top?: readonly string[];
  readonly selected?: string;
  readonly message?: string;
  readonly reasonCounts?: Readonly<Record<string, number>>;
  readonly sampled?: { readonly selected: string; readonly evaluatedNodes: number; readonly feasibleNodes: number };
}

export interface SingleCase {
  readonly snapshot: Snapshot;
  readonly pod: unknown;
  readonly config?: string;
  readonly expect: Expected;
}

export function check(testCase: unknown): string[] {
  const { snapshot, pod: manifest, config, expect: expected } = testCase as SingleCase;
  const actual = decide(snapshot, manifest, config);
  const differences: string[] = [];
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)]) as Set<keyof Expected>) {
    // A list that would be empty may be left out.
    const [want, got] = [canonical(expected[key] ?? []), canonical(actual[key] ?? [])];
    if (want !== got) differences.push(`${key}: expected ${want}, got ${got}`);
  }
  return differences;
}

/** Everything that the case states, worked out by a full search; where that is cut short, by a real one too. */
function decide(snapshot: Snapshot, manifest: unknown, config: string | undefined): Expected {
  const setting = settingOf(snapshot, config);
  const { handle, profile } = setting;
  const { cache } = handle;
  const pod = setting.podInfo(storedPod(manifest));
  const state = new CycleState();
  const nodeOrder = cache.nodes.map((node) => node.name);
  const preFilter = profile.runPreFilter(state, pod);
  const real = (): ReturnType<SchedulingAlgorithm["schedule"]> =>
    new SchedulingAlgorithm(cache, { index: 0 }, "name").schedule(profile, new CycleState(), pod);
  const narrowed = preFilter.nodeNames === undefined ? {} : { nodes: [...preFilter.nodeNames].sort() };
  if (preFilter.status !== undefined) {
    const outcome = real();
    return {
      nodeOrder,
      preFilter: { status: preFilter.status.code, plugin: preFilter.status.plugin, reasons: preFilter.status.reasons, ...narrowed },
      ...("diagnosis" in outcome && { message: fitErrorMessage(outcome.diagnosis) }),
    };
  }
  const candidates = cache.nodes.filter((node) => preFilter.nodeNames?.has(node.name) !== false);
  const judged = candidates.map((node) => ({ node, status: profile.runFilterWithNominated(state, pod, node) }));
  const feasible = judged.filter(({ status }) => status === undefined).map(({ node }) => node);
  const infeasible = judged.flatMap(({ node, status }) =>
    status === undefined ? [] : [{ node: node.name, plugin: status.plugin, code: status.code, reasons: status.reasons.toSorted() }],
  );
  const base = { nodeOrder, preFilter: { status: "Success", ...narrowed }, infeasible, feasible: feasible.map(({ name }) => name) };
  const outcome = real();
  if (feasible.length === 0) {
    if (!("diagnosis" in outcome)) throw new Error("a node was found where none passes");
    return { ...base, message: fitErrorMessage(outcome.diagnosis), reasonCounts: Object.fromEntries(outcome.diagnosis.reasonCounts ?? []) };
  }
  if (!("result" in outcome)) throw new Error("no node was found where some pass");
  const { plugins, totals } = new SchedulingAlgorithm(cache, { index: 0 }, "name").score(profile, state, pod, feasible);
  const best = Math.max(...totals);
  const top = feasible
    .filter((_, at) => totals[at] === best)
    .map(({ name }) => name)
    .sort();
  const { node, evaluatedNodes, feasibleNodes } = outcome.result;
  const sampled = feasibleNodes < feasible.length;
  return {
    ...base,
    scores: plugins.map(({ plugin, weight, skipped, raw, normalized }) =>
      skipped ? { plugin, weight, skipped } : { plugin, weight, raw, normalized },
    ),
    total: totals,
    top,
    selected: sampled ? top[0] : node.name,
    ...(sampled && { sampled: { selected: node.name, evaluatedNodes, feasibleNodes } }),
  };
}

/** Text that is equal for equal values, whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
