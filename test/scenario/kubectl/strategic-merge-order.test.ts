import { describe, expect, it } from "vitest";
import { mergeStrategically } from "../../../src/scenario/kubectl/strategic-merge.js";

const items = (names: string) => Array.from(names, (name) => ({ name }));

function merged(current: string, patch: string): string {
  const { containers } = mergeStrategically({ containers: items(current) }, { containers: items(patch) }) as {
    containers: { name: string }[];
  };
  return containers.map(({ name }) => name).join("");
}

// As in the documentation of kubectl patch, where the container that a patch adds is the first afterwards.
describe("a list that is merged by key", () => {
  it.each([
    ["ab", "c", "cab"],
    ["abc", "c", "abc"],
    ["abc", "cd", "abcd"],
    ["abc", "dc", "dabc"],
    ["abc", "ca", "bca"],
  ])("%s patched with %s is %s", (current, patch, result) => {
    expect(merged(current, patch)).toBe(result);
  });

  it("of plain values has new ones first, too", () => {
    expect(mergeStrategically({ finalizers: ["a", "b"] }, { finalizers: ["c", "b"] })).toEqual({ finalizers: ["c", "a", "b"] });
  });

  it("has once what the patch names twice", () => {
    const patch = {
      ports: [
        { port: 80, name: "a" },
        { port: 80, targetPort: 8080 },
      ],
    };
    expect(mergeStrategically({ ports: [{ port: 80, protocol: "TCP" }] }, patch)).toEqual({
      ports: [{ port: 80, protocol: "TCP", name: "a", targetPort: 8080 }],
    });
  });

  it("loses what the patch deletes", () => {
    const patch = { containers: [{ name: "b", $patch: "delete" }, { name: "d" }] };
    expect(mergeStrategically({ containers: items("abc") }, patch)).toEqual({ containers: items("dac") });
  });
});
