import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  compileLabelSelector,
  compileLabelSet,
  formatLabelSelector,
  labelSelectorMatches,
  nodeSelectorMatches,
  parseSelector,
} from "../../src/api/selector.js";
import { SelectorError } from "../../src/api/selector-text.js";

describe("label selectors", () => {
  const labels = { app: "web", tier: "front" };

  it("select everything when empty and nothing when absent", () => {
    expect(labelSelectorMatches({}, labels)).toBe(true);
    expect(labelSelectorMatches({}, undefined)).toBe(true);
    expect(labelSelectorMatches(undefined, labels)).toBe(false);
    expect(compileLabelSet({})(labels)).toBe(false);
  });

  it.each([
    ["In", ["web", "api"], true],
    ["In", ["web"], true],
    ["In", ["api"], false],
    ["In", ["api", "db"], false],
    ["NotIn", ["api"], true],
    ["NotIn", ["web"], false],
    ["NotIn", ["api", "web"], false],
    ["Exists", undefined, true],
    ["DoesNotExist", undefined, false],
  ] as const)("app %s %j is %s", (operator, values, expected) => {
    expect(labelSelectorMatches({ matchExpressions: [{ key: "app", operator, values }] }, labels)).toBe(expected);
  });

  it("take a missing label for outside of any list", () => {
    expect(labelSelectorMatches({ matchExpressions: [{ key: "zone", operator: "In", values: ["a", "b"] }] }, labels)).toBe(false);
    expect(labelSelectorMatches({ matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, labels)).toBe(true);
    expect(labelSelectorMatches({ matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] }, labels)).toBe(true);
    expect(labelSelectorMatches({ matchExpressions: [{ key: "zone", operator: "Exists" }] }, labels)).toBe(false);
  });

  it("are compiled once for each object", () => {
    const selector = { matchLabels: { app: "web" } };
    expect(compileLabelSelector(selector)).toBe(compileLabelSelector(selector));
  });

  it("are read from kubectl's text and written back as such", () => {
    const matches = parseSelector("app=web, tier in (front,back),!canary,zone!=b,app");
    expect(matches(labels)).toBe(true);
    expect(matches({ ...labels, canary: "" })).toBe(false);
    expect(matches({ ...labels, zone: "b" })).toBe(false);
    expect(parseSelector("")(undefined)).toBe(true);
    expect(() => parseSelector("a b")).toThrow(SelectorError);
    const selector = { matchLabels: { b: "1", a: "2" }, matchExpressions: [{ key: "c", operator: "NotIn" as const, values: ["y", "x"] }] };
    expect(formatLabelSelector(selector)).toBe("a=2,b=1,c notin (x,y)");
    expect(formatLabelSelector(undefined)).toBe("<none>");
  });

  it("never throw but their own error for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseSelector(text)(labels);
        } catch (error) {
          expect(error).toBeInstanceOf(SelectorError);
        }
      }),
    );
  });
});

describe("node selectors", () => {
  const node = { metadata: { name: "n1", labels: { cores: "8", zone: "a" } } };
  const expression = (key: string, operator: "Gt" | "Lt" | "In", value: string) => ({
    nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values: [value] }] }],
  });

  it("compare whole numbers, and match no label that is none", () => {
    expect(nodeSelectorMatches(expression("cores", "Gt", "7"), node)).toBe(true);
    expect(nodeSelectorMatches(expression("cores", "Gt", "8"), node)).toBe(false);
    expect(nodeSelectorMatches(expression("cores", "Lt", "10"), node)).toBe(true);
    expect(nodeSelectorMatches(expression("zone", "Lt", "10"), node)).toBe(false);
  });

  it("take their terms as alternatives, of which an empty one matches nothing", () => {
    expect(nodeSelectorMatches({ nodeSelectorTerms: [{}] }, node)).toBe(false);
    expect(nodeSelectorMatches({ nodeSelectorTerms: [] }, node)).toBe(false);
    expect(
      nodeSelectorMatches({ nodeSelectorTerms: [{}, { matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }] }, node),
    ).toBe(true);
  });
});
