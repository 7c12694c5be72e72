import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/node.js";
import { MemoryCluster, node, pod } from "../memory-cluster.js";

// Source: kubectl/pkg/cmd/label/label.go parseLabels, kubectl/pkg/cmd/annotate/annotate.go.
describe("labels and annotations that are odd", () => {
  it.each([
    ["label pod a x=y=z", "invalid label spec: x=y=z"],
    ["label pod a x=-y", 'invalid label value: "x=-y": a valid label must be an empty string or consist of'],
    ["label pod a x=y x-", "can not both modify and remove a label in the same command"],
    ["annotate pod a x=y x- z=1 z-", "can not both modify and remove the following annotation(s) in the same command: x, z"],
  ])("%s", (line, message) => {
    expect(() => new MemoryCluster([pod("a")]).kubectl(line)).toThrow(message);
  });

  it("are told of where they are missing, if they are labels", () => {
    const cluster = new MemoryCluster([pod("a", { metadata: { annotations: { x: "y" } } })]);
    expect(cluster.kubectl("label pod a gone-").output).toEqual(['label "gone" not found.', "pod/a not labeled"]);
    expect(cluster.kubectl("annotate pod a gone-").output).toEqual(["pod/a annotated"]);
    expect(cluster.kubectl("annotate pod a x=y").errors).toEqual([
      "error: --overwrite is false but found the following declared annotation(s): 'x' already has a value (y)",
    ]);
  });
});

// Source: kubectl/pkg/cmd/taint/utils.go.
describe("kubectl taint", () => {
  it.each([
    ["k=v", "invalid taint spec: k=v, name part must consist of alphanumeric characters"],
    ["k=-v:NoSchedule", "invalid taint spec: k=-v:NoSchedule, a valid label must be"],
    ["k=a=b:NoSchedule", "invalid taint spec: k=a=b:NoSchedule"],
    ["a:NoSchedule:x", "invalid taint spec: a:NoSchedule:x"],
    ["k:Odd-", "invalid taint effect: Odd, unsupported taint effect"],
  ])("taint node a %s", (spec, message) => {
    expect(() => new MemoryCluster([node("a")]).kubectl(`taint node a ${spec}`)).toThrow(message);
  });

  it("puts new taints before the others, and names all that are there or missing", () => {
    const cluster = new MemoryCluster([node("a")]);
    cluster.kubectl("taint node a one:NoSchedule two:NoExecute");
    cluster.kubectl("taint node a three:NoSchedule two=x:NoExecute --overwrite");
    expect((cluster.read("Node", "a") as Node).spec.taints?.map(({ key }) => key)).toEqual(["three", "two", "one"]);
    expect(cluster.kubectl("taint node a one:NoSchedule two:NoExecute").errors).toEqual([
      "error: node a already has one,two taint(s) with same effect(s) and --overwrite is false",
    ]);
    expect(cluster.kubectl("taint node a x- y:NoExecute-").errors).toEqual(['error: [taint "x" not found, taint "y:NoExecute" not found]']);
  });
});
