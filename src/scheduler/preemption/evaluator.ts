/**
 * Finds a node on which a pod that fits nowhere would fit if less important pods went.
 *
 * Source of the rules: pkg/scheduler/framework/preemption/preemption.go (Preempt, findCandidates)
 */
import type { PodDisruptionBudget } from "../../api/types/index.js";
import type { DefaultPreemptionArgs } from "../configuration/types.js";
import { candidatesLeftBy } from "../extenders/preemption-extenders.js";
import { fitErrorMessage } from "../framework/fit-error.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { NodeToStatus } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { bestCandidates, type Candidate } from "./candidate.js";
import { dryRun, victimsOn, type DryRun, type Preemptor, type Trial } from "./dry-run.js";
import { KeptTrials } from "./kept-trials.js";

const NOT_HELPFUL = "Preemption is not helpful for scheduling";
/** Where extenders leave no candidate. */
const NO_CANDIDATE = "no candidate node for preemption";
const NEVER = "not eligible due to preemptionPolicy=Never.";
const WAITS_FOR_VICTIMS = "not eligible due to a terminating pod on the nominated node.";

/** Reason of the condition DisruptionTarget on pods that preemption ends. */
export const PREEMPTION_BY_SCHEDULER = "PreemptionByScheduler";

/** A node was chosen, or none helps: the text for the event, and whether an earlier nomination ends. */
export type Evaluation = { readonly best: Candidate } | { readonly message: string; readonly clearsNomination: boolean };

export class PreemptionEvaluator {
  private readonly kept = new KeptTrials();

  constructor(
    private readonly args: DefaultPreemptionArgs,
    private readonly handle: Handle,
  ) {}

  /**
   * Why the pod may not preempt; undefined where it may. A pod that made room already waits for its victims to end, unless the node
   * that it was nominated to is out of the question by now.
   */
  ineligibility(pod: PodInfo, statuses: NodeToStatus): string | undefined {
    if (pod.pod.spec.preemptionPolicy === "Never") return NEVER;
    const nominated = pod.pod.status?.nominatedNodeName ?? "";
    if (nominated === "") return undefined;
    const node = this.handle.cache.node(nominated);
    if (node === undefined || statuses.statusOf(node).code === "UnschedulableAndUnresolvable") return undefined;
    const waits = node.pods.some((other) => other.priority < pod.priority && isEndedByPreemption(other));
    return waits ? WAITS_FOR_VICTIMS : undefined;
  }

  /** Nodes where removing pods may help, in the order in which nodes are walked. */
  potentialNodes(statuses: NodeToStatus): NodeInfo[] {
    return this.handle.cache.nodes.filter((node) => statuses.statusOf(node).code === "Unschedulable");
  }

  /** How many candidates are enough. */
  candidatesWanted(potentialNodes: number): number {
    const share = Math.trunc((potentialNodes * this.args.minCandidateNodesPercentage) / 100);
    return Math.min(potentialNodes, Math.max(share, this.args.minCandidateNodesAbsolute));
  }

  /** Where the search begins: a random node, of no consequence where all are tried. */
  private offset(potentialNodes: number, wanted: number): number {
    return wanted >= potentialNodes ? 0 : this.handle.stream("preemption-offset").integer(potentialNodes);
  }

  /** Tries preemption on the potential nodes. */
  findCandidates(preemptor: Preemptor, potential: readonly NodeInfo[]): DryRun {
    if (potential.length === 0) return { candidates: [], failed: [] };
    const wanted = this.candidatesWanted(potential.length);
    return dryRun(potential, { offset: this.offset(potential.length, wanted), wanted }, this.trials(preemptor));
  }

  /** Without budgets a trial is the same as long as the node and the pods nominated to it are. */
  private trials(preemptor: Preemptor): (node: NodeInfo) => Trial {
    const { nominator, listers } = this.handle;
    const budgets: PodDisruptionBudget[] = [...listers.informer("PodDisruptionBudget").list()];
    const kept = budgets.length === 0 ? this.kept.of(preemptor) : undefined;
    if (kept === undefined) return (node) => victimsOn(preemptor, node, budgets);
    return (node) => kept(node, nominator.podsFor(node.name), () => victimsOn(preemptor, node, budgets));
  }

  /** @throws ExtenderError where an extender fails that may not */
  evaluate(preemptor: Preemptor, statuses: NodeToStatus): Evaluation {
    const { candidates, failed } = this.findCandidates(preemptor, this.potentialNodes(statuses));
    if (candidates.length === 0) return { message: this.notHelpful(failed), clearsNomination: true };
    const { cache, extenders = [] } = this.handle;
    const left = candidatesLeftBy(extenders, preemptor.pod, candidates, (name) => cache.node(name));
    return left.length > 0 ? { best: this.select(left) } : { message: NO_CANDIDATE, clearsNomination: false };
  }

  /** Upstream takes any of the best; here the smallest name, so that runs repeat. */
  select(candidates: readonly Candidate[]): Candidate {
    return bestCandidates(candidates).reduce((least, each) => (each.node < least.node ? each : least));
  }

  private notHelpful(failed: DryRun["failed"]): string {
    const { nodeCount } = this.handle.cache;
    const reasonCounts = new Map<string, number>();
    for (const [, { reasons }] of failed) for (const reason of reasons) reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + 1);
    if (failed.length < nodeCount) reasonCounts.set(NOT_HELPFUL, nodeCount - failed.length);
    return fitErrorMessage({ nodeCount, reasonCounts });
  }
}

function isEndedByPreemption({ pod, isTerminating }: PodInfo): boolean {
  return (
    isTerminating &&
    pod.status?.conditions?.some(
      ({ type, status, reason }) => type === "DisruptionTarget" && status === "True" && reason === PREEMPTION_BY_SCHEDULER,
    ) === true
  );
}
