import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.js";

const DIRECTORY = join(import.meta.dirname, "../../scenarios");
const OPENB = join(DIRECTORY, "../../shared/data/openb");

/** Nodes and control-plane nodes of each scenario, from section 8 of the mission. */
const CLUSTERS: Readonly<Record<string, readonly [number, number]>> = {
  "kubeadm-1-2": [3, 1],
  "kubeadm-cilium": [3, 1],
  "vagrant-1-3": [4, 1],
  eks: [3, 0],
  "ha-3-n": [8, 3],
  "etcd-backup-restore": [5, 3],
  "etcd-full": [4, 1],
  "self-healing": [3, 1],
  "stopped-kubelet": [3, 1],
  "br-netfilter": [3, 1],
  "node-power-off": [4, 1],
  drain: [4, 1],
  "rolling-update": [4, 1],
  scale: [4, 1],
  "mixed-batch": [5, 1],
  thousands: [500, 3],
  openb: [1523, 0],
};

describe("the scenarios that ship", () => {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith(".yaml"));

  it("are those of the mission, among others", () => {
    expect(files.map((file) => file.replace(".yaml", ""))).toEqual(expect.arrayContaining(Object.keys(CLUSTERS)));
  });

  for (const file of files) {
    const name = file.replace(".yaml", "");
    it.skipIf(name === "openb" && !existsSync(OPENB))(`${name} has no mistake and the cluster that it is named for`, () => {
      const scenario = loadScenario([join(DIRECTORY, file)]);
      expect(scenario.name).toBe(name);
      expect(scenario.description).not.toBe("");
      const count = (groups: typeof scenario.cluster.nodeGroups) => groups.reduce((sum, group) => sum + (group.count ?? 1), 0);
      const { nodeGroups } = scenario.cluster;
      const size = [count(nodeGroups), count(nodeGroups.filter((group) => group.controlPlane === true))];
      expect(size).toEqual(CLUSTERS[name] ?? size);
    });
  }
});
