import { describe, expect, it } from "vitest";
import type { Job, LimitRange, Pod } from "../../../src/api/types/index.js";
import { clusterWith, conditions, creationSeconds, FAILS, job } from "./job-cluster.js";
import { SmallCluster } from "./small-cluster.js";

describe("a Job", () => {
  it("runs its completions with its parallelism, counts them once and ends", () => {
    const cluster = clusterWith(job({ completions: 7, parallelism: 3 }));
    let most = 0;
    cluster.api.onCommit(() => {
      most = Math.max(most, cluster.list("Pod").filter(({ status }) => status?.phase === "Running").length);
    });
    cluster.runTo(30);
    expect(most).toBe(3);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ active: 0, succeeded: 7, ready: 0, terminating: 0 });
    expect(conditions(cluster)).toEqual(["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"]);
    expect(cluster.list("Pod").every(({ metadata }) => (metadata.finalizers ?? []).length === 0)).toBe(true);
    expect(cluster.eventsOf("Completed").map(({ message }) => message)).toEqual(["Job completed"]);
  });

  it("tries again after 10, 20 and 40 s and fails beyond its back-off limit", () => {
    const cluster = clusterWith(job({ backoffLimit: 3 }, FAILS));
    const seconds = creationSeconds(cluster);
    cluster.runTo(120);
    expect(seconds).toHaveLength(4);
    // Each pause counts from the pod's end in whole seconds, 1 s after its start.
    [10, 20, 40].forEach((pause, i) => {
      expect(seconds[i + 1] - seconds[i]).toBeGreaterThan(pause);
      expect(seconds[i + 1] - seconds[i]).toBeLessThan(pause + 1.3);
    });
    expect(conditions(cluster)).toEqual(["FailureTarget=True BackoffLimitExceeded", "Failed=True BackoffLimitExceeded"]);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ failed: 4, active: 0 });
  });

  it("tries pods that were refused again after 1, 2 and 4 s", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "small", namespace: "default" },
      spec: { limits: [{ type: "Container", max: { cpu: "1" } }] },
    } as LimitRange);
    cluster.runTo(0.5);
    const work = job({});
    const [container] = work.spec.template.spec.containers;
    const resources = { requests: { cpu: "2" }, limits: { cpu: "2" } };
    const spec = { ...work.spec.template.spec, containers: [{ ...container, resources }] };
    cluster.apply({ ...work, spec: { ...work.spec, template: { ...work.spec.template, spec } } } as Job);
    cluster.runTo(9);
    const times = cluster.eventsOf("FailedCreate").map(({ seconds }) => seconds);
    expect(times.slice(1).map((time, i) => Math.round(time - times[i]))).toEqual([1, 2, 4]);
  });

  it("ends the peers of a pod that exceeds the limit, and is failed only when they are gone", () => {
    const cluster = clusterWith(
      job({ backoffLimit: 0, completions: 3, parallelism: 3 }, { "fake-kubelet/run": "100s", "fake-kubelet/stop": "3s" }),
    );
    cluster.runTo(2);
    cluster.endPod(cluster.list("Pod")[0], 1);
    cluster.runTo(4);
    expect(conditions(cluster)).toEqual(["FailureTarget=True BackoffLimitExceeded"]);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ active: 0, failed: 3, terminating: 2 });
    cluster.runTo(10);
    expect(conditions(cluster)).toEqual(["FailureTarget=True BackoffLimitExceeded", "Failed=True BackoffLimitExceeded"]);
  });

  it("completes each index once", () => {
    const cluster = clusterWith(job({ completionMode: "Indexed", completions: 5, parallelism: 2 }));
    cluster.runTo(20);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ succeeded: 5, completedIndexes: "0-4" });
    expect(
      cluster
        .list("Pod")
        .map(({ spec }) => spec.hostname)
        .toSorted(),
    ).toEqual([0, 1, 2, 3, 4].map((index) => `work-${index}`));
  });

  it("gives each index a back-off limit of its own", () => {
    const cluster = clusterWith(
      job({ completionMode: "Indexed", completions: 4, parallelism: 4, backoffLimitPerIndex: 1 }, { "fake-kubelet/run": "100s" }),
    );
    const indexOf = (pod: Pod): string => pod.metadata.annotations!["batch.kubernetes.io/job-completion-index"];
    for (const at of [3, 16]) {
      cluster.runTo(at);
      for (const pod of cluster.list("Pod")) if (indexOf(pod) === "1" && pod.status?.phase === "Running") cluster.endPod(pod, 1);
    }
    cluster.runTo(18);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ failed: 2, failedIndexes: "1" });
    cluster.runTo(120);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ succeeded: 3, completedIndexes: "0,2,3" });
    expect(conditions(cluster)).toEqual(["FailureTarget=True FailedIndexes", "Failed=True FailedIndexes"]);
  });

  it("fails at once on an exit code that its policy names, and overlooks one that it ignores", () => {
    const rules = [
      { action: "FailJob", onExitCodes: { operator: "In", values: [42] } },
      { action: "Ignore", onExitCodes: { operator: "In", values: [7] } },
    ] as const;
    const cluster = clusterWith(job({ completions: 2, parallelism: 2, podFailurePolicy: { rules } }, { "fake-kubelet/run": "100s" }));
    cluster.runTo(2);
    const [first, second] = cluster.list("Pod");
    cluster.endPod(first, 7);
    cluster.runTo(5);
    expect(cluster.get("Job", "work")?.status?.failed ?? 0).toBe(0);
    cluster.endPod(second, 42);
    cluster.runTo(10);
    expect(cluster.get("Job", "work")?.status?.conditions?.find(({ type }) => type === "Failed")).toMatchObject({
      reason: "PodFailurePolicy",
      message: `Container c for pod default/${second.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    });
  });

  it("stops at its deadline, and pauses while suspended", () => {
    const cluster = clusterWith(job({ activeDeadlineSeconds: 8 }, { "fake-kubelet/run": "100s" }));
    cluster.runTo(3);
    cluster.change("Job", "work", (work) => ({ ...work, spec: { ...work.spec, suspend: true } }));
    cluster.runTo(20);
    expect(cluster.list("Pod").filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([]);
    expect(conditions(cluster)).toEqual(["Suspended=True JobSuspended"]);
    cluster.change("Job", "work", (work) => ({ ...work, spec: { ...work.spec, suspend: false } }));
    cluster.runTo(26);
    expect(conditions(cluster)).toEqual(["Suspended=False JobResumed"]);
    cluster.runTo(32);
    expect(conditions(cluster)).toEqual([
      "Suspended=False JobResumed",
      "FailureTarget=True DeadlineExceeded",
      "Failed=True DeadlineExceeded",
    ]);
  });

  it("lets its pods go when it is deleted", () => {
    const cluster = clusterWith(job({ completions: 2, parallelism: 2 }, { "fake-kubelet/run": "100s" }));
    cluster.runTo(3);
    cluster.delete("Job", "work", "Background");
    cluster.runTo(8);
    expect([...cluster.list("Job"), ...cluster.list("Pod")]).toEqual([]);
  });
});
