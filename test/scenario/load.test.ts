import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadScenario, loadScenarios } from "../../src/scenario/load.js";
import { mistakesOf, scenarioText } from "./text-scenario.js";

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: i}]}\n";
const KUBEADM = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking: {podSubnet: 192.168.0.0/16}\n";
const EKS =
  "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: shop}\nmanagedNodeGroups: [{name: g, desiredCapacity: 2}]\n";

describe("the files of a run", () => {
  let directory: string;
  const path = (name: string) => join(directory, name);

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "kubewarp-load-"));
    const files = {
      "pod.yaml": POD,
      "kubeadm.yaml": KUBEADM,
      "eks.yaml": EKS,
      "one.yaml": scenarioText(),
      "two.yaml": scenarioText("sed: 1\n"),
      "list.json": JSON.stringify({ apiVersion: "v1", kind: "List", items: [] }),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(path(name), content);
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it("may be a scenario with manifests in further files", () => {
    const scenario = loadScenario([path("one.yaml"), path("pod.yaml")]);
    expect(scenario.manifests.map(({ object, file, line }) => [object.metadata.name, file, line])).toEqual([["a", path("pod.yaml"), 1]]);
  });

  it("may be manifests alone, on a small cluster", () => {
    const { cluster, manifests, duration } = loadScenario([path("pod.yaml")]);
    expect([cluster.nodeGroups.map(({ name, count = 1 }) => [name, count]), manifests.length, duration / 60e6]).toEqual([
      [
        ["control-plane", 1],
        ["worker", 3],
      ],
      1,
      10,
    ]);
  });

  it("may be manifests on the cluster of an eksctl or kubeadm file", () => {
    expect(loadScenario([path("pod.yaml"), path("eks.yaml")]).cluster).toMatchObject({
      name: "shop",
      nodeGroups: [{ name: "g", count: 2 }],
    });
    expect(loadScenario([path("kubeadm.yaml"), path("pod.yaml")]).cluster).toMatchObject({
      network: { podCIDR: "192.168.0.0/16" },
      nodeGroups: [{ name: "control-plane" }, { name: "worker" }],
    });
    expect(mistakesOf(() => loadScenario([path("one.yaml"), path("eks.yaml")]))).toEqual([
      expect.stringContaining("eks.yaml:1:1: describes a cluster, not an object"),
    ]);
  });

  it("may hold several scenarios where they are only checked", () => {
    expect(loadScenarios([path("one.yaml"), path("pod.yaml")])).toHaveLength(1);
    expect(mistakesOf(() => loadScenarios([path("one.yaml"), path("two.yaml"), path("pod.yaml")]))).toEqual([
      expect.stringMatching(/two\.yaml:9:1: sed: unknown field; did you mean "seed"\?$/),
    ]);
    expect(loadScenarios([path("one.yaml"), path("one.yaml")])).toHaveLength(2);
  });

  it("may be missing", () => {
    expect(mistakesOf(() => loadScenario([path("gone.yaml")]))).toEqual([`${path("gone.yaml")}:1:1: no such file`]);
    expect(mistakesOf(() => loadScenario([path("*.txt")]))).toEqual([`${path("*.txt")}:1:1: no file matches`]);
  });

  it("may be given by a pattern", () => {
    expect(loadScenario([path("one.yaml"), path("p?d.*")]).manifests).toHaveLength(1);
  });
});
