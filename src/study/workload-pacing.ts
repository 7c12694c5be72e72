/** When a workload's operations go on: at a pace, or once something is there. */
import { MINUTE, SECOND, type SimTime, type Simulation } from "../engine/simulation.js";
import type { Next } from "./workload-objects.js";

/** A wait that takes longer fails the workload. */
const PATIENCE: SimTime = 10 * MINUTE;
/** Time between two looks whether what is waited for is there. */
const POLL_INTERVAL: SimTime = SECOND;

/** Does the work on all at once, or on so many a second. */
export function paced<T>(simulation: Simulation, items: readonly T[], perSecond: number, work: (item: T) => void, next: Next): void {
  if (perSecond <= 0) {
    for (const item of items) work(item);
    next();
    return;
  }
  const one = (index: number): void => {
    if (index >= items.length) {
      next();
      return;
    }
    work(items[index]);
    simulation.after(Math.round(SECOND / perSecond), () => one(index + 1));
  };
  one(0);
}

/** Goes on when it is done; fails with what it waited for where that takes too long. */
export function waitFor(simulation: Simulation, what: string, isDone: () => boolean, next: Next, fail: (message: string) => void): void {
  const deadline = simulation.now + PATIENCE;
  const look = (): void => {
    if (isDone()) next();
    else if (simulation.now >= deadline) fail(`${what}: not done after ${PATIENCE / MINUTE} minutes of simulated time`);
    else simulation.after(POLL_INTERVAL, look);
  };
  look();
}
