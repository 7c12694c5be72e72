import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shareCpu, usableDemand, type CpuGroup } from "../../../src/node/usage/cpu-sharing.js";

const UNLIMITED = Number.POSITIVE_INFINITY;

function container(weight: number, demand: number, quota = UNLIMITED): CpuGroup {
  return { weight, demand, quota };
}

function shares(cores: number, groups: readonly CpuGroup[]): Map<CpuGroup, number> {
  const given = new Map<CpuGroup, number>();
  shareCpu(cores, groups, (group, part) => given.set(group, part));
  return given;
}

describe("CPU sharing", () => {
  it("divides by weight among those that want more than there is", () => {
    const [a, b] = [container(100, 4), container(300, 4)];
    expect([...shares(2, [a, b]).values()]).toEqual([0.5, 1.5]);
  });

  it("gives what one leaves to the others", () => {
    const [idle, busy, other] = [container(1000, 0.2), container(1, 5), container(1, 5)];
    expect([...shares(2, [idle, busy, other]).values()]).toEqual([0.2, 0.9, 0.9]);
  });

  it("caps by quota, of containers and of their pod", () => {
    const pod: CpuGroup = { weight: 100, demand: 0, quota: 1.5, members: [container(100, 4, 0.5), container(100, 4)] };
    expect([...shares(8, [pod]).values()]).toEqual([0.5, 1]);
  });

  const leaf = fc.record({
    weight: fc.integer({ min: 1, max: 10_000 }),
    demand: fc.integer({ min: 0, max: 80 }).map((n) => n / 10),
    quota: fc.constantFrom(UNLIMITED, 0.5, 2),
  });
  const group = fc.record({
    weight: fc.integer({ min: 1, max: 10_000 }),
    demand: fc.constant(0),
    quota: fc.constantFrom(UNLIMITED, 1, 3),
    members: fc.array(leaf, { maxLength: 5 }),
  });

  it("hands out all that can be used and not more, and to nobody above its demand or quota", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(leaf, group), { maxLength: 6 }), fc.integer({ min: 1, max: 16 }), (groups, cores) => {
        const given = shares(cores, groups);
        const total = [...given.values()].reduce((sum, part) => sum + part, 0);
        const usable = groups.reduce((sum, each) => sum + usableDemand(each), 0);
        expect(total).toBeCloseTo(Math.min(cores, usable), 6);
        for (const [{ demand, quota }, part] of given) expect(part).toBeLessThanOrEqual(Math.min(demand, quota) + 1e-9);
      }),
    );
  });
});
