/** Source of the rule: pkg/scheduler/framework/plugins/helper/normalize_score.go (DefaultNormalizeScore) */
import { MAX_NODE_SCORE, type NodeScore } from "./plugin.js";

/** Scales to 0..100 by the greatest score, in whole numbers; reversed, the greatest gets 0. */
export function defaultNormalizeScore(scores: readonly NodeScore[], reverse: boolean): void {
  let max = 0;
  for (const { score } of scores) if (score > max) max = score;
  for (const entry of scores) {
    if (max === 0) entry.score = reverse ? MAX_NODE_SCORE : entry.score;
    else {
      const scaled = Math.trunc((MAX_NODE_SCORE * entry.score) / max);
      entry.score = reverse ? MAX_NODE_SCORE - scaled : scaled;
    }
  }
}
