import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/api/types/index.js";
import { expiryOf } from "../../../src/control-plane/controllers/ttlafterfinished/ttl-after-finished-controller.js";
import { SECOND } from "../../../src/engine/simulation.js";
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

  it("counts from the end in whole seconds, and leaves a Job that goes already alone", () => {
    const ended = {
      ...job("ended", "0", 30),
      status: { conditions: [{ type: "Failed", status: "True", lastTransitionTime: 5 * SECOND }] },
    } as Job;
    expect(expiryOf(ended)).toBe(35 * SECOND);
    expect(expiryOf({ ...ended, metadata: { ...ended.metadata, deletionTimestamp: 6 * SECOND } })).toBeUndefined();
    expect(
      expiryOf({ ...ended, status: { conditions: [{ type: "FailureTarget", status: "True", lastTransitionTime: 5 * SECOND }] } }),
    ).toBeUndefined();
  });

  it("respects a longer life that was given meanwhile", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.runTo(0.2);
    cluster.apply(job("succeeds", "0", 10));
    cluster.runTo(8);
    cluster.change("Job", "succeeds", (work) => ({ ...work, spec: { ...work.spec, ttlSecondsAfterFinished: 40 } }));
    cluster.runTo(40);
    expect(cluster.list("Job")).toHaveLength(1);
    cluster.runTo(46);
    expect(cluster.list("Job")).toEqual([]);
  });
});
