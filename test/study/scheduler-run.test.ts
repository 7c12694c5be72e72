import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../src/scenario/mistake.js";
import { DEFAULT_SCHEDULER } from "../../src/study/scheduler-perf.js";
import { measureScheduler, type SchedulerRunOutcome } from "../../src/study/scheduler-run.js";

const FOLDER = mkdtempSync(join(tmpdir(), "kubewarp-schedulers-"));

function file(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

/** Twelve pods of one core and one GPU on three nodes of eight each: the default spreads them, MostAllocated fills one node after the other. */
const SCENARIO = file(
  "scenario.yaml",
  `
apiVersion: kubewarp.io/v1
kind: Scenario
metadata: {name: spread-or-pack}
duration: 1m
cluster:
  nodes: [{name: worker, count: 3, capacity: {cpu: 9, memory: 16Gi, nvidia.com/gpu: 8}}]
workloads:
  - name: work
    arrivals: {interarrival: {exponential: {mean: 1s}}, count: 12}
    template:
      apiVersion: v1
      kind: Pod
      spec:
        containers: [{name: main, image: "work:1.0", resources: {requests: {cpu: 1, memory: 1Gi}, limits: {nvidia.com/gpu: 1}}}]
`,
);

const PACK = file(
  "pack.yaml",
  `
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - schedulerName: default-scheduler
    plugins: {score: {disabled: [{name: NodeResourcesBalancedAllocation}, {name: PodTopologySpread}]}}
    pluginConfig:
      - name: NodeResourcesFit
        args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
`,
);

/** A clock that ticks a millisecond whenever it is read. */
function ticking(): () => number {
  let time = 0;
  return () => time++;
}

async function measured(scheduler: string, replication = 0): Promise<SchedulerRunOutcome> {
  return measureScheduler({ files: [SCENARIO], settings: {}, replication, scheduler }, ticking());
}

function figure({ figures }: SchedulerRunOutcome, name: string): number | undefined {
  return figures.find(({ metric }) => metric === name)?.value;
}

describe("measureScheduler", () => {
  it("tells spreading from packing", async () => {
    const [spread, pack] = [await measured(DEFAULT_SCHEDULER), await measured(PACK)];
    for (const outcome of [spread, pack]) {
      expect(figure(outcome, "pods_created")).toBe(12);
      expect(figure(outcome, "pods_never_scheduled")).toBe(0);
      expect(figure(outcome, "allocation_ratio_nvidia.com/gpu_end")).toBe(0.5);
      // Every pod wants one GPU: whatever is free is of use as long as the node has CPUs left.
      expect(figure(outcome, "fragmented_gpus_end")).toBe(0);
    }
    // 4, 4, 4 against 8, 4, 0 of 8 GPUs: standard deviations of 0 and of 1, 1/2, 0.
    expect(figure(spread, "imbalance_nvidia.com/gpu_end")).toBeCloseTo(0, 12);
    expect(figure(pack, "imbalance_nvidia.com/gpu_end")).toBeCloseTo(Math.sqrt(1 / 6), 12);
  });

  it("gives both the same arrivals in a replication, and other ones in another", async () => {
    const waits = async (scheduler: string, replication: number) => figure(await measured(scheduler, replication), "imbalance_cpu_mean");
    expect(await waits(PACK, 1)).toBe(await waits(PACK, 1));
    expect(await waits(PACK, 1)).not.toBe(await waits(PACK, 2));
  });

  it("times each plugin at each point without touching the outcome", async () => {
    const { times } = await measured(DEFAULT_SCHEDULER);
    expect(times.decisions).toBe(12);
    // One tick of the clock for each decision.
    expect(times.milliseconds).toBe(12);
    const filter = times.plugins.find(({ plugin, point }) => plugin === "NodeResourcesFit" && point === "Filter");
    // The first of the twelve cycles is timed: one call for each of the three nodes.
    expect(filter).toMatchObject({ calls: 3, milliseconds: 1 });
  });

  it("refuses a file without configuration", async () => {
    await expect(measured(file("none.yaml", "a: 1\n"))).rejects.toThrow(InvalidInput);
  });
});
