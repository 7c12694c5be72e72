import { describe, expect, it } from "vitest";
import type { Job, Namespace, Pod, ReplicaSet } from "../../../src/api/types/index.js";
import { deletedObjectsGo } from "../../../src/cluster/invariants/deleted-objects-go.js";
import { replicaSetConverges } from "../../../src/cluster/invariants/replica-set-converges.js";
import { pod } from "../../scheduler/support/objects.js";
import { RecordedChanges } from "./recorded-changes.js";

function namespace(isEnding: boolean): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: "default", uid: "ns", ...(isEnding && { deletionTimestamp: 1 }) } };
}

/** A failed pod of an indexed Job, deleted, of which the Job has not let go. */
function failedPod(): Pod {
  const base = pod("work-0");
  return {
    ...base,
    metadata: {
      ...base.metadata,
      deletionTimestamp: 1,
      deletionGracePeriodSeconds: 0,
      finalizers: ["batch.kubernetes.io/job-tracking"],
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "work", uid: "job", controller: true }],
    },
    status: { phase: "Failed" },
  };
}

function job(backoffLimitPerIndex: number | undefined): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "work", namespace: "default", uid: "job" },
    spec: { template: { spec: { containers: [] } }, ...(backoffLimitPerIndex !== undefined && { backoffLimitPerIndex }) },
  };
}

describe("in a namespace that is being deleted", () => {
  const isKept = (isEnding: boolean, limit: number | undefined): boolean => {
    const observed = new RecordedChanges(deletedObjectsGo);
    observed.commit(0, namespace(isEnding));
    observed.commit(0, job(limit));
    observed.commit(1, failedPod());
    return !observed.end(600).some((line) => line.includes("0 s after"));
  };

  it("a Job may keep a failed pod whose index gets no other, and only there and then", () => {
    expect(isKept(true, 1)).toBe(true);
    expect(isKept(false, 1)).toBe(false);
    expect(isKept(true, undefined)).toBe(false);
  });

  it("a ReplicaSet may lack pods, and only there", () => {
    const set: ReplicaSet = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "web", namespace: "default", uid: "set", generation: 1 },
      spec: { replicas: 2, selector: {}, template: { spec: { containers: [] } } },
      status: { replicas: 0, observedGeneration: 1 },
    };
    for (const isEnding of [true, false]) {
      const observed = new RecordedChanges(replicaSetConverges);
      observed.commit(0, namespace(isEnding));
      observed.commit(0, set);
      expect(observed.end(600)).toEqual(isEnding ? [] : ["expected 2 active pods, found 0"]);
    }
  });
});
