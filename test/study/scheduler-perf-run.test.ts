import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { constant } from "../../src/engine/distribution.js";
import { MILLISECOND, MINUTE, SECOND } from "../../src/engine/simulation.js";
import { readPerformanceConfig } from "../../src/scenario/importers/scheduler-perf/performance-config.js";
import { InvalidInput } from "../../src/scenario/mistake.js";
import { SchedulerPerfRun, WorkloadFailed } from "../../src/study/scheduler-perf-run.js";

const POD =
  "{apiVersion: v1, kind: Pod, metadata: {generateName: pod-, labels: {app: x}}, spec: {containers: [{name: c, image: pause, resources: {requests: {cpu: 100m}}}]}}\n";

function config(
  operations: string,
  more: Readonly<Record<string, string>> = {},
  params = "{size: 4}",
  defaults = "  defaultPodTemplatePath: templates/pod.yaml\n",
): string {
  const folder = mkdtempSync(join(tmpdir(), "kubewarp-perf-"));
  mkdirSync(join(folder, "templates"));
  for (const [name, text] of Object.entries({ "pod.yaml": POD, ...more })) writeFileSync(join(folder, "templates", name), text);
  const file = join(folder, "performance-config.yaml");
  const template = operations.trim().replaceAll(/^/gm, "    ");
  writeFileSync(
    file,
    `- name: Case\n${defaults}  workloadTemplate:\n${template}\n  workloads:\n    - name: w\n      threshold: 100\n      params: ${params}\n`,
  );
  return file;
}

function runOf(operations: string, more: Readonly<Record<string, string>> = {}, params?: string): SchedulerPerfRun {
  const [workload] = readPerformanceConfig(config(operations, more, params));
  return new SchedulerPerfRun(workload.operations(), { seed: 1, epoch: 0, attemptDuration: constant(10 * MILLISECOND) });
}

function mistakes(operations: string, more: Readonly<Record<string, string>> = {}): string {
  try {
    readPerformanceConfig(config(operations, more))[0].operations();
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
  return "";
}

const list = (run: SchedulerPerfRun, namespace: string) => [...run.cluster.apiServer.objects.list("Pod", namespace)];

describe("SchedulerPerfRun", () => {
  it("places the pods and reports the throughput that the duration of a cycle allows", () => {
    const outcome = runOf(
      "- {opcode: createNodes, countParam: $size}\n- {opcode: createPods, count: 100}\n- {opcode: createPods, count: 60}\n",
    ).run();
    expect(outcome).toMatchObject({ nodes: 4, podsCreated: 160, podsScheduled: 160, collected: [] });
    const measured = runOf("- {opcode: createNodes, count: 20}\n- {opcode: createPods, count: 500, collectMetrics: true}\n").run();
    // One pod each 10 ms: 100 in every full second; the last sample is of what is left.
    const [{ throughput }] = measured.collected;
    expect(throughput).toMatchObject({ Perc50: 100, Perc99: 100 });
    expect(throughput?.Average).toBeLessThanOrEqual(100);
    expect(measured.duration).toBeLessThan(8 * SECOND);
  });

  it("labels nodes in turn or each by itself, and makes them from a template with its index", () => {
    const node =
      "{apiVersion: v1, kind: Node, metadata: {name: 'n{{.Index}}-{{.Size}}'}, status: {allocatable: {cpu: '1', memory: 1Gi, pods: '5'}}}\n";
    const run = runOf(
      "- {opcode: createNodes, count: 3, labelNodePrepareStrategy: {labelKey: zone, labelValues: [a, b]}}\n" +
        "- {opcode: createNodes, count: 2, nodeTemplatePath: templates/node.yaml, templateParams: {Size: $size}, uniqueNodeLabelStrategy: {labelKey: own}}\n",
      { "node.yaml": node },
    );
    run.run();
    const nodes = [...run.cluster.apiServer.objects.list("Node")].map(({ metadata }) => [
      metadata.name,
      metadata.labels?.["zone"],
      metadata.labels?.["own"],
    ]);
    expect(nodes).toEqual(
      expect.arrayContaining([
        ["n0-4", undefined, "n0-4"],
        ["n1-4", undefined, "n1-4"],
      ]),
    );
    expect(
      nodes
        .map(([, zone]) => zone)
        .filter((zone) => zone !== undefined)
        .sort(),
    ).toEqual(["a", "a", "b"]);
  });

  it("creates pods in a set of namespaces, deletes those of one, and leaves the others", () => {
    const run = runOf(
      "- {opcode: createNodes, count: 2}\n" +
        "- {opcode: createPodSets, count: 2, namespacePrefix: set, createPodsOp: {opcode: createPods, count: 5}}\n" +
        "- {opcode: deletePods, namespace: set-0, labelSelector: {app: x}, deletePodsPerSecond: 2}\n",
    );
    const { duration } = run.run();
    expect(list(run, "set-0")).toHaveLength(0);
    expect(list(run, "set-1")).toHaveLength(5);
    expect(duration).toBeGreaterThan(2 * SECOND);
  });

  it("calls namespaces by the operation's number, takes gated pods as tried, and has a pod of its own where no template is named", () => {
    const gated = POD.replace("spec: {", "spec: {schedulingGates: [{name: example.com/wait}], ");
    const operations =
      "- {opcode: createNodes, count: 1}\n" +
      "- {opcode: createPods, count: 2, podTemplatePath: templates/gated.yaml, skipWaitToCompletion: true}\n" +
      "- {opcode: barrier, stageRequirement: Attempted}\n- {opcode: createPods, count: 3}\n- {opcode: deletePods, namespace: namespace-3}\n- {opcode: createPods, count: 4}\n";
    const [workload] = readPerformanceConfig(config(operations, { "gated.yaml": gated }, "{}", ""));
    const run = new SchedulerPerfRun(workload.operations(), { seed: 1, epoch: 0 });
    expect(run.run().podsScheduled).toBe(7);
    expect([1, 3, 5].map((number) => list(run, `namespace-${number}`).length)).toEqual([2, 0, 4]);
    expect(list(run, "namespace-5")[0].spec.containers[0].resources?.requests).toEqual({ cpu: "100m", memory: "500Mi" });
  });

  it("waits at a barrier until all are scheduled, or have been tried", () => {
    const big = POD.replace("100m", "'64'");
    const tried = runOf(
      "- {opcode: createNodes, count: 1}\n- {opcode: createPods, count: 3, podTemplatePath: templates/big.yaml, skipWaitToCompletion: true}\n- {opcode: barrier, stageRequirement: Attempted}\n",
      { "big.yaml": big },
    );
    expect(tried.run()).toMatchObject({ podsScheduled: 0 });
    const never = runOf(
      "- {opcode: createNodes, count: 1}\n- {opcode: createPods, count: 3, podTemplatePath: templates/big.yaml, skipWaitToCompletion: true}\n- {opcode: barrier}\n",
      { "big.yaml": big },
    );
    expect(() => never.run()).toThrow(WorkloadFailed);
    expect(() => never.run()).toThrow(/barrier for Scheduled pods: not done after 10 minutes/);
  });

  it("keeps a steady state: what is scheduled goes, and another comes, for the time that is asked for", () => {
    const run = runOf(
      "- {opcode: createNodes, count: 1}\n- {opcode: createPods, count: 4, namespace: steady, steadyState: true, duration: 10s, collectMetrics: true}\n",
    );
    const { podsCreated, podsScheduled, collected, duration } = run.run();
    // A cycle takes 10 ms: far more pods than the node has room for at once, at the rate of the scheduler.
    expect(podsScheduled).toBeGreaterThan(500);
    expect(podsCreated - podsScheduled).toBeLessThanOrEqual(4);
    expect(collected[0].throughput?.Average).toBeGreaterThan(50);
    expect(duration).toBeGreaterThanOrEqual(10 * SECOND);
    expect(duration).toBeLessThan(11 * SECOND);
  });

  it("gives each pod a volume of its own, bound already, within what a node's driver can attach", () => {
    const volume =
      "{apiVersion: v1, kind: PersistentVolume, spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, csi: {driver: ebs.example.com, volumeHandle: 'v{{.Index}}'}, persistentVolumeReclaimPolicy: Retain}}\n";
    const claim =
      "{apiVersion: v1, kind: PersistentVolumeClaim, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}\n";
    const operations =
      "- {opcode: createNodes, count: 2, nodeAllocatableStrategy: {nodeAllocatable: {example.com/slot: '7'}, csiNodeAllocatable: {ebs.example.com: {count: 3}}, migratedPlugins: [kubernetes.io/aws-ebs]}}\n" +
      "- {opcode: createPods, count: 7, namespace: stored, persistentVolumeTemplatePath: templates/pv.yaml, persistentVolumeClaimTemplatePath: templates/pvc.yaml, skipWaitToCompletion: true}\n" +
      "- {opcode: barrier, stageRequirement: Attempted}\n";
    const run = runOf(operations, { "pv.yaml": volume, "pvc.yaml": claim });
    // Two nodes with three attachments each.
    expect(run.run().podsScheduled).toBe(6);
    const { objects } = run.cluster.apiServer;
    expect([...objects.list("Node")][0].status?.allocatable).toMatchObject({ "example.com/slot": "7", cpu: "4" });
    expect([...objects.list("CSINode")][0].metadata.annotations).toEqual({
      "storage.alpha.kubernetes.io/migrated-plugins": "kubernetes.io/aws-ebs",
    });
  });

  it("multiplies counts, and labels pods in batches", () => {
    const run = runOf(
      "- {opcode: createNodes, count: 1}\n- {opcode: createPods, count: 3, namespace: set, countMultiplierParam: $groups, signatureBatchSize: 4}\n",
      {},
      "{groups: 2}",
    );
    expect(run.run().podsScheduled).toBe(6);
    const signatures = list(run, "set").map(({ metadata }) => metadata.labels?.["signature"]);
    expect(signatures.sort()).toEqual([...Array<string>(4).fill("signature-label-0"), ...Array<string>(2).fill("signature-label-1")]);
  });

  it("churns beside the operations: creates so many in turn, then deletes them", () => {
    const service = "{apiVersion: v1, kind: Service, metadata: {generateName: churn-}, spec: {ports: [{port: 80}]}}\n";
    const run = runOf(
      "- {opcode: churn, mode: recreate, number: 2, intervalMilliseconds: 1000, namespace: churned, templatePaths: [templates/service.yaml]}\n- {opcode: sleep, duration: 2500ms}\n",
      { "service.yaml": service },
    );
    run.run();
    const services = () => [...run.cluster.apiServer.objects.list("Service", "churned")].length;
    expect(services()).toBe(2);
    run.cluster.simulation.run(4_900 * MILLISECOND);
    expect(services()).toBe(0);
  });

  it("updates objects, so that pods which waited for that are placed", () => {
    const node = (cpu: number) =>
      `{apiVersion: v1, kind: Node, metadata: {name: only}, status: {capacity: {cpu: '${cpu}', memory: 8Gi, pods: '9'}, allocatable: {cpu: '${cpu}', memory: 8Gi, pods: '9'}}}\n`;
    const run = runOf(
      "- {opcode: createAny, templatePath: templates/small.yaml}\n" +
        "- {opcode: createPods, namespace: waiting, count: 1, podTemplatePath: templates/big.yaml, skipWaitToCompletion: true}\n" +
        "- {opcode: barrier, stageRequirement: Attempted}\n- {opcode: updateAny, templatePath: templates/large.yaml}\n- {opcode: barrier}\n",
      { "small.yaml": node(1), "large.yaml": node(8), "big.yaml": POD.replace("100m", "'4'") },
    );
    expect(run.run().podsScheduled).toBe(1);
    expect(run.cluster.simulation.now).toBeLessThan(MINUTE);
  });
});

describe("readPerformanceConfig", () => {
  it.each([
    [
      "- {opcode: createResourceDriver}",
      /:4:\d+: \[0\]\.workloadTemplate\[0\]\.opcode: Unsupported value: "createResourceDriver": dynamic resource allocation is not simulated/,
    ],
    ["- {opcode: defragment}", /opcode: Unsupported value: "defragment": known are createNodes, /],
    ["- {opcode: waitForPodGroups, count: 1}", /pod groups are not simulated/],
    ["- {opcode: createNode, count: 1}", /:4:\d+: .*did you mean "createNodes"\?/],
    ["- {opcode: createNodes, countParam: $nodes}", /:8:\d+: \[0\]\.workloads\[0\]\.params: has no parameter "nodes"/],
    ["- {opcode: createNodes}", /count: Required value/],
    ["- {opcode: createPods, count: 1, steadyState: true}", /duration: Invalid value: undefined: must be a duration/],
    [
      "- {opcode: createPods, count: 1, steadyState: true, duration: 5s, skipWaitToCompletion: true}",
      /steadyState: Invalid value: true: cannot be together/,
    ],
    ["- {opcode: createPods, count: 1, steadyState: often, duration: 5s}", /steadyState: Invalid value: "often": must be true or false/],
    ["- {opcode: createPods, count: 1, countMultiplierParam: $groups}", /params: has no parameter "groups"/],
    [
      "- {opcode: createPods, count: 1, persistentVolumeTemplatePath: templates/pod.yaml}",
      /persistentVolumeClaimTemplatePath: Required value/,
    ],
    [
      "- {opcode: createNodes, count: 1, nodeAllocatableStrategy: {allocatable: {cpu: 1}}}",
      /nodeAllocatableStrategy\.allocatable: unknown field/,
    ],
    ["- {opcode: churn, mode: recreate, templatePaths: [templates/pod.yaml]}", /number: Invalid value: 0: must be above 0/],
    ["- {opcode: sleep, duration: soon}", /duration: Invalid value: "soon"/],
    ["- {opcode: createPods, count: 1, podTemplatePath: templates/none.yaml}", /none\.yaml:1:1: no such file/],
    ["- {opcode: createPods, count: 1, podTemplatePath: templates/loop.yaml}", /loop\.yaml:1:1: \{\{if \.x\}\}: is not supported/],
  ])("refuses %s", (operations, message) => {
    expect(mistakes(operations, { "loop.yaml": "{{if .x}}a{{end}}\n" })).toMatch(message);
  });

  it("refuses a file that is no list of test cases", () => {
    const file = join(mkdtempSync(join(tmpdir(), "kubewarp-perf-")), "x.yaml");
    writeFileSync(file, "kind: Pod\n");
    expect(() => readPerformanceConfig(file)).toThrow(/x\.yaml:1:1: must be a list of test cases/);
  });
});
