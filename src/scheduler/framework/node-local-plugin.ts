/**
 * Base of the plugins whose Filter and Score of a node depend on nothing but the pod's shape, the node and the pods there.
 *
 * Such a plugin states its rules as functions of a node, bound to a shape ({@link NodeLocal}); the methods of the framework's
 * extension points follow from them.
 */
import type { CycleState, StateData } from "./cycle-state.js";
import type { NodeInfo } from "./node-info.js";
import type { Answer, NodeLocal } from "./plugin.js";
import type { PodInfo } from "./pod-info.js";
import { SKIP, type Status } from "./status.js";

/** A function kept in the cycle state. Nothing to copy: it depends on the pod alone. */
class Bound<T> implements StateData {
  constructor(readonly run: T) {}

  clone(): this {
    return this;
  }
}

export type NodeFilter = (node: NodeInfo) => Answer;
export type NodeScorer = (node: NodeInfo) => number;

/** PreFilter and Filter of a plugin from its rule. */
export class LocalFilter {
  private readonly key: string;

  constructor(
    name: string,
    private readonly filterOf: NonNullable<NodeLocal["filterOf"]>,
  ) {
    this.key = `PreFilter${name}`;
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status?: Status } | undefined {
    const filter = this.filterOf(pod.shape);
    if (filter === undefined) return { status: SKIP };
    state.write(this.key, new Bound(filter));
    return undefined;
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Answer {
    const bound = state.read(this.key) as Bound<NodeFilter> | undefined;
    return (bound?.run ?? this.filterOf(pod.shape))?.(node);
  }
}

/** PreScore and Score of a plugin from its rule. */
export class LocalScore {
  private readonly key: string;

  constructor(
    name: string,
    private readonly scoreOf: NonNullable<NodeLocal["scoreOf"]>,
  ) {
    this.key = `PreScore${name}`;
  }

  preScore(state: CycleState, pod: PodInfo): Answer {
    const scorer = this.scoreOf(pod.shape);
    if (scorer === undefined) return SKIP;
    state.write(this.key, new Bound(scorer));
    return undefined;
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const bound = state.read(this.key) as Bound<NodeScorer> | undefined;
    return (bound?.run ?? this.scoreOf(pod.shape))?.(node) ?? 0;
  }
}
