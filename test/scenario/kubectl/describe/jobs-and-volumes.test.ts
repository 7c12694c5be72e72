import { describe, expect, it } from "vitest";
import { SECOND } from "../../../../src/engine/simulation.js";
import { titleOf } from "../../../../src/scenario/kubectl/describe/any-kind.js";
import { EPOCH, pod } from "../../memory-cluster.js";
import { TEMPLATE, textOf } from "./description-text.js";

describe("the descriptions of jobs and volumes", () => {
  it("a job that is done", () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "pi", namespace: "default" },
      spec: {
        parallelism: 1,
        completions: 1,
        completionMode: "NonIndexed",
        suspend: false,
        backoffLimit: 4,
        selector: { matchLabels: { "batch.kubernetes.io/job-name": "pi" } },
        template: TEMPLATE,
      },
      status: { startTime: EPOCH, completionTime: EPOCH + 65 * SECOND, succeeded: 1, ready: 0 },
    };
    expect(textOf(job).split("\nPod Template:")[0]).toBe(`Name:             pi
Namespace:        default
Selector:         batch.kubernetes.io/job-name=pi
Labels:           <none>
Annotations:      <none>
Parallelism:      1
Completions:      1
Completion Mode:  NonIndexed
Suspend:          false
Backoff Limit:    4
Start Time:       Thu, 01 Jan 2026 00:00:00 +0000
Completed At:     Thu, 01 Jan 2026 00:01:05 +0000
Duration:         65s
Pods Statuses:    0 Active (0 Ready) / 1 Succeeded / 0 Failed`);
  });

  it("a claim that a pod uses", () => {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace: "default", finalizers: ["kubernetes.io/pvc-protection"] },
      spec: { volumeName: "pv-1", storageClassName: "fast", volumeMode: "Filesystem" },
      status: { phase: "Bound", capacity: { storage: "8Gi" }, accessModes: ["ReadWriteOnce"] },
    };
    const user = pod("db-0", { spec: { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] } });
    expect(textOf(claim, { Pod: [user, pod("other")] })).toBe(`Name:          data
Namespace:     default
StorageClass:  fast
Status:        Bound
Volume:        pv-1
Labels:        <none>
Annotations:   <none>
Finalizers:    [kubernetes.io/pvc-protection]
Capacity:      8Gi
Access Modes:  RWO
VolumeMode:    Filesystem
Used By:       db-0`);
  });

  it("names the fields of kinds that have no description of their own in words", () => {
    expect(["holderIdentity", "leaseDurationSeconds", "uid", "apiGroup"].map(titleOf)).toEqual([
      "Holder Identity",
      "Lease Duration Seconds",
      "UID",
      "API Group",
    ]);
  });
});
