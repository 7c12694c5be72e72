import { describe, expect, it } from "vitest";
import { MILLISECOND, MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { ADD, DELETE, type EventRegistration, UPDATE_POD_TOLERATION } from "../../../src/scheduler/framework/events.js";
import { PodInfo } from "../../../src/scheduler/framework/pod-info.js";
import { PodShapes } from "../../../src/scheduler/framework/pod-shape.js";
import { ResourceIndex } from "../../../src/scheduler/framework/resources.js";
import { unresolvable } from "../../../src/scheduler/framework/status.js";
import { PrioritySort } from "../../../src/scheduler/plugins/priority-sort.js";
import { SchedulingQueue } from "../../../src/scheduler/queue/scheduling-queue.js";
import { node, pod } from "../support/objects.js";

const NODE_ADD = { resource: "Node", actions: ADD, label: "NodeAdd" } as const;
const POD_DELETE = { resource: "AssignedPod", actions: DELETE, label: "AssignedPodDelete" } as const;
const FIT = new Set(["NodeResourcesFit"]);

/** A queue with a clock to set; plugins hear of new nodes, and of nothing else. */
function start(
  registrations: readonly EventRegistration[] = [{ resource: "Node", actions: ADD }],
  { pastSecond = 0, ...options }: { readonly pastSecond?: number; readonly popFromBackoffQ?: boolean } = {},
) {
  const clock = { now: 1_700_000_000 * SECOND + pastSecond };
  const shapes = new PodShapes(new ResourceIndex());
  const kept = new Set<string>();
  const queue = new SchedulingQueue({
    now: () => clock.now,
    sort: new PrioritySort(),
    preEnqueue: ({ pod: { metadata } }) => (kept.has(metadata.name) ? unresolvable("Keeper", "kept out") : undefined),
    registrations: () => registrations,
    ...options,
  });
  const info = (name: string, priority = 0): PodInfo => {
    const object = pod(name, {}, { priority });
    return new PodInfo(object, shapes.shapeOf(object));
  };
  /** Pops the pod and gives it back as rejected, or failed where no plugin is named. */
  const fail = (plugins: ReadonlySet<string> = FIT): void => queue.addUnschedulable(queue.pop()!, plugins);
  return { clock, queue, info, fail, kept };
}

describe("SchedulingQueue", () => {
  it("gives the most important pod first, and of equals the one that came first", () => {
    const { queue, info } = start();
    for (const [name, priority] of [
      ["a", 0],
      ["b", 5],
      ["c", 5],
      ["d", 0],
    ] as const)
      queue.add(info(name, priority));
    expect([1, 2, 3, 4].map(() => queue.pop()?.podInfo.pod.metadata.name)).toEqual(["b", "c", "a", "d"]);
  });

  it("wakes a rejected pod for an event that its plugin registered, and for no other", () => {
    const { queue, info, fail } = start();
    queue.add(info("a"));
    fail();
    queue.moveAllToActiveOrBackoff(POD_DELETE, pod("gone"), undefined);
    expect(queue.unschedulableCount).toBe(1);
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    expect(queue.unschedulableCount).toBe(0);
  });

  it("tries a pod at once when what a pending plugin waited for happens, though it backs off still", () => {
    const { queue, info } = start();
    queue.add(info("a"));
    queue.addUnschedulable(queue.pop()!, FIT, FIT);
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    expect([queue.activeCount, queue.backoffCount]).toEqual([1, 0]);
  });

  it("lets a pod back off where the event helps with another plugin than the pending one", () => {
    const { queue, info } = start();
    queue.add(info("a"));
    queue.addUnschedulable(queue.pop()!, new Set(["Other", ...FIT]), new Set(["Absent"]));
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    expect([queue.activeCount, queue.backoffCount]).toEqual([0, 1]);
  });

  it("does not lose an event that happens during the attempt", () => {
    const { queue, info } = start();
    queue.add(info("a"));
    const popped = queue.pop()!;
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    queue.addUnschedulable(popped, FIT);
    expect([queue.unschedulableCount, queue.backoffCount]).toEqual([0, 1]);
  });

  it("does not lose a change of the pod itself that comes during its attempt", () => {
    const { queue, info } = start([{ resource: "UnscheduledPod", actions: UPDATE_POD_TOLERATION }]);
    const before = info("a");
    queue.add(before);
    const popped = queue.pop()!;
    const tolerant = { ...before.pod, spec: { ...before.pod.spec, tolerations: [{ operator: "Exists" as const }] } };
    queue.update(new PodInfo(tolerant, before.shape));
    queue.addUnschedulable(popped, new Set(["TaintToleration"]));
    expect([queue.unschedulableCount, queue.backoffCount]).toEqual([0, 1]);
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 10],
    [9, 10],
  ])("after rejection %i backs off for %i s, rounded as kube-scheduler does", (rejections, seconds) => {
    const { clock, queue, info, fail } = start();
    queue.add(info("a"));
    clock.now += 300 * MILLISECOND;
    for (let i = 0; i < rejections; i++) {
      fail();
      if (i < rejections - 1) queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    }
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    // From the time of failure, cut to whole seconds; over when that second has passed.
    clock.now += seconds * SECOND;
    queue.flushBackoff();
    expect(queue.backoffCount).toBe(1);
    clock.now += 700 * MILLISECOND;
    queue.flushBackoff();
    expect(queue.activeCount).toBe(1);
  });

  it("without popping from the back-off queue, waits for the very end of the back-off and then for the next whole second since its start", () => {
    const { clock, queue, info, fail } = start(undefined, { popFromBackoffQ: false });
    const began = clock.now;
    queue.add(info("a"));
    const failAt = (milliseconds: number): void => {
      clock.now = began + milliseconds * MILLISECOND;
      queue.flushBackoff();
      fail();
      queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    };
    const wait = (): number => ((queue.nextFlush() ?? 0) - clock.now) / MILLISECOND;
    // A back-off of 1 s from 0.2 s on, of 2 s from 2.001 s on, and of 4 s that ends as pods are looked for.
    failAt(200);
    expect(wait()).toBe(1800);
    failAt(2001);
    expect(wait()).toBe(2999);
    failAt(5000);
    expect(wait()).toBe(5000);
    clock.now = began + 9999 * MILLISECOND;
    expect(queue.pop()).toBeUndefined();
    clock.now = began + 10000 * MILLISECOND;
    expect(queue.pop()?.podInfo.pod.metadata.name).toBe("a");
  });

  it("with popping from the back-off queue, looks for pods at whole seconds of the clock, whenever it was started", () => {
    const { clock, queue, info, fail } = start(undefined, { pastSecond: 300 * MILLISECOND });
    const second = clock.now - 300 * MILLISECOND;
    queue.add(info("a"));
    fail(new Set());
    // The back-off ends in the second after this one, and with it.
    expect(queue.nextFlush()).toBe(second + 2 * SECOND);
    clock.now = second + 2 * SECOND - 1;
    expect(queue.pop()).toBeUndefined();
    clock.now++;
    expect(queue.pop()?.podInfo.pod.metadata.name).toBe("a");
  });

  it("takes a pod that backs off early where nothing else is to be tried, but not one that met an error", () => {
    const { queue, info, fail } = start();
    queue.add(info("a"));
    fail();
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    queue.add(info("b"));
    expect(queue.pop()?.podInfo.pod.metadata.name).toBe("b");
    expect(queue.pop()?.podInfo.pod.metadata.name).toBe("a");
    queue.add(info("c"));
    fail(new Set());
    expect(queue.backoffCount).toBe(1);
    expect(queue.pop()).toBeUndefined();
  });

  it("tries a pod that no event woke after five minutes, looked for every thirty seconds", () => {
    const { clock, queue, info, fail } = start();
    clock.now += 10 * SECOND;
    queue.add(info("a"));
    fail();
    const began = clock.now - 10 * SECOND;
    expect(queue.nextFlush()).toBe(began + 5 * MINUTE + 30 * SECOND);
    clock.now = began + 5 * MINUTE;
    queue.flushUnschedulable();
    expect(queue.activeCount).toBe(0);
    clock.now += 30 * SECOND;
    queue.flushUnschedulable();
    expect(queue.activeCount).toBe(1);
  });

  it("asks PreEnqueue before a pod backs off, and lets only the events of the plugin that keeps it out wake it", () => {
    const { queue, info, fail, kept } = start();
    queue.add(info("a"));
    fail();
    kept.add("a");
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    expect([queue.gatedCount, queue.backoffCount]).toEqual([1, 0]);
    kept.clear();
    queue.moveAllToActiveOrBackoff(POD_DELETE, pod("gone"), undefined);
    expect(queue.gatedCount).toBe(1);
    queue.moveAllToActiveOrBackoff(NODE_ADD, undefined, node("n"));
    expect([queue.gatedCount, queue.backoffCount]).toEqual([0, 1]);
  });

  it("activates a pod wherever it is, and one that is being tried once it has failed", () => {
    const { queue, info, fail } = start([]);
    const a = info("a");
    queue.add(a);
    fail();
    queue.activate(a.uid);
    expect(queue.activeCount).toBe(1);
    const popped = queue.pop()!;
    queue.activate(a.uid);
    queue.addUnschedulable(popped, FIT);
    expect([queue.unschedulableCount, queue.backoffCount]).toEqual([0, 1]);
  });

  it("forgets a pod that was deleted during its attempt", () => {
    const { queue, info } = start();
    queue.add(info("a"));
    const popped = queue.pop()!;
    queue.delete(popped.podInfo.uid);
    queue.addUnschedulable(popped, FIT);
    expect(queue.unschedulableCount + queue.backoffCount + queue.activeCount).toBe(0);
  });
});
