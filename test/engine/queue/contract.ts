/** What every event queue must do: one suite for all implementations. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventId, type EventQueue, NONE } from "../../../src/engine/queue/event-queue.js";
import { NaiveEventQueue } from "./naive-queue.js";

const FOREVER = Number.POSITIVE_INFINITY;
const LATEST = Number.MAX_SAFE_INTEGER;

function push(queue: EventQueue, time: number, argument = 0, handler = 1): EventId {
  return queue.idOf(queue.push(time - queue.now, handler, argument));
}

/** Pops all that is due and returns the arguments. */
function drain(queue: EventQueue, limit = FOREVER): number[] {
  const popped: number[] = [];
  while (queue.pop(limit) !== NONE) popped.push(queue.argument);
  return popped;
}

/** Uniform integers below 2^32 without an own stream: Marsaglia's xorshift32 (2003). */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** One step of a random interleaving; `delay` counts from the earliest time that an event may still have. */
type Step =
  | { readonly push: number; readonly times: number }
  | { readonly pop: number }
  | { readonly popUntil: number }
  | { readonly cancel: number }
  | { readonly cancelMany: number };

const delays = fc.oneof(
  { weight: 4, arbitrary: fc.nat(3) },
  { weight: 4, arbitrary: fc.nat(600) },
  { weight: 3, arbitrary: fc.nat(100_000) },
  { weight: 2, arbitrary: fc.constantFrom(255, 256, 257, 65_535, 65_536, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 45 }) },
);

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ push: delays, times: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ push: delays, times: fc.nat(150) }) },
  { weight: 4, arbitrary: fc.record({ pop: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ pop: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ popUntil: delays }) },
  { weight: 2, arbitrary: fc.record({ cancel: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ cancelMany: fc.nat(300) }) },
);

/** Runs the steps on the queue and on the plain model side by side. */
function compare(queue: EventQueue, start: number, script: readonly Step[], spread: (i: number) => number): void {
  const model = new NaiveEventQueue();
  const ids: [EventId, EventId][] = [];
  let earliest = start;
  let argument = 0;

  const popBoth = (limit: number): boolean => {
    const expected = model.pop(limit);
    const popped = queue.pop(limit);
    if ((popped === NONE) !== (expected === NONE)) expect(popped).toBe(expected);
    if (popped === NONE) return false;
    if (queue.now !== model.time || queue.handler !== model.handler || queue.argument !== model.argument)
      expect([queue.now, queue.handler, queue.argument]).toEqual([model.time, model.handler, model.argument]);
    earliest = queue.now;
    return true;
  };

  for (const step of script) {
    if ("push" in step) {
      for (let i = 0; i <= step.times; i++) {
        const time = Math.min(earliest + spread(i) * step.push, LATEST);
        argument++;
        ids.push([push(queue, time, argument, argument % 7), model.push(time, argument % 7, argument)]);
      }
    } else if ("pop" in step) {
      for (let i = 0; i < step.pop && popBoth(FOREVER); i++);
    } else if ("popUntil" in step) {
      const limit = Math.min(earliest + step.popUntil, LATEST);
      while (popBoth(limit));
      earliest = limit;
    } else {
      const count = "cancel" in step ? 1 : step.cancelMany;
      const first = "cancel" in step ? step.cancel : 0;
      for (let i = 0; i < Math.min(count, ids.length); i++) {
        const [id, modelId] = ids[(first + i * 7) % ids.length];
        if ((queue.cancel(id) === NONE) !== (model.cancel(modelId) === NONE)) expect.fail(`event ${id} is not alike in queue and model`);
      }
    }
    expect(queue.size).toBe(model.size);
    expect(queue.held).toBeLessThanOrEqual(2 * queue.size + 64);
  }
  while (popBoth(FOREVER));
  expect(queue.size).toBe(0);
}

export function describeEventQueue(name: string, create: () => EventQueue): void {
  describe(name, () => {
    it("is empty at first", () => {
      const queue = create();
      expect(queue.size).toBe(0);
      expect(queue.pop(FOREVER)).toBe(NONE);
    });

    it("shows time, handler and argument of what it pops", () => {
      const queue = create();
      const slot = queue.push(2 ** 40 + 3, 2 ** 30, -1.5);
      expect(queue.pop(FOREVER)).toBe(slot);
      expect([queue.now, queue.handler, queue.argument]).toEqual([2 ** 40 + 3, 2 ** 30, -1.5]);
    });

    it("pops in the order of times up to 2^53 - 1, whatever the order of insertion", () => {
      const queue = create();
      const times = [LATEST, 0, 2 ** 32, 2 ** 32 - 1, 1, 255, 256, 2 ** 31, 2 ** 31 - 1, 2 ** 52, LATEST - 1, 65_536, 2 ** 40];
      for (const time of times) push(queue, time, time);
      expect(drain(queue)).toEqual(times.sort((a, b) => a - b));
    });

    it.each([10, 100, 5_000])("keeps the order of insertion among %d events of one time, mixed with others", (count) => {
      const queue = create();
      for (let i = 0; i < count; i++) {
        push(queue, 70_000, i);
        push(queue, 90_000 + ((i * 7919) % count), -1);
      }
      expect(drain(queue, 70_000)).toEqual(Array.from({ length: count }, (_, i) => i));
    });

    it("keeps that order when events come at the very time that is being popped", () => {
      const queue = create();
      for (let i = 0; i < 200; i++) push(queue, 1_000, i);
      const seen: number[] = [];
      while (queue.pop(FOREVER) !== NONE) {
        seen.push(queue.argument);
        if (queue.argument < 200) push(queue, 1_000, queue.argument + 200);
      }
      expect(seen).toEqual(Array.from({ length: 400 }, (_, i) => i));
    });

    it("pops nothing that is later than the limit, and takes earlier events after such a pop", () => {
      const queue = create();
      push(queue, 1_000_000, 3);
      expect(queue.pop(999_999)).toBe(NONE);
      push(queue, 999_999, 1);
      push(queue, 999_999, 2);
      push(queue, 1_000_000, 4);
      expect(drain(queue, 999_999)).toEqual([1, 2]);
      expect(drain(queue)).toEqual([3, 4]);
    });

    it("cancels a pending event once", () => {
      const queue = create();
      const slot = queue.push(5, 1, 1);
      const id = queue.idOf(slot);
      push(queue, 6, 2);
      expect(queue.cancel(id)).toBe(slot);
      expect(queue.cancel(id)).toBe(NONE);
      expect(queue.size).toBe(1);
      expect(drain(queue)).toEqual([2]);
    });

    it("never takes an old id for a new event", () => {
      const queue = create();
      const old = [push(queue, 1), push(queue, 2)];
      queue.cancel(old[1]);
      drain(queue);
      for (let i = 0; i < 100; i++) {
        const id = push(queue, 3 + i);
        expect(old).not.toContain(id);
        for (const other of old) expect(queue.cancel(other)).toBe(NONE);
        old.push(id);
        if (i % 2 === 0) queue.cancel(id);
        drain(queue);
      }
    });

    it.each([0, -1, 0.5, Number.NaN, LATEST])("cancels nothing for %d, which is no id", (id) => {
      const queue = create();
      push(queue, 1, 1);
      expect(queue.cancel(id)).toBe(NONE);
      expect(drain(queue)).toEqual([1]);
    });

    it("goes back to early times when all that is left was cancelled", () => {
      const queue = create();
      push(queue, 10, 1);
      const far = Array.from({ length: 100 }, (_, i) => push(queue, 2 ** 40 + ((i * 37) % 100)));
      drain(queue, 10);
      for (const id of far) queue.cancel(id);
      expect(queue.pop(FOREVER)).toBe(NONE);
      const times = Array.from({ length: 100 }, (_, i) => [200 - i, 2 ** 40 + 50 + i, 2 ** 40 - i]).flat();
      for (const time of times) push(queue, time, time);
      expect(drain(queue)).toEqual(times.sort((a, b) => a - b));
    });

    it("holds no more than twice the pending events when timeouts are set and cancelled for ever", () => {
      const queue = create();
      let slots = 0;
      let held = 0;
      for (let now = 0; now < 50_000; now++) {
        const slot = queue.push(30_000_000, 1, 0);
        push(queue, now, 1);
        queue.pop(now);
        queue.cancel(queue.idOf(slot));
        slots = Math.max(slots, slot);
        held = Math.max(held, queue.held);
      }
      expect(held).toBeLessThan(100);
      expect(slots).toBeLessThan(200);
    });

    it("agrees with the plain model on 20,000 events in the pattern of a simulation", () => {
      const random = xorshift(12345);
      const queue = create();
      const model = new NaiveEventQueue();
      for (let i = 0; i < 300; i++) {
        const time = random() % 1_000_000;
        push(queue, time, i);
        model.push(time, 1, i);
      }
      for (let i = 0; i < 20_000; i++) {
        queue.pop(FOREVER);
        model.pop(FOREVER);
        if (queue.argument !== model.argument) expect(queue.argument).toBe(model.argument);
        const time = queue.now + (random() % (random() % 3 === 0 ? 10 : 1_000_000));
        push(queue, time, 300 + i);
        model.push(time, 1, 300 + i);
      }
    });

    it("agrees with the plain model on random interleavings", () => {
      const starts = fc.constantFrom(0, 1, 200, 2 ** 32 - 50, 2 ** 40, LATEST - 2 ** 20, LATEST - 300);
      const spreads = fc.constantFrom<(i: number) => number>(
        () => 1,
        (i) => i,
        (i) => (i * 37) % 101,
        (i) => 150 - (i % 150),
      );
      fc.assert(
        fc.property(starts, fc.array(steps, { maxLength: 60, size: "max" }), spreads, (start, script, spread) => {
          compare(create(), start, script, spread);
        }),
        { numRuns: 300 },
      );
    });
  });
}
