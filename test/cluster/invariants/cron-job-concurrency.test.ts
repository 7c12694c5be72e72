import { describe, expect, it } from "vitest";
import type { CronJob, Job } from "../../../src/api/types/index.js";
import { cronJobConcurrency } from "../../../src/cluster/invariants/cron-job-concurrency.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { RecordedChanges } from "./recorded-changes.js";

const template = { spec: { containers: [] } };

function cronJob(concurrencyPolicy: CronJob["spec"]["concurrencyPolicy"], ...active: string[]): CronJob {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick", namespace: "default", uid: "tick" },
    spec: { schedule: "* * * * *", concurrencyPolicy, jobTemplate: { spec: { template } } },
    status: { active: active.map((name) => ({ kind: "Job", name, uid: name })) },
  };
}

function job(name: string, metadata: Partial<Job["metadata"]> = {}): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      annotations: { "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T00:00:00Z" },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: "tick", uid: "tick", controller: true }],
      ...metadata,
    },
    spec: { template },
  };
}

/** The CronJob and its first Job, which the controller has been told of at second 1 where it is listed. */
function running(policy: CronJob["spec"]["concurrencyPolicy"], ...active: string[]): RecordedChanges {
  const observed = new RecordedChanges(cronJobConcurrency);
  const change = observed.commit(0, cronJob(policy, ...active));
  observed.commit(0, job("first"));
  observed.deliver(1, change);
  return observed;
}

describe("a Job of a CronJob that allows no other", () => {
  it("may not be started beside one that the controller knows to be listed", () => {
    const observed = running("Forbid", "first");
    observed.commit(60, job("second"));
    expect(observed.found).toEqual(["expected no Job to be started beside first (Forbid), found second"]);
  });

  it("may be started where others are allowed, where the list was never written, and by hand", () => {
    for (const observed of [running("Allow", "first"), running("Forbid")]) {
      observed.commit(60, job("second"));
      expect(observed.found).toEqual([]);
    }
    const observed = running("Forbid", "first");
    observed.commit(60, job("second", { annotations: { "cronjob.kubernetes.io/instantiate": "manual" } }));
    expect(observed.found).toEqual([]);
  });

  it("may be started before the controller has seen the list, or the policy", () => {
    const unseen = running("Forbid");
    const change = unseen.commit(59.9, cronJob("Forbid", "first"), "MODIFIED");
    unseen.commit(60.1, job("second"));
    unseen.deliver(60.2, change);
    expect(unseen.found).toEqual([]);
    const allowed = running("Allow", "first");
    allowed.deliver(59.9, allowed.commit(59.8, cronJob("Forbid", "first"), "MODIFIED"));
    allowed.commit(60.1, job("second"));
    expect(allowed.found).toEqual([]);
  });

  it("may replace one that is being deleted", () => {
    const observed = running("Replace", "first");
    observed.commit(60, job("first", { deletionTimestamp: 60 * SECOND }), "MODIFIED");
    observed.commit(60.1, job("second"));
    expect(observed.found).toEqual([]);
    const kept = running("Replace", "first");
    kept.commit(60.1, job("second"));
    expect(kept.found).toHaveLength(1);
  });
});
