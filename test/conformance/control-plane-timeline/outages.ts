/** The outages of nodes, read from transitions as recordings tabulate them. */
import type { NodeOutage, Transition } from "./case.js";

const NO_SCHEDULE = "node.kubernetes.io/unreachable:NoSchedule";
const NO_EXECUTE = "node.kubernetes.io/unreachable:NoExecute";

interface Moment {
  readonly t: number;
  readonly what: string;
  readonly value: unknown;
}

/** One row for each node that became Unknown, in the order in which they did. */
export function outagesOf(transitions: readonly Transition[]): readonly NodeOutage[] {
  const byNode = new Map<string, Moment[]>();
  const byPod = new Map<string, Moment[]>();
  const podsOfNode = new Map<string, string[]>();
  for (const [t, object, what, value] of transitions) {
    const [kind, name] = object.split(" ");
    const moments = kind === "Node" ? byNode : kind === "Pod" ? byPod : undefined;
    if (moments === undefined) continue;
    append(moments, name, { t, what, value });
    if (what === "scheduled") append(podsOfNode, value as string, name);
  }
  return [...byNode].flatMap(([node, moments]) => {
    const unknown = moments.find(({ what, value }) => what === "ready" && statusOf(value) === "Unknown")?.t;
    if (unknown === undefined) return [];
    return [
      rowOf(
        node,
        unknown,
        moments,
        (podsOfNode.get(node) ?? []).map((pod) => byPod.get(pod) ?? []),
      ),
    ];
  });
}

function rowOf(node: string, unknown: number, moments: readonly Moment[], pods: readonly (readonly Moment[])[]): NodeOutage {
  const taint = (what: string, key: string, since: number) =>
    moments.find((moment) => moment.t >= since && moment.what === what && moment.value === key)?.t;
  const back = moments.find(({ t, what, value }) => t > unknown && what === "ready" && statusOf(value) === "True")?.t;
  const noExecute = taint("taint+", NO_EXECUTE, unknown);
  const ofPods = (since: number, is: (moment: Moment) => boolean) =>
    range(
      pods.flatMap((pod) =>
        pod
          .filter((moment) => moment.t >= since && is(moment))
          .slice(0, 1)
          .map(({ t }) => t - since),
      ),
    );
  return {
    node,
    unknown,
    unknownToNoSchedule: after(unknown, taint("taint+", NO_SCHEDULE, unknown)),
    unknownToNoExecute: after(unknown, noExecute),
    unknownToPodsNotReady: ofPods(unknown, ({ what, value }) => what === "ready" && value === "False"),
    noExecuteToPodsDeleting: noExecute === undefined ? null : ofPods(noExecute, ({ what }) => what === "deleting"),
    ...(back !== undefined && {
      back,
      backToNoScheduleRemoved: after(back, taint("taint-", NO_SCHEDULE, back)),
      backToNoExecuteRemoved: after(back, taint("taint-", NO_EXECUTE, back)),
      backToPodsDeleted: ofPods(back, ({ what }) => what === "deleted"),
    }),
  };
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function statusOf(value: unknown): string | undefined {
  return (value as { readonly status?: string } | undefined)?.status;
}

function after(since: number, t: number | undefined): number | null {
  return t === undefined ? null : t - since;
}

function range(values: readonly number[]): readonly [number, number] | null {
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}
