import { describe, expect, it } from "vitest";
import { objectKey } from "../../../src/api/kinds.js";
import type { Job, Pod } from "../../../src/api/types/index.js";
import { CommittedObjects } from "../../../src/cluster/invariants/committed-objects.js";
import type { ObservedCluster } from "../../../src/cluster/invariants/invariant.js";
import { jobConverges } from "../../../src/cluster/invariants/job-converges.js";
import type { Change } from "../../../src/control-plane/apiserver/change.js";
import { SECOND } from "../../../src/engine/simulation.js";

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

class Observed {
  readonly committed = new CommittedObjects();
  readonly found: string[] = [];
  now = 0;
  private readonly invariant = jobConverges(this as unknown as ObservedCluster);

  isSettled(): boolean {
    return true;
  }

  violated(_object: unknown, expected: string): void {
    this.found.push(expected);
  }

  commit(seconds: number, object: Job | Pod, type: Change["type"] = "ADDED"): void {
    this.now = seconds * SECOND;
    const previous = this.committed.get(object.kind, objectKey(object));
    const change = { type, kind: object.kind, key: objectKey(object), object, previous, time: this.now, revision: 0 } as Change;
    this.committed.apply(change);
    this.invariant.committed?.(change);
  }

  end(seconds: number): readonly string[] {
    this.now = seconds * SECOND;
    this.invariant.ended?.();
    return this.found;
  }
}

describe("what a Job is held to", () => {
  const lacking = ["expected 2 active pods, found 0"];

  it.each([
    ["failed", pod("Failed"), 300, []],
    ["failed, for longer than any pause", pod("Failed"), 900, lacking],
    ["was deleted while it ran", pod("Running", { deletionTimestamp: 100 * SECOND }), 300, []],
    ["succeeded", pod("Succeeded"), 300, lacking],
  ])("are all of its pods, but not while a pod that %s may make it wait, though its status counts none", (_what, ended, seconds, found) => {
    const observed = new Observed();
    observed.commit(0, work);
    observed.commit(1, pod("Running"));
    observed.commit(100, ended, "MODIFIED");
    observed.commit(101, ended, "DELETED");
    expect(observed.end(seconds)).toEqual(found);
  });
});
