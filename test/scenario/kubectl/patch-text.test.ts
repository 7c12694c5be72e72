import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/meta.js";
import { patchText } from "../../../src/scenario/kubectl/patch-text.js";
import { mergeStrategically } from "../../../src/scenario/kubectl/strategic-merge.js";
import { deployment } from "../memory-cluster.js";

const object = (spec: object, labels?: object) =>
  ({ ...(deployment("web") as object), metadata: { name: "web", ...(labels !== undefined && { labels }) }, spec }) as unknown as ApiObject;
const withContainers = (...containers: readonly object[]) => object({ template: { spec: { containers } } });

// Forms of k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
describe("the patch that an apply sends", () => {
  it("has the fields that differ, and null for those that go", () => {
    expect(patchText(object({ replicas: 1 }, { a: "1", b: "2" }), object({ replicas: 3 }, { a: "1", c: "<" }))).toBe(
      String.raw`{"metadata":{"labels":{"b":null,"c":"\u003c"}},"spec":{"replicas":3}}`,
    );
  });

  it("has of a list with a key the items that differ, and the order of all", () => {
    const before = withContainers({ name: "a", image: "one" }, { name: "b", image: "two" });
    const after = withContainers({ name: "a", image: "new" }, { name: "c", image: "three", resources: {} });
    expect(patchText(before, after)).toBe(
      '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"c"}],"containers":[{"image":"new","name":"a"},{"image":"three","name":"c","resources":{}},{"$patch":"delete","name":"b"}]}}}}',
    );
  });

  it("names the keys of a strategy that stay", () => {
    const rolling = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } };
    expect(patchText(object(rolling), object({ strategy: { type: "Recreate" } }))).toBe(
      '{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":null,"type":"Recreate"}}}',
    );
  });

  it("leads from the one to the other", () => {
    const before = withContainers({ name: "a", image: "one", args: ["x"] }, { name: "b", image: "two" });
    const after = withContainers({ name: "a", image: "new" });
    expect(mergeStrategically(before, JSON.parse(patchText(before, after)))).toEqual(after);
  });
});
