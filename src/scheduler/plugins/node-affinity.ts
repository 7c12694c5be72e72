/**
 * nodeSelector and node affinity, with the affinity that the configuration adds to every pod.
 *
 * Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
 */
import type { Node, NodeSelectorTerm } from "../../api/types/index.js";
import type { NodeAffinityArgs } from "../configuration/types.js";
import type { CycleState } from "../framework/cycle-state.js";
import { ADD, queueIf, UPDATE_NODE_LABEL, type EventRegistration } from "../framework/events.js";
import { compileNodeSelector, compilePreferredTerms, compileRequiredNodeAffinity, type NodePredicate } from "../framework/node-affinity.js";
import type { NodeInfo } from "../framework/node-info.js";
import { LocalFilter, LocalScore, type NodeFilter, type NodeScorer } from "../framework/node-local-plugin.js";
import { defaultNormalizeScore } from "../framework/normalize.js";
import type { Answer, NodeLocal, NodeScore, Plugin, PreFilterResult } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { unresolvable, type Status } from "../framework/status.js";

export class NodeAffinity implements Plugin {
  static readonly NAME = "NodeAffinity";
  readonly name = NodeAffinity.NAME;
  private readonly noMatch = unresolvable(this.name, "node(s) didn't match Pod's node affinity/selector");
  private readonly noAddedMatch = unresolvable(this.name, "node(s) didn't match scheduler-enforced node affinity");
  private readonly conflict = unresolvable(this.name, "pod affinity terms conflict");
  private readonly added: NodePredicate | undefined;
  readonly local: NodeLocal = {
    reads: "node",
    filterOf: (shape) => this.filterOf(shape),
    scoreOf: (shape) => this.scoreOf(shape),
    filterKey: ({ spec }) =>
      JSON.stringify([spec.nodeSelector, spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]),
    scoreKey: ({ spec }) => JSON.stringify(spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
    normalization: "scaled",
  };
  private readonly rule = new LocalFilter(this.name, (shape) => this.filterOf(shape));
  private readonly scorer = new LocalScore(this.name, (shape) => this.scoreOf(shape));

  constructor(private readonly args: NodeAffinityArgs) {
    const required = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    this.added = required === undefined ? undefined : compileNodeSelector(required);
  }

  private filterOf(shape: PodShape): NodeFilter | undefined {
    const { added } = this;
    const own = compileRequiredNodeAffinity(shape.spec);
    if (own === undefined && added === undefined) return undefined;
    return ({ node }) => {
      if (added !== undefined && !added(node)) return this.noAddedMatch;
      return own !== undefined && !own(node) ? this.noMatch : undefined;
    };
  }

  private scoreOf(shape: PodShape): NodeScorer | undefined {
    const own = shape.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = [...own, ...(this.args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])];
    if (terms.length === 0) return undefined;
    const weigh = compilePreferredTerms(terms);
    return ({ node }) => weigh(node);
  }

  /** Where every required term names its nodes in matchFields, no other node need be looked at. */
  preFilter(state: CycleState, pod: PodInfo): { readonly result?: PreFilterResult; readonly status?: Status } | undefined {
    const bound = this.rule.preFilter(state, pod);
    if (bound !== undefined) return bound;
    const nodeNames = namedNodes(pod.shape);
    if (nodeNames === undefined) return undefined;
    return nodeNames.size === 0 ? { status: this.conflict } : { result: { nodeNames } };
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Answer {
    return this.rule.filter(state, pod, node);
  }

  preScore(state: CycleState, pod: PodInfo): Answer {
    return this.scorer.preScore(state, pod);
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return this.scorer.score(state, pod, node);
  }

  normalizeScore(_state: CycleState, _pod: PodInfo, scores: NodeScore[]): Answer {
    defaultNormalizeScore(scores, false);
    return undefined;
  }

  sign({ shape }: PodInfo): string {
    return JSON.stringify([shape.spec.nodeSelector, shape.spec.affinity?.nodeAffinity]);
  }

  private cameToMatch({ shape }: PodInfo, previous: Node | undefined, current: Node | undefined): boolean {
    if (current === undefined || this.added?.(current) === false) return false;
    const own = compileRequiredNodeAffinity(shape.spec);
    return own === undefined || (own(current) && (previous === undefined || !own(previous)));
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [
      {
        resource: "Node",
        actions: ADD | UPDATE_NODE_LABEL,
        hint: queueIf<Node>((pod, previous, current) => this.cameToMatch(pod, previous, current)),
      },
    ];
  }
}

/** Union over the required terms of the node names that each asks for; undefined where a term names none. */
export function namedNodes(shape: PodShape): ReadonlySet<string> | undefined {
  const terms = shape.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const union = new Set<string>();
  for (const term of terms) {
    const names = namesOf(term);
    if (names === undefined) return undefined;
    for (const name of names) union.add(name);
  }
  return union;
}

function namesOf(term: NodeSelectorTerm): ReadonlySet<string> | undefined {
  let names: ReadonlySet<string> | undefined;
  for (const { key, operator, values = [] } of term.matchFields ?? []) {
    if (key !== "metadata.name" || operator !== "In") continue;
    const own = new Set(values);
    const before: ReadonlySet<string> | undefined = names;
    names = before === undefined ? own : new Set([...before].filter((name) => own.has(name)));
  }
  return names;
}
