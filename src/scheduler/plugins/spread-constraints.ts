/**
 * Topology spread constraints of a pod, its own or default ones, ready to be counted with.
 *
 * Source: pkg/scheduler/framework/plugins/podtopologyspread (common.go, plugin.go)
 */
import { HOSTNAME_LABEL, ZONE_LABEL } from "../../api/topology-labels.js";
import type { LabelSelector, Labels, Node, TopologySpreadConstraint } from "../../api/types/index.js";
import type { PodTopologySpreadArgs } from "../configuration/types.js";
import { compileSelector, type LabelPredicate } from "../framework/label-matching.js";
import type { Listers } from "../framework/listers.js";
import { compileRequiredNodeAffinity, type NodePredicate } from "../framework/node-affinity.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { isTolerated } from "../framework/tolerations.js";
import { defaultSelector } from "./default-selector.js";

/** Built-in constraints for pods that have none of their own: plugin.go (systemDefaultConstraints) */
const SYSTEM_DEFAULT_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME_LABEL, whenUnsatisfiable: "ScheduleAnyway", maxSkew: 3 },
  { topologyKey: ZONE_LABEL, whenUnsatisfiable: "ScheduleAnyway", maxSkew: 5 },
];

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selects: LabelPredicate;
  /** An empty selector counts no pods, though it matches all. */
  readonly counts: boolean;
  /** Whether pods on the node count, by the constraint's inclusion policies for node affinity and taints. */
  readonly includes: NodePredicate;
  /** Whether taints decide over {@link includes}. */
  readonly readsTaints: boolean;
}

export interface SpreadConstraints {
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
  /** A node that lacks one of the soft constraints' keys is not scored. Not so with the built-in constraints. */
  readonly requireAllTopologies: boolean;
  /** Tells whether constraints read anew are the same. */
  readonly identity: string;
}

const NONE: SpreadConstraints = { hard: [], soft: [], requireAllTopologies: true, identity: "" };

export function spreadConstraintsOf(shape: PodShape, args: PodTopologySpreadArgs, listers: Listers): SpreadConstraints {
  const own = shape.spec.topologySpreadConstraints ?? [];
  if (own.length > 0) return parse(shape, own, undefined, true);
  const system = args.defaultingType === "System";
  const defaults = system ? SYSTEM_DEFAULT_CONSTRAINTS : args.defaultConstraints;
  if (defaults.length === 0) return NONE;
  const selector = defaultSelector(shape, listers);
  return selector === undefined ? NONE : parse(shape, defaults, selector, !system);
}

function parse(
  shape: PodShape,
  constraints: readonly TopologySpreadConstraint[],
  selector: LabelSelector | undefined,
  requireAllTopologies: boolean,
): SpreadConstraints {
  const of = (action: TopologySpreadConstraint["whenUnsatisfiable"]): SpreadConstraint[] =>
    constraints
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
      .map((constraint) => parseOne(shape, constraint, selector ?? constraint.labelSelector));
  return { hard: of("DoNotSchedule"), soft: of("ScheduleAnyway"), requireAllTopologies, identity: JSON.stringify([constraints, selector]) };
}

function parseOne(shape: PodShape, constraint: TopologySpreadConstraint, selector: LabelSelector | undefined): SpreadConstraint {
  const honoursAffinity = (constraint.nodeAffinityPolicy ?? "Honor") === "Honor";
  const readsTaints = (constraint.nodeTaintsPolicy ?? "Ignore") === "Honor";
  const affinity = honoursAffinity ? compileRequiredNodeAffinity(shape.spec) : undefined;
  const tolerations = shape.spec.tolerations ?? [];
  const isUntolerated = (node: Node): boolean =>
    (node.spec?.taints ?? []).some((taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(taint, tolerations));
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    selects: compileSelector(selector),
    counts: selector === undefined || Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length > 0,
    includes: (node) => (affinity === undefined || affinity(node)) && !(readsTaints && isUntolerated(node)),
    readsTaints,
  };
}

/** Whether the node has the keys of all the constraints. */
export function hasAllKeys(labels: Labels | undefined, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => labels !== undefined && Object.hasOwn(labels, topologyKey));
}

/** Pods of the namespace on the node that the constraint selects; terminating ones do not count. */
export function countMatching(node: NodeInfo, constraint: SpreadConstraint, namespace: string): number {
  if (!constraint.counts) return 0;
  let count = 0;
  for (const pod of node.pods) if (pod.shape.namespace === namespace && !pod.isTerminating && constraint.selects(pod.shape.labels)) count++;
  return count;
}

/** Weight of a topology of so many domains. */
export function topologyWeight(domains: number): number {
  return Math.log(domains + 2);
}
