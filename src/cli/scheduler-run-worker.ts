/** Worker thread of `kubewarp bench scheduler`: runs one replication, with the wall clock as stopwatch. */
import { measureScheduler, type SchedulerRunOrder, type SchedulerRunOutcome } from "../study/scheduler-run.js";

export default function run(order: SchedulerRunOrder): Promise<SchedulerRunOutcome> {
  return measureScheduler(order, () => performance.now());
}
