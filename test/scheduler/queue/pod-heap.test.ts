import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QueuedPodInfo } from "../../../src/scheduler/framework/queued-pod-info.js";
import { PodHeap } from "../../../src/scheduler/queue/pod-heap.js";

type Keyed = QueuedPodInfo & { readonly key: number };

let sequence = 0;
const pod = (key: number): Keyed => ({ key, heapIndex: -1, sequence: sequence++ }) as Keyed;
const before = (a: QueuedPodInfo, b: QueuedPodInfo): boolean =>
  (a as Keyed).key < (b as Keyed).key || ((a as Keyed).key === (b as Keyed).key && a.sequence < b.sequence);

describe("PodHeap", () => {
  it("gives pods in order and knows which it holds, whatever is pushed, popped and taken out", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ push: fc.nat(5) }) },
      { weight: 2, arbitrary: fc.constant({ pop: true }) },
      { weight: 1, arbitrary: fc.record({ remove: fc.nat(100) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new PodHeap(before);
        const model: Keyed[] = [];
        for (const one of steps) {
          if ("push" in one) {
            const added = pod(one.push);
            heap.push(added);
            model.push(added);
            model.sort((a, b) => (before(a, b) ? -1 : 1));
          } else if ("pop" in one) expect(heap.pop()).toBe(model.shift());
          else if (model.length > 0) {
            const [taken] = model.splice(one.remove % model.length, 1);
            heap.remove(taken);
            expect(heap.has(taken)).toBe(false);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.peek()).toBe(model[0]);
          expect(model.every((each) => heap.has(each))).toBe(true);
          expect(new Set(heap.list())).toEqual(new Set(model));
        }
      }),
    );
  });

  it("gives up the places of pods that left", () => {
    const heap = new PodHeap(before);
    const pods = Array.from({ length: 10_000 }, (_, key) => pod(key));
    for (const each of pods) heap.push(each);
    for (const each of pods) expect(heap.pop()).toBe(each);
    expect(heap.pop()).toBeUndefined();
  });
});
