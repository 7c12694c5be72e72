import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocationRatio, gpuFragmentation, imbalance, type TaskKind } from "../../src/study/placement-quality.js";

const load = (requested: number, allocatable: number) => ({ requested: [requested], allocatable: [allocatable] });

describe("allocationRatio", () => {
  it("weighs nodes by their size", () => {
    expect(allocationRatio([load(1, 2), load(0, 8)], 0)).toBe(0.1);
  });

  it("is 0 for a resource that no node has", () => {
    expect(allocationRatio([load(1, 2)], 5)).toBe(0);
  });
});

describe("imbalance", () => {
  it("is the standard deviation of utilisation over the nodes that have the resource", () => {
    // Utilisations 1/4 and 3/4: mean 1/2, each a quarter away.
    expect(imbalance([load(1, 4), load(6, 8), load(0, 0)], 0)).toBeCloseTo(0.25, 12);
  });

  it("is 0 where all nodes are equally full", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), fc.integer({ min: 0, max: 4 }), (sizes, quarters) => {
        expect(
          imbalance(
            sizes.map((size) => load((size * quarters) / 4, size)),
            0,
          ),
        ).toBeCloseTo(0, 6);
      }),
    );
  });
});

interface Machine {
  readonly gpus: number;
  readonly cpus: number;
}

/** A task of whole GPUs and CPUs. */
function task(count: number, gpus: number, cpus: number): TaskKind<Machine> {
  return { count, usesGpu: gpus > 0, fits: (machine) => machine.gpus >= gpus && machine.cpus >= cpus };
}

const freeGpus = ({ gpus }: Machine): number => gpus;

describe("gpuFragmentation", () => {
  it("counts, by the tasks' shares, the free GPUs of nodes where a task does not fit", () => {
    // Half of the tasks want one GPU and half two; on the node with one GPU only the first half fit: half a GPU is lost in expectation.
    expect(gpuFragmentation([{ gpus: 1, cpus: 8 }], [task(5, 1, 1), task(5, 2, 1)], freeGpus)).toEqual({ free: 1, fragmented: 0.5 });
  });

  it("counts all free GPUs of a node that lacks CPUs, and all for tasks without GPU", () => {
    expect(gpuFragmentation([{ gpus: 4, cpus: 1 }], [task(3, 1, 2)], freeGpus)).toEqual({ free: 4, fragmented: 4 });
    expect(gpuFragmentation([{ gpus: 4, cpus: 8 }], [task(1, 0, 1), task(3, 1, 2)], freeGpus)).toEqual({ free: 4, fragmented: 1 });
  });

  it("is never more than what is free, and nothing where every task fits", () => {
    const machines = fc.array(fc.record({ gpus: fc.integer({ min: 0, max: 8 }), cpus: fc.integer({ min: 0, max: 8 }) }));
    const tasks = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })));
    fc.assert(
      fc.property(machines, tasks, (nodes, kinds) => {
        const { free, fragmented } = gpuFragmentation(
          nodes,
          kinds.map((kind) => task(...kind)),
          freeGpus,
        );
        expect(fragmented).toBeGreaterThanOrEqual(0);
        expect(fragmented).toBeLessThanOrEqual(free + 1e-9);
        expect(gpuFragmentation(nodes, [task(1, 1, 0)], freeGpus).fragmented).toBe(0);
      }),
    );
  });
});
