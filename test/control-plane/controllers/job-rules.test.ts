import { describe, expect, it } from "vitest";
import type { ContainerStatus, Job, Pod } from "../../../src/api/types/index.js";
import { compareActivePods } from "../../../src/control-plane/controllers/job/active-pod-order.js";
import { podsForRemoval } from "../../../src/control-plane/controllers/job/active-pods.js";
import { finishTime, nextRecord, NO_FAILURES, remainingPause } from "../../../src/control-plane/controllers/job/backoff.js";
import { indexedPod } from "../../../src/control-plane/controllers/job/indexed-pod.js";
import { COMPLETION_INDEX, formatIndexes, parseIndexes } from "../../../src/control-plane/controllers/job/indexes.js";
import { earlySuccessOf } from "../../../src/control-plane/controllers/job/job-outcome.js";
import { judgeFailure } from "../../../src/control-plane/controllers/job/pod-failure-policy.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { job } from "./job-cluster.js";

function ended(name: string, exitCode: number, finishedAt?: number): ContainerStatus {
  const terminated = { exitCode, ...(finishedAt !== undefined && { finishedAt }) };
  return { name, image: "", imageID: "", ready: false, restartCount: 0, state: { terminated } };
}

function pod(name: string, metadata: Partial<Pod["metadata"]> = {}, status: Pod["status"] = {}, nodeName?: string): Pod {
  const spec = { containers: [], ...(nodeName !== undefined && { nodeName }) };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", ...metadata }, spec, status };
}

function endedPod(finishedAt: number): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [] },
    status: {
      containerStatuses: [
        { name: "c", image: "", imageID: "", ready: false, restartCount: 0, state: { terminated: { exitCode: 1, finishedAt } } },
      ],
    },
  };
}

describe("completion indexes", () => {
  it("are written as ranges and read back", () => {
    expect(formatIndexes(new Set([7, 1, 3, 4, 5, 9, 10]))).toBe("1,3-5,7,9,10");
    expect(parseIndexes("1,3-5,7,9,10", 10)).toEqual(new Set([1, 3, 4, 5, 7, 9]));
  });
});

describe("the pause after failures", () => {
  it("doubles from 10 s to 10 minutes and ends with a success", () => {
    const three = nextRecord(NO_FAILURES, [], [endedPod(5 * SECOND), endedPod(4 * SECOND), endedPod(5 * SECOND)]);
    expect(remainingPause(three, 6 * SECOND)).toBe(39 * SECOND);
    expect(remainingPause({ failures: 20, lastFailure: 0 }, 0)).toBe(600 * SECOND);
    expect(nextRecord(three, [endedPod(9 * SECOND)], [])).toEqual(NO_FAILURES);
    expect(nextRecord(three, [endedPod(9 * SECOND)], [endedPod(10 * SECOND)])).toEqual({
      failures: 1,
      lastFailure: 10 * SECOND,
    });
  });
});

describe("the end of a pod", () => {
  const metadata = { creationTimestamp: 1 * SECOND, deletionTimestamp: 40 * SECOND, deletionGracePeriodSeconds: 30 };
  const unready = { type: "Ready", status: "False", lastTransitionTime: 7 * SECOND } as const;

  it("is that of its last container, where all have ended", () => {
    const containerStatuses = [ended("a", 0, 3 * SECOND), ended("b", 1, 5 * SECOND)];
    expect(finishTime(pod("p", metadata, { containerStatuses, conditions: [unready] }))).toBe(5 * SECOND);
    const running = { ...ended("c", 0), state: { running: {} } };
    expect(finishTime(pod("p", metadata, { containerStatuses: [...containerStatuses, running], conditions: [unready] }))).toBe(7 * SECOND);
  });

  it("is else when it was deleted, before its grace, or when it was created", () => {
    expect(finishTime(pod("p", metadata))).toBe(10 * SECOND);
    expect(finishTime(pod("p", { creationTimestamp: 1 * SECOND }))).toBe(1 * SECOND);
  });
});

describe("a pod failure policy", () => {
  const judged = (rules: NonNullable<Job["spec"]["podFailurePolicy"]>["rules"], status: Pod["status"]) =>
    judgeFailure(job({ podFailurePolicy: { rules } }), pod("p", {}, status));

  it("asks containers before init containers, and conditions in the pod's order", () => {
    const onExitCodes = { operator: "NotIn", values: [9] } as const;
    const statuses = { containerStatuses: [ended("main", 2)], initContainerStatuses: [ended("init", 1)] };
    expect(judged([{ action: "FailJob", onExitCodes }], statuses).message).toBe(
      "Container main for pod default/p failed with exit code 2 matching FailJob rule at index 0",
    );
    const onPodConditions = [{ type: "B" }, { type: "A" }];
    const conditions = [
      { type: "A", status: "True" },
      { type: "B", status: "True" },
    ] as const;
    expect(judged([{ action: "FailJob", onPodConditions }], { conditions }).message).toBe(
      "Pod default/p has condition A matching FailJob rule at index 0",
    );
  });

  it("takes no success for a failure, and counts what no rule names", () => {
    const onExitCodes = { operator: "NotIn", values: [1] } as const;
    expect(judged([{ action: "Ignore", onExitCodes }], { containerStatuses: [ended("a", 0), ended("b", 1)] }).action).toBe("Count");
    expect(judged([{ action: "Ignore", onExitCodes }], { containerStatuses: [ended("a", 0), ended("b", 5)] }).action).toBe("Ignore");
  });
});

describe("a success policy", () => {
  const succeeds = (rule: { succeededIndexes?: string; succeededCount?: number }, ...succeeded: number[]): boolean =>
    earlySuccessOf(job({ completionMode: "Indexed", completions: 6, successPolicy: { rules: [rule] } }), new Set(succeeded)) !== undefined;

  it("wants so many indexes, these indexes, or so many of these", () => {
    expect([succeeds({ succeededCount: 2 }, 5), succeeds({ succeededCount: 2 }, 0, 5)]).toEqual([false, true]);
    expect([succeeds({ succeededIndexes: "1-3" }, 1, 2), succeeds({ succeededIndexes: "1-3" }, 1, 2, 3)]).toEqual([false, true]);
    const some = { succeededIndexes: "1-3", succeededCount: 2 };
    expect([succeeds(some, 0, 1), succeeds(some, 1, 3)]).toEqual([false, true]);
  });

  it("is not met by indexes that are all beyond the completions", () => {
    expect(succeeds({ succeededIndexes: "8-9" }, 1)).toBe(false);
    expect(
      earlySuccessOf(job({ completions: 6, successPolicy: { rules: [{ succeededIndexes: "8" }, { succeededCount: 1 }] } }), new Set([0])),
    ).toEqual({
      type: "Complete",
      reason: "SuccessPolicy",
      message: "Matched rules at index 1",
    });
  });
});

describe("pods that a Job deletes first", () => {
  const ready = (since: number): Pod["status"] => ({
    phase: "Running",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: since * SECOND }],
  });
  const restarted = { ...ended("a", 0), restartCount: 2 };
  const order = [
    pod("unassigned", { creationTimestamp: 0 }),
    pod("pending", { creationTimestamp: 0 }, { phase: "Pending" }, "n"),
    pod("unready-restarted", { creationTimestamp: 0 }, { phase: "Running", containerStatuses: [restarted] }, "n"),
    pod("unready-young", { creationTimestamp: 9 }, { phase: "Running" }, "n"),
    pod("unready-old", { creationTimestamp: 1 }, { phase: "Running" }, "n"),
    pod("ready-late", { creationTimestamp: 0 }, ready(101), "m"),
    pod("ready-early", { creationTimestamp: 5, annotations: { "controller.kubernetes.io/pod-deletion-cost": "-1" } }, ready(100), "n"),
  ];
  const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name);

  it("have come least far; deletion costs, crowded nodes and orders of magnitude do not count", () => {
    expect(names(order.toReversed().sort(compareActivePods))).toEqual(names(order));
    expect(names(podsForRemoval(job({ completions: 7 }), order.toReversed(), 2))).toEqual(["unassigned", "pending"]);
  });

  it("have no valid index, or one that a better pod has", () => {
    const indexed = (name: string, index: string | undefined, status: Pod["status"]): Pod =>
      pod(name, index === undefined ? {} : { annotations: { [COMPLETION_INDEX]: index } }, status, "n");
    const pods = [
      indexed("first", "0", { phase: "Pending" }),
      indexed("second", "0", ready(1)),
      indexed("none", undefined, ready(1)),
      indexed("beyond", "3", ready(1)),
      indexed("one", "1", { phase: "Pending" }),
    ];
    const work = job({ completionMode: "Indexed", completions: 3, parallelism: 3 });
    expect(names(podsForRemoval(work, pods, 0)).toSorted()).toEqual(["beyond", "first", "none"]);
    expect(names(podsForRemoval(work, pods, 4)).at(-1)).toBe("one");
  });
});

describe("a pod of an index", () => {
  it("keeps its index in its name, however long the Job's is", () => {
    const work = { ...job({ completionMode: "Indexed" }), metadata: { name: "x".repeat(60), namespace: "default" } };
    const { generateName = "" } = indexedPod(pod(""), work, 12, undefined).metadata;
    expect(generateName).toBe(`${"x".repeat(54)}-12-`);
  });
});
