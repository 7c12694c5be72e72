import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SimTime } from "../../src/engine/simulation.js";
import { prepare, simulate } from "../../src/study/simulate.js";

const FOLDER = mkdtempSync(join(tmpdir(), "kubewarp-trace-"));
const PODS = 40;

/** A trace in which each pod asks for millicores of its own. */
writeFileSync(
  join(FOLDER, "pods.csv"),
  [
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time",
    ...Array.from({ length: PODS }, (_, i) => `pod-${i},${i + 1},1,0,0,,LS,Running,${i},${i + 1},${i}`),
  ].join("\n"),
);

function scenario(trace: string): string {
  const file = join(FOLDER, "scenario.yaml");
  writeFileSync(
    file,
    `apiVersion: kubewarp.io/v1\nkind: Scenario\nduration: 2m\ncluster: {nodes: [{name: worker, capacity: {cpu: 8, memory: 16Gi}}]}\nworkloads: [{name: t, trace: {format: openb, pods: pods.csv, end: never${trace}}}]\n`,
  );
  return file;
}

interface Arrived {
  readonly name: string;
  readonly created: SimTime;
  readonly cpu: string;
}

async function pods(trace: string, replication: number): Promise<Arrived[]> {
  const { cluster } = await simulate(await prepare({ files: [scenario(trace)], settings: {} }), { replication });
  return [...cluster.view.list("Pod", "default")].map(({ metadata, spec }) => ({
    name: metadata.name,
    created: metadata.creationTimestamp ?? 0,
    cpu: String(spec.containers[0].resources?.requests?.["cpu"]),
  }));
}

describe("a trace whose pods stay", () => {
  it("keeps all pods to the end, each with its own requests", async () => {
    const arrived = await pods("", 0);
    expect(arrived.map(({ name, cpu }) => `${name} ${cpu}`).sort()).toEqual(
      Array.from({ length: PODS }, (_, i) => `pod-${i} ${i + 1}m`).sort(),
    );
  });

  it("resampled, draws with replacement: other pods in each replication, at the trace's times and under its names", async () => {
    const [own, first, again, second] = [
      await pods("", 0),
      await pods(", resample: true", 0),
      await pods(", resample: true", 0),
      await pods(", resample: true", 1),
    ];
    expect(first).toEqual(again);
    expect(first.map(({ cpu }) => cpu)).not.toEqual(second.map(({ cpu }) => cpu));
    expect(first.map(({ name, created }) => [name, created])).toEqual(own.map(({ name, created }) => [name, created]));
    // 40 draws from 40 with replacement give some pod twice but for a chance of 40!/40^40.
    expect(new Set(first.map(({ cpu }) => cpu)).size).toBeLessThan(PODS);
  });
});
