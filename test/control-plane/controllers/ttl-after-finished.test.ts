import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/api/types/index.js";
import { SmallCluster } from "./small-cluster.js";

function job(name: string, exit: string, ttlSecondsAfterFinished?: number): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "default" },
    spec: {
      backoffLimit: 0,
      ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
      template: {
        metadata: { annotations: { "fake-kubelet/run": "2s", "fake-kubelet/exit": exit } },
        spec: { restartPolicy: "Never", containers: [{ name: "c", image: "work:1" }] },
      },
    },
  };
}

describe("the TTL-after-finished controller", () => {
  it("deletes a Job and its pods so long after its end, whether it succeeded or failed", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.runTo(0.2);
    cluster.apply(job("succeeds", "0", 30), job("fails", "1", 30), job("stays", "0"));
    cluster.runTo(25);
    expect(cluster.list("Job").map(({ metadata }) => metadata.name)).toHaveLength(3);
    cluster.runTo(45);
    expect(cluster.list("Job").map(({ metadata }) => metadata.name)).toEqual(["stays"]);
    expect(cluster.list("Pod")).toHaveLength(1);
  });
});
