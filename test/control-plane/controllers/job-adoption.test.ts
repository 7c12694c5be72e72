import { describe, expect, it } from "vitest";
import type { Job, Pod } from "../../../src/api/types/index.js";
import { clusterWith, job } from "./job-cluster.js";
import { SmallCluster } from "./small-cluster.js";

const FINALIZER = "batch.kubernetes.io/job-tracking";

/** A Job with a selector of the user's own, and a pod of nobody that it matches. */
function manual(spec: Partial<Job["spec"]> = {}): Job {
  const { template, ...rest } = job({ manualSelector: true, selector: { matchLabels: { work: "w" } }, ...spec }).spec;
  return {
    ...job({}),
    spec: { ...rest, template: { ...template, metadata: { ...template.metadata, labels: { work: "w" } } } },
  };
}

function stray(run: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "stray", namespace: "default", labels: { work: "w" }, annotations: { "fake-kubelet/run": run } },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "work:1" }] },
  };
}

describe("pods that a Job adopts", () => {
  it("are matching ones without a controller, which get its finalizer, count as its own, and make it complete when they succeed", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(stray("4s"));
    cluster.runTo(1);
    cluster.apply(manual());
    cluster.runTo(2);
    expect(cluster.get("Job", "work")!.status?.active).toBe(1);
    const adopted = cluster.get("Pod", "stray")!.metadata;
    expect(adopted.ownerReferences?.map(({ kind, controller }) => [kind, controller])).toEqual([["Job", true]]);
    expect(adopted.finalizers).toEqual([FINALIZER]);
    cluster.runTo(10);
    expect(cluster.list("Pod").map(({ metadata }) => metadata.name)).toEqual(["stray"]);
    expect(cluster.get("Job", "work")!.status?.succeeded).toBe(1);
    expect(cluster.get("Pod", "stray")!.metadata.finalizers ?? []).toEqual([]);
  });

  it("are let go, without the finalizer, when they match no longer", () => {
    const cluster = clusterWith(manual());
    cluster.runTo(1.5);
    const [{ metadata }] = cluster.list("Pod");
    cluster.change("Pod", metadata.name, (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { work: "other" } } }));
    cluster.runTo(5);
    const released = cluster.get("Pod", metadata.name)!.metadata;
    expect(released.ownerReferences ?? []).toEqual([]);
    expect(released.finalizers ?? []).toEqual([]);
    expect(cluster.list("Pod")).toHaveLength(2);
  });
});
