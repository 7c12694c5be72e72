import { describe, expect, it } from "vitest";
import { TaintQueue } from "../../../src/control-plane/controllers/nodelifecycle/taint-queue.js";
import { perform, sleep, type Task } from "../../../src/control-plane/controllers/task.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";

function started(task: Task<void>): void {
  perform(task, (outcome) => {
    if (!outcome.ok) throw outcome.error;
  });
}

/** A queue, the nodes that had their turn, and a function that gives turns now. */
function queueOf(rate: number, isTainted: (node: string) => boolean = () => true) {
  const simulation = new Simulation({ seed: "taint-queue" });
  const queue = new TaintQueue(simulation, rate);
  const turns: string[] = [];
  const giveTurns = (): void => {
    started(
      queue.try(function* (node) {
        turns.push(node);
        return isTainted(node);
      }),
    );
  };
  return { simulation, queue, turns, giveTurns };
}

describe("the queue of nodes to be tainted", () => {
  it("gives each node one turn, until it is removed and added anew", () => {
    const { simulation, queue, turns, giveTurns } = queueOf(1);
    expect(queue.add("a")).toBe(true);
    expect(queue.add("a")).toBe(false);
    giveTurns();
    expect(queue.add("a")).toBe(false);
    expect(queue.isEmpty).toBe(true);
    expect(queue.remove("a")).toBe(true);
    expect(queue.add("a")).toBe(true);
    giveTurns();
    expect(turns).toEqual(["a"]);
    simulation.run(SECOND);
    giveTurns();
    expect(turns).toEqual(["a", "a"]);
  });

  it("lets a node that could not be tainted wait for another turn, behind those that came meanwhile", () => {
    const { simulation, queue, turns, giveTurns } = queueOf(1, (node) => node !== "a");
    queue.add("a");
    giveTurns();
    queue.add("b");
    for (const second of [1, 2]) {
      simulation.run(second * SECOND);
      giveTurns();
    }
    expect(turns).toEqual(["a", "a", "b"]);
  });

  it("lets nodes that are added anew wait behind those that are not", () => {
    const { queue, turns, giveTurns } = queueOf(1);
    for (const node of ["a", "b", "c"]) queue.add(node);
    queue.renew(
      (node) => node !== "c",
      (nodes) => [...nodes].reverse(),
    );
    giveTurns();
    expect(turns).toEqual(["c"]);
  });

  it("waits under a new rate where it has just used its turn under the old one", () => {
    const { queue, giveTurns } = queueOf(0.1);
    queue.add("a");
    queue.add("b");
    giveTurns();
    started(queue.setRate(0.01));
    expect(queue.nextTurn(0)).toBe(100 * SECOND);
    started(queue.setRate(0));
    expect(queue.nextTurn(0)).toBeUndefined();
  });

  it("changes its rate only when a node's turn is over", () => {
    const simulation = new Simulation({ seed: "taint-queue" });
    const queue = new TaintQueue(simulation, 0.1);
    queue.add("a");
    started(
      queue.try(function* () {
        yield* sleep(simulation, 2 * SECOND);
        return true;
      }),
    );
    started(queue.setRate(0));
    simulation.run(SECOND);
    expect(queue.nextTurn(SECOND)).toBe(10 * SECOND);
    simulation.run(3 * SECOND);
    expect(queue.nextTurn(3 * SECOND)).toBeUndefined();
  });
});
