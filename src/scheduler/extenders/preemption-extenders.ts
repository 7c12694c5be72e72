/** What extenders leave of the candidates for preemption. Source: pkg/scheduler/framework/preemption/preemption.go (callExtenders) */
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Candidate } from "../preemption/candidate.js";
import { ExtenderError, type Extender } from "./extender.js";

/** @throws ExtenderError where an extender fails that may not */
export function candidatesLeftBy(
  extenders: readonly Extender[],
  pod: PodInfo,
  candidates: readonly Candidate[],
  node: (name: string) => NodeInfo | undefined,
): readonly Candidate[] {
  let left = candidates;
  for (const extender of extenders) {
    if (!extender.settings.processesPreemption || !extender.isInterested(pod)) continue;
    let answer: readonly Candidate[];
    try {
      answer = extender.processPreemption(pod, left, node);
    } catch (error) {
      if (error instanceof ExtenderError && extender.settings.isIgnorable) continue;
      throw error;
    }
    const empty = answer.find(({ victims }) => victims.length === 0);
    if (empty !== undefined && !extender.settings.isIgnorable)
      throw new ExtenderError(`expected at least one victim pod on node ${JSON.stringify(empty.node)}`);
    left = answer.filter(({ victims }) => victims.length > 0);
    if (left.length === 0) break;
  }
  return left;
}
