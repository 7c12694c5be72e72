import { describe, expect, it } from "vitest";
import { ApiError, RetryLater, sleep, type Task } from "../../../src/control-plane/controllers/task.js";
import { WorkQueue } from "../../../src/control-plane/controllers/work-queue.js";
import { MILLISECOND, SECOND, Simulation } from "../../../src/engine/simulation.js";

/** A queue that notes when each key was worked on. */
function queueWith(
  sync: (key: string, simulation: Simulation) => Task<void>,
  workers = 1,
  maxRetries?: number,
): { simulation: Simulation; queue: WorkQueue; log: string[] } {
  const simulation = new Simulation({ seed: 1 });
  const log: string[] = [];
  const queue = new WorkQueue({
    simulation,
    workers,
    syncDuration: 0,
    ...(maxRetries !== undefined && { maxRetries }),
    *sync(key) {
      log.push(`${key}@${simulation.now / MILLISECOND}`);
      yield* sync(key, simulation);
    },
  });
  queue.start();
  return { simulation, queue, log };
}

function* takes10ms(_key: string, simulation: Simulation): Task<void> {
  yield* sleep(simulation, 10 * MILLISECOND);
}

function* fails(): Task<void> {
  yield* [];
  throw new RetryLater("not yet");
}

describe("a work queue", () => {
  it("works on a key once however often it was added, and again where it was added meanwhile", () => {
    const { simulation, queue, log } = queueWith(takes10ms);
    queue.add("a");
    queue.add("a");
    queue.add("b");
    simulation.after(5 * MILLISECOND, () => queue.add("a"));
    simulation.run();
    expect(log).toEqual(["a@0", "b@10", "a@20"]);
  });

  it("works on as many keys at a time as it has workers, never twice on one", () => {
    const { simulation, queue, log } = queueWith(takes10ms, 2);
    for (const key of ["a", "b", "c"]) queue.add(key);
    simulation.after(MILLISECOND, () => queue.add("a"));
    simulation.run();
    expect(log).toEqual(["a@0", "b@0", "c@10", "a@10"]);
  });

  it("takes the earliest of several delays of a key", () => {
    const { simulation, queue, log } = queueWith(takes10ms);
    queue.addAfter("a", 30 * MILLISECOND);
    queue.addAfter("a", 20 * MILLISECOND);
    queue.addAfter("a", 40 * MILLISECOND);
    simulation.run();
    expect(log).toEqual(["a@20"]);
  });

  it("tries a failing key again after 5 ms, doubling", () => {
    const { simulation, queue, log } = queueWith(fails);
    queue.add("a");
    simulation.run(SECOND);
    expect(log).toEqual(["a@0", "a@5", "a@15", "a@35", "a@75", "a@155", "a@315", "a@635"]);
  });

  it("gives a failing key up after its retries", () => {
    const { simulation, queue, log } = queueWith(fails, 1, 2);
    queue.add("a");
    simulation.run();
    expect(log).toEqual(["a@0", "a@5", "a@15"]);
  });

  it("retries ten keys a second in all, after a burst of a hundred", () => {
    const { simulation, queue, log } = queueWith(fails, 200, 1);
    for (let i = 0; i < 120; i++) queue.add(`k${i}`);
    simulation.run();
    const retries = log.slice(120).map((entry) => Number(entry.split("@")[1]));
    expect(retries.filter((time) => time === 5)).toHaveLength(100);
    expect(retries.at(-1)).toBe(2_000);
  });

  it("does nothing any more once stopped", () => {
    const { simulation, queue, log } = queueWith(takes10ms);
    queue.addAfter("a", 5 * MILLISECOND);
    queue.stop();
    queue.add("b");
    simulation.run();
    expect(log).toEqual([]);
  });

  it("lets programming errors through", () => {
    const { simulation, queue } = queueWith(function* () {
      yield* [];
      throw new TypeError("a bug");
    });
    queue.add("a");
    expect(() => simulation.run()).toThrow(TypeError);
    expect(new RetryLater("x")).toBeInstanceOf(ApiError);
  });
});
