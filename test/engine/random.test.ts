import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RandomStream, RandomStreams } from "../../src/engine/random.js";

const DRAWS = 100_000;

function draw(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.uniform());
}

/** Pearson's chi-square statistic of equally likely cells. */
function chiSquare(cells: readonly number[], total: number): number {
  const expected = total / cells.length;
  return cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("RandomStreams", () => {
  it("gives a stream the same numbers whatever other streams exist, in whatever order they are asked for and drawn from", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 8 }), fc.array(fc.string(), { maxLength: 8 }), (before, after) => {
        const alone = draw(new RandomStreams(42, 3).stream("kubelet/worker-1/start"), 20);
        const streams = new RandomStreams(42, 3);
        for (const name of before.filter((other) => other !== "kubelet/worker-1/start")) streams.stream(name).uniform();
        const drawn: number[] = [];
        for (let i = 0; i < 20; i++) {
          drawn.push(streams.stream("kubelet/worker-1/start").uniform());
          for (const name of after.filter((other) => other !== "kubelet/worker-1/start")) streams.stream(name).uniform();
        }
        expect(drawn).toEqual(alone);
      }),
    );
  });

  it("gives each seed, replication and name a stream of its own", () => {
    const names = ["a", "b", "ab", "a/b", "", "1", "1,a"];
    const starts = [1, 2, "1", 12].flatMap((seed) =>
      [0, 1, 2, 11].flatMap((replication) => names.map((name) => draw(new RandomStreams(seed, replication).stream(name), 2).join())),
    );
    expect(new Set(starts).size).toBe(4 * 4 * names.length);
  });

  it("goes on where it stood when a stream is asked for again", () => {
    const streams = new RandomStreams("study", 0);
    const first = streams.stream("x").uniform();
    const second = streams.stream("x").uniform();
    expect([first, second]).toEqual(draw(new RandomStreams("study", 0).stream("x"), 2));
  });

  it("is uniform: chi-square over 1,000 cells stays below its 99.99 % quantile", () => {
    for (const name of ["scheduler", "etcd", "traffic"]) {
      const cells = new Array<number>(1000).fill(0);
      for (const u of draw(new RandomStreams(7, 0).stream(name), DRAWS)) {
        cells[Math.floor(u * 1000)]++;
      }
      expect(cells).toHaveLength(1000);
      // Wilson and Hilferty's approximation of the quantile for 999 degrees of freedom.
      expect(chiSquare(cells, DRAWS)).toBeLessThan(999 * (1 - 2 / (9 * 999) + 3.719 * Math.sqrt(2 / (9 * 999))) ** 3);
    }
  });

  it("shows no correlation between neighbours, between similar names, between replications, or with the place in a run", () => {
    const correlation = (a: readonly number[], b: readonly number[]) =>
      (12 * a.reduce((sum, value, i) => sum + (value - 0.5) * (b[i] - 0.5), 0)) / a.length;
    const bound = 4.5 / Math.sqrt(DRAWS);
    const first = draw(new RandomStreams(1, 0).stream("kubelet/worker-1"), DRAWS + 2);
    const others = [
      first.slice(1),
      first.slice(2),
      draw(new RandomStreams(1, 0).stream("kubelet/worker-2"), DRAWS),
      draw(new RandomStreams(1, 1).stream("kubelet/worker-1"), DRAWS),
      draw(new RandomStreams(2, 0).stream("kubelet/worker-1"), DRAWS),
      Array.from({ length: DRAWS }, (_, i) => i / DRAWS),
    ];
    for (const other of others) expect(Math.abs(correlation(first.slice(0, DRAWS), other))).toBeLessThan(bound);
  });

  it("draws the first numbers of many streams evenly", () => {
    const streams = new RandomStreams(5, 0);
    const cells = new Array<number>(20).fill(0);
    for (let i = 0; i < 20_000; i++) cells[Math.floor(streams.stream(`pod-${i}`).uniform() * 20)]++;
    // 99.99 % quantile of chi-square with 19 degrees of freedom.
    expect(chiSquare(cells, 20_000)).toBeLessThan(50.8);
  });

  it("draws integers below a bound, all alike", () => {
    const stream = new RandomStreams(9, 0).stream("dice");
    const cells = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) cells[stream.integer(6)]++;
    // 99.99 % quantile of chi-square with 5 degrees of freedom.
    expect(chiSquare(cells, 60_000)).toBeLessThan(25.7);
    expect(stream.integer(1)).toBe(0);
  });
});
