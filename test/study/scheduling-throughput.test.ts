import { describe, expect, it } from "vitest";
import { SECOND } from "../../src/engine/simulation.js";
import { ThroughputCollector } from "../../src/study/scheduling-throughput.js";

function collected(...scheduled: number[]) {
  const collector = new ThroughputCollector();
  for (const [second, count] of scheduled.entries()) collector.sample((second + 1) * SECOND, count);
  return collector.summary();
}

describe("ThroughputCollector", () => {
  it("leaves out the first look at which pods are there", () => {
    expect(collected(0, 0, 500, 600, 700)).toEqual({ Average: 100, Perc50: 100, Perc90: 100, Perc95: 100, Perc99: 100 });
  });

  it("counts a second without progress with the next: as mean over both, twice", () => {
    // 100 in the second after the first look; then nothing for one second and 60 in the next: 30 a second, two times.
    expect(collected(10, 110, 110, 170)).toEqual({ Average: 160 / 3, Perc50: 30, Perc90: 100, Perc95: 100, Perc99: 100 });
  });

  it("takes the percentile at the rounded-up place of the sorted samples", () => {
    const totals = [1];
    for (let rate = 1; rate <= 10; rate++) totals.push(totals.at(-1)! + rate);
    expect(collected(...totals)).toMatchObject({ Average: 5.5, Perc50: 5, Perc90: 9, Perc95: 10, Perc99: 10 });
  });

  it("has no summary where scheduling was over within one look", () => {
    expect(collected(0, 50, 50, 50)).toBeUndefined();
  });
});
