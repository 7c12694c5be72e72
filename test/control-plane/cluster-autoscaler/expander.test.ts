import { describe, expect, it } from "vitest";
import {
  bestOption,
  expandersOf,
  type ExpansionOption,
  UnknownExpander,
  wasteOf,
} from "../../../src/control-plane/cluster-autoscaler/expander.js";
import { PriorityListError, priorityListOf } from "../../../src/control-plane/cluster-autoscaler/priority-list.js";
import { Simulation } from "../../../src/engine/simulation.js";
import { pods, template, TestGroup } from "./objects.js";

function option(id: string, nodeCount: number, podCount: number, size: Parameters<typeof template>[0] = {}): ExpansionOption {
  return { group: new TestGroup(id, 0, 0, 10), template: template(size), nodeCount, pods: pods(id, podCount) };
}

/** How often each group is chosen of a thousand times. */
function chosen(
  flag: string,
  options: readonly ExpansionOption[],
  priorities: Readonly<Record<string, string>> = {},
): Record<string, number> {
  const stream = new Simulation({ seed: 1 }).stream("expander");
  const list = Object.keys(priorities).length === 0 ? [] : priorityListOf(priorities);
  const counts: Record<string, number> = {};
  for (let i = 0; i < 1000; i++) {
    const { id } = bestOption(expandersOf(flag), options, list, stream)!.group;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

describe("expanders", () => {
  const small = option("small", 3, 10);
  const large = option("large", 1, 8, { cpu: "16", memory: "32Gi" });
  const same = option("same", 3, 10);

  it("most-pods takes the group that helps most, least-nodes the fewest nodes", () => {
    expect(chosen("most-pods", [large, small])).toEqual({ small: 1000 });
    expect(chosen("least-nodes", [small, large])).toEqual({ large: 1000 });
  });

  it("least-waste takes the group that leaves least unused of cpu and memory together", () => {
    // Ten pods of one core and 64 MiB on three nodes of 4 cores and 8 GiB.
    expect(wasteOf(small)).toBeCloseTo((12 - 10) / 12 + (24 * 1024 - 640) / (24 * 1024));
    expect(chosen("least-waste", [large, small])).toEqual({ small: 1000 });
  });

  it("random gives each its chance, and decides among equals of the others", () => {
    const counts = chosen("random", [small, large]);
    // Five standard deviations of a fair coin tossed a thousand times.
    expect(Math.abs(counts["small"] - 500)).toBeLessThan(80);
    expect(Math.abs(chosen("most-pods", [small, large, same])["same"] - 500)).toBeLessThan(80);
  });

  it("priority takes the groups of the highest number that matches any, then the next expander decides", () => {
    const priorities = { priorities: "10:\n  - .*\n50:\n  - ^sma\n  - ^sam\n90:\n  - spot\n" };
    expect(chosen("priority,least-nodes", [large, small], priorities)).toEqual({ small: 1000 });
    expect(chosen("priority,least-waste", [large, option("same", 9, 10), small], priorities)).toEqual({ small: 1000 });
    expect(chosen("priority,most-pods", [large, small], { priorities: "10: [nothing]" })).toEqual({ small: 1000 });
  });

  it("has nothing to choose from where there are no options", () => {
    expect(bestOption(["random"], [], [], new Simulation({ seed: 1 }).stream("x"))).toBeUndefined();
  });

  it.each([
    ["price", "needs the prices of one cloud provider, which is not simulated"],
    ["random,grpc", "needs a server of its own, which is not simulated"],
    ["cheapest", 'expander "cheapest" is not known: must be one of random, most-pods, least-waste, priority, least-nodes'],
  ])("refuses %s", (flag, message) => {
    expect(() => expandersOf(flag)).toThrow(UnknownExpander);
    expect(() => expandersOf(flag)).toThrow(message);
  });

  it.each([
    [undefined, "doesn't contain priorities key"],
    ["10: [a\n", "Can't parse YAML"],
    ["ten: [a]", '"ten" is no whole number'],
    ["10: a", "must have a list of patterns"],
    ["10: ['(']", "no regular expression"],
    ["7", "must be a map"],
  ])("reports a list of priorities that cannot be read: %j", (text, message) => {
    const read = () => priorityListOf(text === undefined ? {} : { priorities: text });
    expect(read).toThrow(PriorityListError);
    expect(read).toThrow(message);
  });
});
