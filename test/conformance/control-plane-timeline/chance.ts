/** Where chance decides what becomes of a recording, and how often it is then repeated. */
import type { TimelineCase } from "./case.js";

/**
 * So many runs that differ by chance alone are looked through at most for one that agrees. Of 60 nodes that fail at once a dozen things
 * are left to chance that have nothing to do with each other, and all of them have to come as they came in the recording.
 */
const DRAWS = 240;
/** So many are looked through for one that agrees by the very names of equal pods, nodes and zones. */
export const NAMED_DRAWS = 60;

/**
 * Where nodes fall silent, where in its periods the controller is, and the order in which it comes to several of them, is chance, and
 * with it how many of their pods are evicted, and which. Elsewhere chance decides where the recorded runs differ in how often something
 * happened, or in which steps of a roll-out were taken together. They are a few draws of that, and what they have in common is not
 * thereby a rule.
 */
export function drawsOf({ actions, series, sequences, events }: TimelineCase): number {
  const counts = [...series, ...events].map((each) => each.counts);
  const differ =
    counts.some((each) => typeof each !== "number" && new Set(each).size > 1) ||
    sequences.some(({ key, same }) => !same && key.endsWith(" spec.replicas"));
  return differ || actions.some(({ stopKubelet }) => stopKubelet !== undefined) ? DRAWS : 1;
}
