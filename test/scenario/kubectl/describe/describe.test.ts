import { describe, expect, it } from "vitest";
import { MemoryCluster, pod } from "../../memory-cluster.js";
import { event } from "./description-text.js";

describe("kubectl describe", () => {
  it("describes each object, two empty lines apart, with its own events alone", () => {
    const cluster = new MemoryCluster([
      pod("a"),
      pod("b"),
      event({
        metadata: { name: "e1", namespace: "default" },
        involvedObject: { kind: "Pod", namespace: "default", name: "b" },
        message: "for b",
      }),
    ]);
    const { output } = cluster.kubectl("describe pods");
    const second = output.findIndex((line) => /^Name: +b$/.test(line));
    expect(output.slice(second - 3, second).map((line) => line.trimEnd())).toEqual(["Events:  <none>", "", ""]);
    expect(output.at(-1)).toContain("for b");
    expect(cluster.kubectl("describe pod gone").errors).toEqual(['Error from server (NotFound): pods "gone" not found']);
    expect(cluster.kubectl("describe services").output).toEqual(["No resources found in default namespace."]);
  });
});
