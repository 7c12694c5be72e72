/** Where chance decides what becomes of a recording, and how often it is then repeated. */
import type { TimelineCase } from "./case.js";

/** So many runs that differ by chance alone are looked through for one that agrees. */
const DRAWS = 30;

/**
 * Where nodes fall silent, where in its periods the controller is, and the order in which it comes to several of them, is chance, and
 * with it how many of their pods are evicted, and which. Elsewhere chance decides where the recorded runs differ in how often something
 * happened. They are a few draws of that, and what they have in common is not thereby a rule.
 */
export function drawsOf({ actions, series }: TimelineCase): number {
  const differ = series.some(({ counts }) => typeof counts !== "number" && new Set(counts).size > 1);
  return differ || actions.some(({ stopKubelet }) => stopKubelet !== undefined) ? DRAWS : 1;
}
