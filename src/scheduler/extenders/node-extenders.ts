/**
 * Extenders in a scheduling cycle: they filter what the filters of plugins left, one after the other, and add to the scores.
 *
 * Source of the rules: pkg/scheduler/schedule_one.go (findNodesThatPassExtenders, prioritizeNodes)
 */
import type { NodeInfo } from "../framework/node-info.js";
import { MAX_NODE_SCORE } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import { ExtenderError, MAX_EXTENDER_PRIORITY, type NodeExtender } from "./extender.js";

/** Scores of 0 to 10 times this are as those of plugins. */
export const EXTENDER_SCALE = MAX_NODE_SCORE / MAX_EXTENDER_PRIORITY;

/** What one extender made of the nodes that it was asked about. */
export interface ExtenderVerdict {
  readonly extender: string;
  readonly asked: readonly NodeInfo[];
  /** Absent where it failed. */
  readonly passed?: readonly NodeInfo[];
  /** Why it was passed over. */
  readonly failure?: string;
}

export interface ExtenderSearch {
  readonly passed: readonly NodeInfo[];
  readonly verdicts: readonly ExtenderVerdict[];
}

/**
 * The nodes that all extenders pass. What they say of failed nodes is added to the statuses.
 *
 * @throws ExtenderError where an extender fails that may not
 */
export function passExtenders(
  extenders: readonly NodeExtender[],
  pod: PodInfo,
  feasible: readonly NodeInfo[],
  statuses: Map<string, Status>,
): ExtenderSearch {
  let passed = feasible;
  const verdicts: ExtenderVerdict[] = [];
  for (const extender of extenders) {
    if (passed.length === 0) break;
    const { filters, name, isIgnorable } = extender.settings;
    if (!filters || !extender.isInterested(pod)) continue;
    const asked = passed;
    try {
      const answer = extender.filter(pod, asked);
      for (const [node, status] of answer.failed) statuses.set(node, status);
      passed = answer.passed;
      verdicts.push({ extender: name, asked, passed });
    } catch (error) {
      if (!(error instanceof ExtenderError && isIgnorable)) throw error;
      verdicts.push({ extender: name, asked, failure: error.message });
    }
  }
  return { passed, verdicts };
}

export interface ExtenderScores {
  readonly extender: string;
  readonly weight: number;
  /** As the extender gives them, parallel to the nodes; 0 where it gives none. */
  readonly raw: readonly number[];
  /** Why it gave none at all. */
  readonly failure?: string;
}

/** A failed extender gives no scores; nothing else follows from its failure. */
export function extenderScores(extenders: readonly NodeExtender[], pod: PodInfo, nodes: readonly NodeInfo[]): readonly ExtenderScores[] {
  return extenders
    .filter((extender) => extender.settings.prioritizes && extender.isInterested(pod))
    .map((extender) => {
      const { name, weight } = extender.settings;
      const scores = { extender: name, weight };
      try {
        const given = extender.prioritize(pod, nodes);
        return { ...scores, raw: nodes.map((node) => given.get(node.name) ?? 0) };
      } catch (error) {
        if (!(error instanceof ExtenderError)) throw error;
        return { ...scores, raw: nodes.map(() => 0), failure: error.message };
      }
    });
}
