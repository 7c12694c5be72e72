import { describe, expect, it } from "vitest";
import type { Job, Pod } from "../../../src/api/types/index.js";
import { jobConverges } from "../../../src/cluster/invariants/job-converges.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { RecordedChanges } from "./recorded-changes.js";

const work: Job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "work", namespace: "default", uid: "work" },
  spec: { parallelism: 2, completions: 5, template: { spec: { containers: [] } } },
  status: { active: 0 },
};

function pod(phase: string, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "work-1",
      namespace: "default",
      uid: "work-1",
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "work", uid: "work", controller: true }],
      ...metadata,
    },
    spec: { containers: [] },
    status: { phase },
  } as Pod;
}

describe("what a Job is held to", () => {
  const lacking = ["expected 2 active pods, found 0"];

  it.each([
    ["failed", pod("Failed"), 300, []],
    ["failed, for longer than any pause", pod("Failed"), 900, lacking],
    ["was deleted while it ran", pod("Running", { deletionTimestamp: 100 * SECOND }), 300, []],
    ["succeeded", pod("Succeeded"), 300, lacking],
  ])("are all of its pods, but not while a pod that %s may make it wait, though its status counts none", (_what, ended, seconds, found) => {
    const observed = new RecordedChanges(jobConverges);
    observed.commit(0, work);
    observed.commit(1, pod("Running"));
    observed.commit(100, ended, "MODIFIED");
    observed.commit(101, ended, "DELETED");
    expect(observed.end(seconds)).toEqual(found);
  });
});
