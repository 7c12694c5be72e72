/** Which recorded run's uncontrolled phases a repetition is given. */
import type { TimelineCase } from "./case.js";

/** Index of the run whose tick of the node controller has the median phase. */
export function chosenRun({ nodeMonitorTickPhaseMs: phases = [] }: Partial<TimelineCase>): number {
  const inOrder = [...phases.keys()].sort((a, b) => phases[a] - phases[b]);
  return inOrder[Math.floor((inOrder.length - 1) / 2)] ?? 0;
}
