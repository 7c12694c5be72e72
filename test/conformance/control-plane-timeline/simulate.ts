/** Repeats a recording in the simulator. */
import { InvariantChecker } from "../../../src/cluster/invariants/invariant-checker.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { violationLines } from "../../../src/study/violation-report.js";
import { Actions } from "./actions.js";
import type { Observed, TimelineCase } from "./case.js";
import { followFates } from "./fates.js";
import { RecordedCluster } from "./recorded-cluster.js";
import { WatchClient } from "./watch-client.js";

export interface CheckedObservation extends Observed {
  /** Lines about invariants of a control plane that did not hold. */
  readonly violations: readonly string[];
}

/** @param draw which of the runs that differ by chance alone */
export function simulate(testCase: TimelineCase, draw = 0): CheckedObservation {
  const recorded = new RecordedCluster(testCase, draw);
  const checker = new InvariantChecker(recorded.cluster);
  const watch = new WatchClient(recorded.cluster, recorded.start);
  const actions = new Actions(recorded, watch, testCase.actions);
  actions.setUp(testCase.setup ?? []);
  recorded.bringUp();
  followFates(recorded.cluster, testCase.fates ?? []);
  watch.begin();
  actions.start();
  recorded.cluster.simulation.run(recorded.start + testCase.durationSeconds * SECOND);
  return {
    transitions: watch.transitions,
    events: watch.events,
    actionResults: actions.results,
    drain: actions.drain,
    violations: violationLines(checker.finish()),
  };
}
