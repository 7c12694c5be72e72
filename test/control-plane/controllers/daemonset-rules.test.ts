/** The DaemonSet controller's rules one by one, as kubernetes pkg/controller/daemon of 1.36 has them. */
import { describe, expect, it } from "vitest";
import type { DaemonSet } from "../../../src/api/types/index.js";
import { daemonSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";
import { withImage } from "./workload-changes.js";

function agents(nodes: number, spec: Partial<DaemonSet["spec"]> = {}): SmallCluster {
  const cluster = new SmallCluster();
  cluster.addNodes("worker", nodes, { disk: "ssd" });
  cluster.runTo(1);
  cluster.apply(daemonSet("agent", spec));
  cluster.runTo(4);
  return cluster;
}

describe("a daemon pod", () => {
  it("is meant for its node by name alone, whatever node affinity the template requires", () => {
    const { template } = daemonSet("agent").spec;
    const cluster = agents(1, {
      template: {
        ...template,
        spec: {
          ...template.spec,
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] }],
              },
            },
          },
        },
      },
    });
    expect(cluster.list("Pod")[0].spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
      { matchFields: [{ key: "metadata.name", operator: "In", values: ["worker-1"] }] },
    ]);
  });

  it("bears the count of templates that its DaemonSet has had, which the API server counts", () => {
    const cluster = agents(1);
    const generation = (): string | undefined => cluster.list("Pod")[0].metadata.labels?.["pod-template-generation"];
    expect(generation()).toBe("1");
    cluster.change("DaemonSet", "agent", (agent) => ({ ...agent, metadata: { ...agent.metadata, annotations: {} } }));
    cluster.change("DaemonSet", "agent", withImage("web:2"));
    cluster.runTo(8);
    expect(generation()).toBe("2");
    expect(cluster.get("DaemonSet", "agent")?.metadata.annotations?.["deprecated.daemonset.template.generation"]).toBe("2");
    cluster.change("DaemonSet", "agent", (agent) => ({ ...agent, spec: { ...agent.spec, minReadySeconds: 1 } }));
    cluster.runTo(10);
    expect(cluster.get("DaemonSet", "agent")?.metadata).toMatchObject({
      generation: 3,
      annotations: { "deprecated.daemonset.template.generation": "2" },
    });
  });
});

describe("a DaemonSet's revisions", () => {
  it("are made again where somebody deletes the present one", () => {
    const cluster = agents(1);
    const [{ metadata }] = cluster.list("ControllerRevision");
    cluster.delete("ControllerRevision", metadata.name);
    cluster.runTo(6);
    expect(cluster.list("ControllerRevision").map((revision) => revision.metadata.name)).toEqual([metadata.name]);
    expect(cluster.list("ControllerRevision")[0].metadata.uid).not.toBe(metadata.uid);
  });

  it("are taken over, with the pods, by a DaemonSet of the same name", () => {
    const cluster = agents(2);
    const pods = cluster.list("Pod").map(({ metadata }) => metadata.uid);
    cluster.delete("DaemonSet", "agent", "Orphan");
    cluster.runTo(7);
    cluster.apply(daemonSet("agent"));
    cluster.runTo(11);
    const [revision, ...others] = cluster.list("ControllerRevision");
    expect(others).toEqual([]);
    expect(revision.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([cluster.get("DaemonSet", "agent")?.metadata.uid]);
    expect(cluster.list("Pod").map(({ metadata }) => metadata.uid)).toEqual(pods);
  });

  it("beyond the limit go, but for those that a pod still has", () => {
    const cluster = agents(1, { updateStrategy: { type: "OnDelete" }, revisionHistoryLimit: 1 });
    for (const [index, image] of ["web:2", "web:3", "web:4"].entries()) {
      cluster.change("DaemonSet", "agent", withImage(image));
      cluster.runTo(6 + 2 * index);
    }
    // Of the old ones 1, 2 and 3 two are too many; the first is a pod's.
    expect(cluster.list("ControllerRevision").map(({ revision }) => revision)).toEqual([1, 4]);
  });

  it("bear the DaemonSet's annotations", () => {
    const cluster = new SmallCluster();
    const agent = daemonSet("agent");
    cluster.apply({ ...agent, metadata: { ...agent.metadata, annotations: { team: "a" } } });
    cluster.runTo(2);
    expect(cluster.list("ControllerRevision")[0].metadata.annotations).toEqual({
      team: "a",
      "deprecated.daemonset.template.generation": "1",
    });
  });
});
