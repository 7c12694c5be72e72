import { describe, expect, it } from "vitest";
import { attemptText, choiceText, filterTable, rejectionTable, scoreTable } from "../../src/cli/explanation-report.js";
import type { Explanation, NodeExplanation } from "../../src/scheduler/explanation.js";

const passes = { plugin: "NodeName", passes: true, reasons: [] };

function rejected(node: string, plugin: string, ...reasons: string[]): NodeExplanation {
  return { node, fate: "rejected", rejectedBy: plugin, reasons, filters: [passes, { plugin, passes: false, reasons }], scores: [] };
}

function feasible(node: string, raw: number): NodeExplanation {
  const scores = [{ plugin: "NodeAffinity", weight: 2, raw, normalized: raw, weighted: 2 * raw }];
  return { node, fate: "feasible", reasons: [], filters: [passes], scores, total: 2 * raw };
}

describe("tables of a decision", () => {
  it("have a line a node and a column a filter", () => {
    expect(filterTable([rejected("a", "NodeResourcesFit", "Insufficient cpu", "Too many pods")])).toBe(
      "NODE   NodeName   NodeResourcesFit   RESULT\na      ok         no                 NodeResourcesFit: Insufficient cpu, Too many pods\n",
    );
  });

  it("have raw, normalized and weighted scores and the total", () => {
    expect(scoreTable([feasible("a", 7)])).toBe("NODE   NodeAffinity x2   TOTAL\na      7 > 7 > 14        14\n");
  });

  it("count rejected nodes by reason, most frequent first", () => {
    const nodes = [
      rejected("a", "F", "Too many pods"),
      rejected("b", "F", "Insufficient cpu"),
      rejected("c", "F", "Insufficient cpu", "Too many pods"),
      rejected("d", "F", "Insufficient cpu"),
    ];
    expect(rejectionTable(nodes)).toBe(
      "NODES   REJECTED BY   REASON             SUCH AS\n3       F             Insufficient cpu   b\n2       F             Too many pods      a\n",
    );
  });
});

describe("choiceText", () => {
  it("says how many tied and by which rule one of them was taken", () => {
    const tie = { node: "a", reason: "best total", total: 9, tied: ["a", "b"] } as const;
    expect(choiceText({ ...tie, tieBreak: "name" })).toBe(
      "a was taken: total 9, 2 nodes have as much, and of these was taken the smallest name",
    );
    expect(choiceText({ ...tie, tied: ["a"], tieBreak: "name" })).toBe("a was taken: total 9, no other node has as much");
  });
});

describe("attemptText", () => {
  const nodes = [...Array.from({ length: 30 }, (_, i) => feasible(`good-${i}`, i)), rejected("bad", "F", "Insufficient cpu")];
  const explanation: Explanation = {
    pod: "default/web",
    time: 1_000_000,
    attempt: 1,
    profile: "default-scheduler",
    nodes,
    evaluatedNodes: 31,
    feasibleNodes: 30,
    failedExtenders: [],
    skippedFilters: [],
    skippedScores: [],
  };

  it("of many nodes lists the best and counts the rejected ones; wide lists all", () => {
    const short = attemptText({ number: 1, explanation }, "default/web", false);
    expect(short).toMatch(/^good-29 /m);
    expect(short).not.toMatch(/^good-9 /m);
    expect(short).toContain("and 10 more feasible nodes");
    expect(short).toMatch(/^1 +F +Insufficient cpu +bad$/m);
    const wide = attemptText({ number: 1, explanation }, "default/web", true);
    expect(wide).toMatch(/^good-9 .* 18$/m);
    expect(wide).toMatch(/^bad .*F: Insufficient cpu$/m);
  });
});
