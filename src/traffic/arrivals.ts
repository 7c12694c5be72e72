/** When requests arrive at an open load: whatever the answers, at a rate that may change over time. */
import type { Distribution } from "../engine/distribution.js";
import type { RandomStream } from "../engine/random.js";
import { SECOND, type SimTime } from "../engine/simulation.js";

/** The next arrival after the one at `now`, undefined where there is none any more. Times count from the generator's start. */
export interface Arrivals {
  next(now: SimTime, random: RandomStream): SimTime | undefined;
}

/** Independent times between arrivals, microseconds. Exponential ones give a Poisson process, constant ones a steady beat. */
export function renewal(interarrival: Distribution): Arrivals {
  return { next: (now, random) => now + Math.max(0, interarrival.sample(random)) };
}

/** A piece of a load that rises or falls in a straight line to its target, as the stages of k6's ramping-arrival-rate do. */
export interface RateStage {
  /** Microseconds; 0 jumps. */
  readonly duration: SimTime;
  /** Rate at the end of the stage. */
  readonly requestsPerSecond: number;
}

/** Exponential with mean 1: a stage's arrivals are then a Poisson process. */
const UNIT_EXPONENTIAL: Distribution = { mean: 1, sample: (random) => -Math.log(1 - random.uniform()) };

/**
 * Arrivals at a rate in stages. Draws of mean 1 are spent along the integral of the rate (time change of a point process), so the
 * process is exact at every moment of a ramp. Source: Çinlar, Introduction to Stochastic Processes, 1975, chapter 4.
 *
 * @param spacing of mean 1: exponential for Poisson arrivals (default), constant for evenly spaced ones.
 */
export function staged(stages: readonly RateStage[], startRate = 0, spacing: Distribution = UNIT_EXPONENTIAL): Arrivals {
  return {
    next(now, random) {
      let left = spacing.sample(random);
      let begin = 0;
      let rate = startRate / SECOND;
      for (const { duration, requestsPerSecond } of stages) {
        const end = begin + duration;
        const target = requestsPerSecond / SECOND;
        if (end > now && duration > 0) {
          const slope = (target - rate) / duration;
          const from = Math.max(now, begin);
          const rateAtFrom = rate + slope * (from - begin);
          const mass = ((rateAtFrom + target) / 2) * (end - from);
          if (left <= mass) return from + timeFor(left, rateAtFrom, slope);
          left -= mass;
        }
        begin = end;
        rate = target;
      }
      return undefined;
    },
  };
}

/** Time t at which a rate that starts at `rate` and changes by `slope` has the integral `mass`. */
function timeFor(mass: number, rate: number, slope: number): number {
  if (mass === 0) return 0;
  // Of the two forms of the quadratic's root the one that does not cancel.
  return (2 * mass) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * slope * mass)));
}
