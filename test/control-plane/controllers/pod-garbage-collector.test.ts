import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/index.js";
import { deployment } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

function pod(name: string): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default" }, spec: { containers: [{ name: "c", image: "web:1" }] } };
}

/** Three ended pods, a second apart; the last was evicted by its kubelet. */
function withEndedPods(terminatedPodGcThreshold: number): SmallCluster {
  const cluster = new SmallCluster({ terminatedPodGcThreshold });
  cluster.addNodes("worker", 1);
  for (const [index, name] of ["a", "b", "c"].entries()) {
    cluster.runTo(1 + index);
    cluster.apply(pod(name));
  }
  cluster.runTo(5);
  for (const name of ["a", "b"]) cluster.endPod(cluster.get("Pod", name)!, 0);
  cluster.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: "c" }, (current) => ({
    ...current,
    status: { ...current.status, phase: "Failed", reason: "Evicted" },
  }));
  cluster.runTo(50);
  return cluster;
}

describe("the pod garbage collector", () => {
  it("removes ended pods above the threshold: evicted ones first, then the oldest", () => {
    const names = (threshold: number): string[] =>
      withEndedPods(threshold)
        .list("Pod")
        .map(({ metadata }) => metadata.name);
    expect(names(2)).toEqual(["a", "b"]);
    expect(names(1)).toEqual(["b"]);
  });

  it("removes none where the threshold is 0", () => {
    expect(withEndedPods(0).list("Pod")).toHaveLength(3);
  });
});

describe("pod garbage collection", () => {
  it("removes the pods of a deleted node after the quarantine, 40 to 60 s later", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 3));
    // The first look, at 20 s, has found nothing.
    cluster.runTo(30);
    const doomed = cluster.list("Pod").find(({ spec }) => spec.nodeName === "worker-3")!;
    cluster.stopKubelet("worker-3");
    cluster.delete("Node", "worker-3");
    cluster.runTo(69);
    expect(cluster.get("Pod", doomed.metadata.name)).toBeDefined();
    cluster.runTo(91);
    expect(cluster.get("Pod", doomed.metadata.name)).toBeUndefined();
    expect(cluster.list("Pod")).toHaveLength(3);
  });
});
