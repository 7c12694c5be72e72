import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Job, Pod } from "../../../src/api/types/index.js";
import { ConsistencyStore } from "../../../src/control-plane/controllers/consistency-store.js";
import { controllerReference } from "../../../src/control-plane/controllers/owner-references.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { clusterWith, conditions, creationSeconds, FAILS, job } from "./job-cluster.js";
import { EPOCH, type SmallCluster } from "./small-cluster.js";

const LONG = { "fake-kubelet/run": "100s", "fake-kubelet/stop": "3s" };

/** A pod of the Job that its controller did not make. */
function strayPod(cluster: SmallCluster, name: string): Pod {
  const work = cluster.get("Job", "work")!;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      labels: work.spec.template.metadata?.labels ?? {},
      finalizers: ["batch.kubernetes.io/job-tracking"],
      ownerReferences: [controllerReference(work)],
    },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "work:1" }] },
  };
}

describe("pods that a Job does not want any more", () => {
  it("count neither as failed nor against its limit when it is suspended", () => {
    const cluster = clusterWith(job({ completions: 2, parallelism: 2, backoffLimit: 0 }, LONG));
    cluster.runTo(3);
    cluster.change("Job", "work", (work) => ({ ...work, spec: { ...work.spec, suspend: true } }));
    cluster.runTo(3.5);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ active: 0, ready: 0, terminating: 2 });
    cluster.runTo(10);
    expect(cluster.list("Pod")).toEqual([]);
    expect(cluster.eventsOf("SuccessfulDelete")).toHaveLength(2);
    const { failed = 0, terminating, startTime } = cluster.get("Job", "work")!.status!;
    expect({ failed, terminating, startTime }).toEqual({ failed: 0, terminating: 0, startTime: undefined });
    cluster.change("Job", "work", (work) => ({ ...work, spec: { ...work.spec, suspend: false } }));
    cluster.runTo(12);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ active: 2, startTime: EPOCH + 10 * SECOND });
    expect(conditions(cluster)).toEqual(["Suspended=False JobResumed"]);
  });

  it("are the youngest where its parallelism shrinks, and do not count as failed", () => {
    const cluster = clusterWith(job({ completions: 6, parallelism: 1 }, LONG));
    cluster.runTo(3);
    cluster.change("Job", "work", (work) => ({ ...work, spec: { ...work.spec, parallelism: 3 } }));
    cluster.runTo(6);
    const [oldest] = cluster.list("Pod").toSorted((a, b) => a.metadata.creationTimestamp! - b.metadata.creationTimestamp!);
    cluster.change("Job", "work", (work) => ({ ...work, spec: { ...work.spec, parallelism: 1 } }));
    cluster.runTo(12);
    expect(cluster.list("Pod").map(({ metadata }) => metadata.name)).toEqual([oldest.metadata.name]);
    expect(cluster.get("Job", "work")?.status?.failed ?? 0).toBe(0);
  });

  it("do not count as failed when a success policy ends it, which waits for them", () => {
    const rules = [{ succeededIndexes: "0" }];
    const cluster = clusterWith(job({ completionMode: "Indexed", completions: 3, parallelism: 3, successPolicy: { rules } }, LONG));
    cluster.runTo(3);
    const leader = cluster.list("Pod").find(({ spec }) => spec.hostname === "work-0")!;
    cluster.endPod(leader, 0);
    cluster.runTo(5);
    expect(conditions(cluster)).toEqual(["SuccessCriteriaMet=True SuccessPolicy"]);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ active: 0, terminating: 2, succeeded: 1, completedIndexes: "0" });
    cluster.runTo(10);
    expect(conditions(cluster)).toEqual(["SuccessCriteriaMet=True SuccessPolicy", "Complete=True SuccessPolicy"]);
    expect(cluster.get("Job", "work")?.status?.failed ?? 0).toBe(0);
  });
});

describe("the back-off", () => {
  it("of an index holds back its place, which no later index takes", () => {
    const indexed = { completionMode: "Indexed", completions: 4, parallelism: 1, backoffLimitPerIndex: 2 } as const;
    const cluster = clusterWith(job(indexed, FAILS));
    const hosts: string[] = [];
    cluster.api.onCommit(({ kind, type, object }) => {
      if (kind === "Pod" && type === "ADDED") hosts.push((object as Pod).spec.hostname!);
    });
    cluster.runTo(40);
    expect(hosts).toEqual(["work-0", "work-0", "work-0", "work-1"]);
  });

  it("leaves running peers in the status", () => {
    const cluster = clusterWith(job({ completions: 4, parallelism: 2 }, LONG));
    cluster.runTo(3);
    cluster.endPod(cluster.list("Pod")[0], 1);
    cluster.runTo(8);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ active: 1, ready: 1, failed: 1 });
  });

  it("is waited for by a second at least", () => {
    const cluster = clusterWith(job({ completions: 1 }, LONG));
    const seconds = creationSeconds(cluster);
    cluster.runTo(14.3);
    const [pod] = cluster.list("Pod");
    // The pod ended at 6 s, but that is known only at 14.3 s and looked at a second later, when 0.7 s are left.
    cluster.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: pod.metadata.name }, (current) => ({
      ...current,
      status: {
        ...current.status,
        phase: "Failed",
        containerStatuses: [
          {
            name: "c",
            image: "",
            imageID: "",
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode: 1, finishedAt: EPOCH + 6 * SECOND } },
          },
        ],
      },
    }));
    cluster.runTo(25);
    expect(seconds).toHaveLength(2);
    expect(seconds[1]).toBeGreaterThan(16.3);
    expect(seconds[1]).toBeLessThan(16.4);
  });
});

describe("the tracking of pods", () => {
  it("holds the next sync back until the cache shows the finalizers taken off", () => {
    const wroteAt = vi.spyOn(ConsistencyStore.prototype, "wroteAt");
    onTestFinished(() => wroteAt.mockRestore());
    const cluster = clusterWith(job({ completions: 2, parallelism: 2 }));
    cluster.runTo(10);
    const released = wroteAt.mock.calls.filter(([owner, { kind, metadata }]) => {
      return owner === "default/work" && kind === "Pod" && metadata.finalizers?.length === 0;
    });
    expect(released).toHaveLength(2);
  });

  it("notes at most 500 at a time, and counts them all", () => {
    const cluster = clusterWith(job({ completions: 520, parallelism: 520 }, { "fake-kubelet/run": "100s" }));
    let most = 0;
    cluster.api.onCommit(({ kind, object }) => {
      if (kind === "Job") most = Math.max(most, (object as Job).status?.uncountedTerminatedPods?.succeeded?.length ?? 0);
    });
    cluster.runTo(60);
    for (const pod of cluster.list("Pod")) cluster.endPod(pod, 0);
    cluster.runTo(120);
    expect(most).toBe(500);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ succeeded: 520 });
  });

  it("tells of more successes than were wanted", () => {
    const cluster = clusterWith(job({ completions: 1 }, LONG));
    cluster.runTo(3);
    cluster.endPod(cluster.list("Pod")[0], 0);
    cluster.runTo(3.2);
    cluster.apply(strayPod(cluster, "stray"));
    cluster.runTo(3.5);
    cluster.endPod(cluster.get("Pod", "stray")!, 0);
    cluster.runTo(8);
    expect(cluster.get("Job", "work")?.status).toMatchObject({ succeeded: 2 });
    expect(cluster.eventsOf("TooManySucceededPods").map(({ message }) => message)).toEqual([
      "Too many succeeded pods running after completion count reached",
    ]);
    expect(cluster.eventsOf("Completed")).toHaveLength(1);
  });

  it("lets go a pod that comes to a Job that has ended", () => {
    const cluster = clusterWith(job({ completions: 1 }));
    cluster.runTo(10);
    expect(conditions(cluster).at(-1)).toBe("Complete=True CompletionsReached");
    cluster.apply(strayPod(cluster, "stray"));
    cluster.runTo(12);
    cluster.delete("Pod", "stray");
    cluster.runTo(15);
    expect(cluster.get("Pod", "stray")).toBeUndefined();
  });

  it("ends for pods that their Job leaves behind", () => {
    const cluster = clusterWith(job({ completions: 1 }, LONG));
    cluster.runTo(3);
    cluster.delete("Job", "work", "Orphan");
    cluster.runTo(5);
    const [pod] = cluster.list("Pod");
    expect(pod.metadata).toMatchObject({ ownerReferences: [], finalizers: [] });
  });

  it("sees restarts by the kubelet, which count against the limit where it restarts containers itself", () => {
    const work = job({ completions: 1, backoffLimit: 2 }, LONG);
    const template = { ...work.spec.template, spec: { ...work.spec.template.spec, restartPolicy: "OnFailure" as const } };
    const cluster = clusterWith({ ...work, spec: { ...work.spec, template } });
    cluster.runTo(5);
    const [pod] = cluster.list("Pod");
    cluster.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: pod.metadata.name }, (current) => ({
      ...current,
      status: {
        ...current.status,
        containerStatuses: [{ name: "c", image: "", imageID: "", ready: true, restartCount: 2, state: { running: {} } }],
      },
    }));
    cluster.runTo(7);
    expect(conditions(cluster)).toEqual(["FailureTarget=True BackoffLimitExceeded"]);
  });
});
