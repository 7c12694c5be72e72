/**
 * SchedulingThroughput as scheduler_perf measures it: pods scheduled a second, sampled each second.
 *
 * Seconds in which nothing was scheduled are not samples of 0: the next sample is the mean over them and counts once for each. The first
 * sample after pods have appeared is left out, since creation and sampling start independently.
 * Source of the rules: throughputCollector in test/integration/scheduler_perf/util.go
 */
import { SECOND, type SimTime } from "../engine/simulation.js";

/** Time between two looks: throughputSampleInterval */
export const SAMPLE_INTERVAL: SimTime = SECOND;

export interface Throughput {
  readonly Average: number;
  readonly Perc50: number;
  readonly Perc90: number;
  readonly Perc95: number;
  readonly Perc99: number;
}

export class ThroughputCollector {
  private readonly samples: number[] = [];
  private last: { readonly time: SimTime; readonly scheduled: number } | undefined;
  private skipped = 0;

  /** Takes a look: so many pods are scheduled by now. */
  sample(time: SimTime, scheduled: number): void {
    if (scheduled === 0) return;
    if (this.last === undefined) {
      this.last = { time, scheduled };
      return;
    }
    const added = scheduled - this.last.scheduled;
    if (added === 0) {
      this.skipped++;
      return;
    }
    const rate = added / ((time - this.last.time) / SECOND);
    for (let i = 0; i <= this.skipped; i++) this.samples.push(rate);
    this.skipped = 0;
    this.last = { time, scheduled };
  }

  /** Undefined where scheduling did not take long enough for a sample. */
  summary(): Throughput | undefined {
    const sorted = [...this.samples].sort((a, b) => a - b);
    if (sorted.length === 0) return undefined;
    const percentile = (p: number): number => sorted[Math.ceil((sorted.length * p) / 100) - 1];
    const sum = sorted.reduce((total, value) => total + value, 0);
    return { Average: sum / sorted.length, Perc50: percentile(50), Perc90: percentile(90), Perc95: percentile(95), Perc99: percentile(99) };
  }
}
