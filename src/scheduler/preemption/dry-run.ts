/**
 * Tries preemption out on copies of nodes: which pods would have to go for the pod to fit.
 *
 * Source of the rules: pkg/scheduler/framework/preemption/preemption.go (DryRunPreemption),
 * pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go (SelectVictimsOnNode)
 */
import type { PodDisruptionBudget } from "../../api/types/index.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Profile } from "../framework/profile.js";
import { unresolvable, type Status } from "../framework/status.js";
import { Candidate } from "./candidate.js";
import { splitByBudgets } from "./disruption-budgets.js";
import { sortByImportance } from "./importance.js";

const NO_VICTIMS = unresolvable("", "No preemption victims found for incoming pod");

/** Who wants to preempt, and what the failed cycle knows of it. */
export interface Preemptor {
  readonly profile: Profile;
  /** As PreFilter left it. */
  readonly state: CycleState;
  readonly pod: PodInfo;
}

/** What preemption would come to on a node: the pods that have to go, or what still fails. */
export type Trial = Candidate | Status;

export interface DryRun {
  readonly candidates: readonly Candidate[];
  /** Nodes that were tried in vain, with what still fails there. */
  readonly failed: readonly (readonly [node: string, status: Status])[];
}

/**
 * Tries the nodes one after the other, from the offset on and around, until `wanted` candidates are found of which one violates no
 * PodDisruptionBudget.
 */
export function dryRun(
  nodes: readonly NodeInfo[],
  search: { readonly offset: number; readonly wanted: number },
  trialOn: (node: NodeInfo) => Trial,
): DryRun {
  const candidates: Candidate[] = [];
  const failed: [string, Status][] = [];
  let foundHarmless = false;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(search.offset + i) % nodes.length];
    const found = trialOn(node);
    if (!(found instanceof Candidate)) {
      failed.push([node.name, found]);
      continue;
    }
    candidates.push(found);
    foundHarmless ||= found.numPDBViolations === 0;
    if (foundHarmless && candidates.length >= search.wanted) break;
  }
  return { candidates, failed };
}

/** The fewest and least important pods that have to leave the node, or why none would help. */
export function victimsOn({ profile, state, pod }: Preemptor, original: NodeInfo, budgets: readonly PodDisruptionBudget[]): Trial {
  const potential = original.pods.filter(({ priority }) => priority < pod.priority);
  if (potential.length === 0) return NO_VICTIMS;
  const node = original.clone();
  const trial = state.clone();
  const remove = (victim: PodInfo): void => {
    node.removePod(victim.uid);
    profile.runRemovePod(trial, pod, victim, node);
  };
  for (const victim of potential) remove(victim);
  const stillFails = profile.runFilterWithNominated(trial, pod, node);
  if (stillFails !== undefined) return stillFails;

  const victims: PodInfo[] = [];
  /** Gives the pod back; it stays a victim where the preemptor does not fit beside it. */
  const reprieve = (victim: PodInfo): boolean => {
    node.addPod(victim);
    profile.runAddPod(trial, pod, victim, node);
    if (profile.runFilterWithNominated(trial, pod, node) === undefined) return true;
    remove(victim);
    victims.push(victim);
    return false;
  };
  const { violating, others } = splitByBudgets(sortByImportance(potential), budgets);
  let numPDBViolations = 0;
  for (const victim of violating) if (!reprieve(victim)) numPDBViolations++;
  for (const victim of others) reprieve(victim);
  const isMixed = violating.length > 0 && others.length > 0;
  return new Candidate(original.name, isMixed ? sortByImportance(victims) : victims, numPDBViolations);
}
