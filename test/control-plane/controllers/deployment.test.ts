import { describe, expect, it } from "vitest";
import type { ReplicaSet } from "../../../src/api/types/index.js";
import { deployment } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";
import { withImage } from "./workload-changes.js";

const SLOW = { "fake-kubelet/start": "300ms", "fake-kubelet/ready": "2s", "fake-kubelet/stop": "1s" };

/** Runs while watching the least available and most existing pods of all ReplicaSets. */
function extremes(cluster: SmallCluster): { least: number; most: number } {
  const seen = { least: Number.POSITIVE_INFINITY, most: 0 };
  cluster.api.onCommit(({ kind }) => {
    if (kind !== "Pod") return;
    const pods = cluster.list("Pod").filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const ready = pods.filter(({ status }) => status?.conditions?.some(({ type, status: state }) => type === "Ready" && state === "True"));
    seen.least = Math.min(seen.least, ready.length);
    seen.most = Math.max(seen.most, pods.length);
  });
  return seen;
}

function sizes(cluster: SmallCluster): Record<string, number> {
  return Object.fromEntries(
    cluster.list("ReplicaSet").map((one: ReplicaSet) => [one.spec.template.spec.containers[0].image!, one.spec.replicas!]),
  );
}

describe("a rolling update", () => {
  it.each([
    { replicas: 10, maxSurge: "25%", maxUnavailable: "25%", most: 13, least: 8 },
    { replicas: 4, maxSurge: 1, maxUnavailable: 0, most: 5, least: 4 },
    { replicas: 4, maxSurge: 0, maxUnavailable: 1, most: 4, least: 3 },
  ])(
    "keeps within its bounds: $replicas pods, surge $maxSurge, unavailable $maxUnavailable",
    ({ replicas, maxSurge, maxUnavailable, most, least }) => {
      const cluster = new SmallCluster();
      cluster.addNodes("worker", 3);
      cluster.apply(
        deployment("web", replicas, { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } } }, SLOW),
      );
      cluster.runTo(8);
      const seen = extremes(cluster);
      cluster.change("Deployment", "web", withImage("web:2"));
      cluster.runTo(60);
      expect(sizes(cluster)).toEqual({ "web:1": 0, "web:2": replicas });
      expect(seen.most).toBe(most);
      expect(seen.least).toBe(least);
      expect(cluster.get("Deployment", "web")?.status).toMatchObject({ replicas, updatedReplicas: replicas, availableReplicas: replicas });
      expect(cluster.get("Deployment", "web")?.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("2");
    },
  );

  it("in one step lets pods go that are not available and then ones too many, and tells of both", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 4, { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } } }, SLOW));
    cluster.runTo(5);
    // One pod is lost sight of, so that three are available where two have to be.
    cluster.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: cluster.list("Pod")[0].metadata.name }, (pod) => ({
      ...pod,
      status: { ...pod.status, conditions: [{ type: "Ready", status: "False" }] },
    }));
    cluster.runTo(6);
    cluster.change("Deployment", "web", withImage("web:2"));
    cluster.runTo(6.5);
    const [, ...steps] = cluster.eventsOf("ScalingReplicaSet").map(({ message }) => message.replace(/replica set \S+/, "it"));
    expect(steps.slice(0, 2)).toEqual(["Scaled down it from 4 to 3", "Scaled down it from 3 to 2"]);
  });

  it("takes an old template's ReplicaSet again and gives it a new revision", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 2));
    cluster.runTo(5);
    cluster.change("Deployment", "web", withImage("web:2"));
    cluster.runTo(10);
    cluster.change("Deployment", "web", withImage("web:1"));
    cluster.runTo(15);
    expect(sizes(cluster)).toEqual({ "web:1": 2, "web:2": 0 });
    const first = cluster.list("ReplicaSet").find(({ spec }) => spec.template.spec.containers[0].image === "web:1")!;
    expect(first.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/revision": "3",
      "deployment.kubernetes.io/revision-history": "1",
    });
  });

  /** Kinds of the writes of the deployment controller that were refused because of a stale version. */
  function conflicts(cluster: SmallCluster): string[] {
    const kinds: string[] = [];
    cluster.api.trace({
      request: ({ caller, kind, code }) => {
        if (code === 409 && caller.user.endsWith(":deployment-controller")) kinds.push(kind);
      },
    });
    return kinds;
  }

  it("writes a new Deployment's status under the version that it began with, after having written its revision: upstream's known conflict", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    const refused = conflicts(cluster);
    cluster.apply(deployment("web", 1));
    cluster.runTo(5);
    expect(refused).toContain("Deployment");
    expect(cluster.get("Deployment", "web")!.status).toMatchObject({ observedGeneration: 1, readyReplicas: 1 });
  });

  it("looks for the new ReplicaSet twice, so that one whose revision it writes is refused the second time", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(deployment("web", 1));
    cluster.runTo(5);
    cluster.change("Deployment", "web", withImage("web:2"));
    cluster.runTo(10);
    const refused = conflicts(cluster);
    cluster.change("Deployment", "web", withImage("web:1"));
    cluster.runTo(15);
    expect(refused[0]).toBe("ReplicaSet");
    const revisions = cluster.list("ReplicaSet").map(({ metadata }) => metadata.annotations!["deployment.kubernetes.io/revision"]);
    expect(revisions.sort()).toEqual(["2", "3"]);
  });

  it("spreads a change of size over both ReplicaSets in the middle", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 10, { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }));
    cluster.runTo(5);
    // The new pods never get ready, so that the roll-out stays at 8 old and 5 new ones.
    cluster.change("Deployment", "web", (web) => {
      const changed = withImage("web:2")(web);
      const template = {
        ...changed.spec.template,
        metadata: { ...changed.spec.template.metadata, annotations: { "fake-kubelet/hold": "" } },
      };
      return { ...changed, spec: { ...changed.spec, template } };
    });
    cluster.runTo(15);
    expect(sizes(cluster)).toEqual({ "web:1": 8, "web:2": 5 });
    cluster.change("Deployment", "web", (web) => ({ ...web, spec: { ...web.spec, replicas: 15 } }));
    cluster.runTo(25);
    // The example of the Kubernetes documentation on proportional scaling.
    expect(sizes(cluster)).toEqual({ "web:1": 11, "web:2": 7 });
  });

  it("tells that its progress deadline is exceeded and recovers", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 2, { progressDeadlineSeconds: 10 }));
    cluster.runTo(5);
    cluster.change("Deployment", "web", (web) => {
      const template = { ...web.spec.template, metadata: { ...web.spec.template.metadata, annotations: { "fake-kubelet/hold": "" } } };
      return { ...web, spec: { ...web.spec, template } };
    });
    cluster.runTo(30);
    const progressing = (): string | undefined =>
      cluster.get("Deployment", "web")?.status?.conditions?.find(({ type }) => type === "Progressing")?.reason;
    expect(progressing()).toBe("ProgressDeadlineExceeded");
    cluster.change("Deployment", "web", withImage("web:3"));
    cluster.change("Deployment", "web", (web) => ({
      ...web,
      spec: { ...web.spec, template: { ...web.spec.template, metadata: { ...web.spec.template.metadata, annotations: {} } } },
    }));
    cluster.runTo(40);
    expect(progressing()).toBe("NewReplicaSetAvailable");
  });

  it("keeps no more old ReplicaSets than its history limit", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 1, { revisionHistoryLimit: 1 }));
    for (let version = 2; version <= 5; version++) {
      cluster.runTo(version * 5);
      cluster.change("Deployment", "web", withImage(`web:${version}`));
    }
    cluster.runTo(40);
    expect(sizes(cluster)).toEqual({ "web:4": 0, "web:5": 1 });
  });

  it("does nothing while paused but scale", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 2));
    cluster.runTo(5);
    cluster.change("Deployment", "web", (web) => withImage("web:2")({ ...web, spec: { ...web.spec, paused: true } }));
    cluster.runTo(10);
    expect(sizes(cluster)).toEqual({ "web:1": 2 });
    const progressing = () => cluster.get("Deployment", "web")?.status?.conditions?.find(({ type }) => type === "Progressing");
    expect(progressing()).toMatchObject({ status: "Unknown", reason: "DeploymentPaused" });
    cluster.change("Deployment", "web", (web) => ({ ...web, spec: { ...web.spec, replicas: 3 } }));
    cluster.runTo(15);
    expect(sizes(cluster)).toEqual({ "web:1": 3 });
    cluster.change("Deployment", "web", (web) => ({ ...web, spec: { ...web.spec, paused: false } }));
    cluster.runTo(25);
    expect(sizes(cluster)).toEqual({ "web:1": 0, "web:2": 3 });
    expect(progressing()).toMatchObject({ status: "True", reason: "NewReplicaSetAvailable" });
  });
});

describe("Recreate", () => {
  it("has no new pod before the last old one is gone", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 3, { strategy: { type: "Recreate" } }, SLOW));
    cluster.runTo(8);
    let mixed = false;
    cluster.api.onCommit(() => {
      const images = new Set(cluster.list("Pod").map(({ spec }) => spec.containers[0].image));
      if (images.size > 1) mixed = true;
    });
    cluster.change("Deployment", "web", withImage("web:2"));
    cluster.runTo(30);
    expect(mixed).toBe(false);
    expect(sizes(cluster)).toEqual({ "web:1": 0, "web:2": 3 });
    expect(cluster.list("Pod")).toHaveLength(3);
  });

  it("asks for the ReplicaSets for each old pod that goes, and goes on after the last", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(deployment("web", 3, { strategy: { type: "Recreate" } }, SLOW));
    cluster.runTo(8);
    const requests: string[] = [];
    cluster.api.trace({
      request: ({ caller, verb, kind }) => {
        if (kind === "ReplicaSet" && caller.user.endsWith(":deployment-controller")) requests.push(verb);
      },
    });
    cluster.change("Deployment", "web", withImage("web:2"));
    cluster.runTo(30);
    expect(requests).toEqual(["update", "list", "list", "list", "create"]);
  });
});
