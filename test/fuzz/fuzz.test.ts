import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PodStatusReporter } from "../../src/node/pod/pod-status-reporter.js";
import { prepare, simulate } from "../../src/study/simulate.js";
import { fuzzRun } from "./fuzz-run.js";
import { randomScenario } from "./random-scenario.js";

const RUNS = 24;
const SEED = "tests";

afterEach(() => vi.restoreAllMocks());

describe("random scenarios", () => {
  it("are the same for the same seed and number, and others for others", () => {
    expect(randomScenario(SEED, 1).text).toBe(randomScenario(SEED, 1).text);
    expect(new Set([randomScenario(SEED, 1).text, randomScenario(SEED, 2).text, randomScenario("other", 1).text]).size).toBe(3);
  });

  it("have workloads of every kind, and every kind of disturbance", () => {
    const texts = Array.from({ length: 300 }, (_, number) => randomScenario(SEED, number).text).join("");
    const kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod"];
    const around = [
      "Service",
      "PodDisruptionBudget",
      "HorizontalPodAutoscaler",
      "ResourceQuota",
      "LimitRange",
      "PriorityClass",
      "Namespace",
    ];
    const faults = ["nodePowerOff", "kubeletStop", "networkPartition", "apiServerLoss", "etcdMemberLoss", "zoneOutage", "containerKill"];
    const verbs = [
      "scale",
      "set image",
      "set resources",
      "rollout undo",
      "rollout restart",
      "rollout pause",
      "rollout resume",
      "drain",
      "cordon",
    ];
    const more = ["uncordon", "delete", "taint", "label", "exec"];
    const expected = [
      ...[...kinds, ...around].map((kind) => `kind: ${kind}\n`),
      ...faults.map((fault) => `fault: ${fault}\n`),
      ...[...verbs, ...more].map((verb) => `kubectl: ${verb} `),
    ];
    expect(expected.filter((text) => !texts.includes(text))).toEqual([]);
  });

  it.each(Array.from({ length: RUNS }, (_, index) => index + 1))("number %d keeps the invariants of a control plane", async (number) => {
    expect((await fuzzRun({ seed: SEED, number })).found).toEqual([]);
  });

  it("in which something is found are kept, and show it again", async () => {
    vi.spyOn(PodStatusReporter.prototype, "remove").mockImplementation(() => undefined);
    const keep = mkdtempSync(join(tmpdir(), "kubewarp-fuzz-test-"));
    let number = 1;
    let outcome = await fuzzRun({ seed: SEED, number, keep });
    while (outcome.found.length === 0) outcome = await fuzzRun({ seed: SEED, number: ++number, keep });
    expect(readdirSync(keep)).toEqual([`fuzz-${SEED}-${number}.yaml`]);
    const { invariants } = await simulate(await prepare({ files: [outcome.file!], settings: {} }), { check: true });
    expect([...invariants!.counts.keys()]).toContain("deleted-objects-go");
  });
});
