/** Repeats a recording in the simulator. */
import { SECOND } from "../../../src/engine/simulation.js";
import { Actions } from "./actions.js";
import type { Observed, TimelineCase } from "./case.js";
import { followFates } from "./fates.js";
import { RecordedCluster } from "./recorded-cluster.js";
import { WatchClient } from "./watch-client.js";

export function simulate(testCase: TimelineCase): Observed {
  const recorded = new RecordedCluster(testCase);
  const watch = new WatchClient(recorded.cluster, recorded.start);
  const actions = new Actions(recorded, watch, testCase.actions);
  actions.setUp(testCase.setup ?? []);
  recorded.bringUp();
  followFates(recorded.cluster, testCase.fates ?? []);
  watch.begin();
  actions.start();
  recorded.cluster.simulation.run(recorded.start + testCase.durationSeconds * SECOND);
  return { transitions: watch.transitions, events: watch.events, actionResults: actions.results, drain: actions.drain };
}
