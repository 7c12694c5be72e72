/**
 * The scores that plugins give to nodes, checked.
 *
 * Source of the rules: pkg/scheduler/framework/runtime/framework.go (RunPreScorePlugins, RunScorePlugins)
 */
import { CycleFailure } from "./cycle-failure.js";
import type { CycleState } from "./cycle-state.js";
import { guarded } from "./guarded-plugin.js";
import type { NodeInfo } from "./node-info.js";
import { MAX_NODE_SCORE, MIN_NODE_SCORE, type NodeScore, type Plugin } from "./plugin.js";
import { PluginError } from "./plugin-error.js";
import type { PodInfo } from "./pod-info.js";

/** @throws CycleFailure where a plugin answers neither Success nor Skip */
export function runPreScore(plugins: readonly Plugin[], state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): void {
  for (const plugin of plugins) {
    const answer = guarded(plugin, "PreScore", pod, undefined, () => plugin.preScore!(state, pod, nodes));
    if (answer?.code === "Skip") state.skipScore(plugin.name);
    else if (answer !== undefined && answer.code !== "Success")
      throw new CycleFailure(`running PreScore plugin ${JSON.stringify(plugin.name)}: ${answer.message}`, { cause: answer.cause });
  }
}

/**
 * Raw and normalized scores of one plugin, parallel to the nodes.
 *
 * @throws CycleFailure where normalizing answers no success
 */
export function scoresOf(
  plugin: Plugin,
  state: CycleState,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): { readonly raw: readonly number[]; readonly scores: readonly NodeScore[] } {
  const scores: NodeScore[] = nodes.map((node) => ({
    node,
    score: guarded(plugin, "Score", pod, node, () => plugin.score!(state, pod, node)),
  }));
  const raw = scores.map(({ score }) => score);
  for (const { node, score } of scores) checkNumber(plugin, "Score", pod, node, score);
  const failed = guarded(plugin, "NormalizeScore", pod, undefined, () => plugin.normalizeScore?.(state, pod, scores));
  if (failed !== undefined && failed.code !== "Success")
    throw new CycleFailure(`running Normalize on Score plugins: plugin ${JSON.stringify(plugin.name)} failed with: ${failed.message}`, {
      cause: failed.cause,
    });
  if (scores.length !== nodes.length || nodes.some((node, at) => scores[at]?.node !== node)) {
    const message = "changed the list of scores; must change the score of each entry, in place";
    throw new PluginError(plugin, "NormalizeScore", pod.key, undefined, message);
  }
  for (const { node, score } of scores) checkRange(plugin, pod, node, score);
  return { raw, scores };
}

function checkNumber(plugin: Plugin, point: string, pod: PodInfo, node: NodeInfo, score: number): void {
  if (!Number.isSafeInteger(score))
    throw new PluginError(plugin, point, pod.key, node.name, `returned the score ${String(score)}, which is no integer`);
}

function checkRange(plugin: Plugin, pod: PodInfo, node: NodeInfo, score: number): void {
  checkNumber(plugin, "NormalizeScore", pod, node, score);
  if (score >= MIN_NODE_SCORE && score <= MAX_NODE_SCORE) return;
  const message = `returns an invalid score ${score}, it should in the range of [${MIN_NODE_SCORE}, ${MAX_NODE_SCORE}] after normalizing`;
  throw new PluginError(plugin, "NormalizeScore", pod.key, node.name, message);
}
