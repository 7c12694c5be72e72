/** Rules of Deployments, ReplicaSets and ReplicationControllers one by one, as kubernetes pkg/controller of 1.36 has them. */
import { describe, expect, it } from "vitest";
import type { Deployment, ReplicaSet } from "../../../src/api/types/index.js";
import { proportionalSizes } from "../../../src/control-plane/controllers/deployment/proportional-scaling.js";
import { newReplicaSetAnnotations } from "../../../src/control-plane/controllers/deployment/revisions.js";
import { deployment, replicationController } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";
import { withImage } from "./workload-changes.js";

function cluster(): SmallCluster {
  const made = new SmallCluster();
  made.addNodes("worker", 3);
  return made;
}

function sized(name: string, replicas: number, maxReplicas: string | undefined): ReplicaSet {
  const annotations: Record<string, string> = maxReplicas === undefined ? {} : { "deployment.kubernetes.io/max-replicas": maxReplicas };
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [] } };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, annotations },
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template },
  };
}

describe("a Deployment whose ReplicaSet is refused", () => {
  it("tells so in its condition and by an event", () => {
    const made = cluster();
    made.apply({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "none", namespace: "default" },
      spec: { hard: { "count/replicasets.apps": "0" } },
    } as never);
    made.runTo(1);
    made.apply(deployment("web", 1));
    made.runTo(2);
    const refusal = made.eventsOf("ReplicaSetCreateError")[0];
    expect(refusal).toMatchObject({ object: "Deployment web", type: "Warning" });
    expect(refusal.message).toMatch(/^Failed to create new replica set "web-[a-z0-9]+": replicasets.apps "web-[a-z0-9]+" is forbidden: /);
    const progressing = made.get("Deployment", "web")?.status?.conditions?.find(({ type }) => type === "Progressing");
    expect(progressing).toMatchObject({ status: "False", reason: "ReplicaSetCreateError", message: refusal.message });
  });
});

describe("a Deployment's progress deadline", () => {
  it("is exceeded at once where a look comes in its last second", () => {
    const made = cluster();
    made.apply(deployment("web", 1, { progressDeadlineSeconds: 10 }, { "fake-kubelet/hold": "" }));
    made.runTo(9.6);
    // A change that is no progress, and has the controller look.
    made.change("Deployment", "web", (web) => ({ ...web, metadata: { ...web.metadata, labels: { team: "a" } } }));
    made.runTo(10.2);
    expect(made.get("Deployment", "web")?.status?.conditions?.find(({ type }) => type === "Progressing")?.reason).toBe(
      "ProgressDeadlineExceeded",
    );
  });
});

describe("proportional scaling", () => {
  it("takes the Deployment's own count where the annotation is missing or 0", () => {
    const web: Deployment = {
      ...deployment("web", 20, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }),
      status: { replicas: 10 },
    };
    const sizes = (annotation: string | undefined): number[] =>
      proportionalSizes(web, [sized("web-a", 6, annotation), sized("web-b", 4, annotation)]).map(({ size }) => size);
    expect(sizes(undefined)).toEqual([12, 8]);
    expect(sizes("0")).toEqual([12, 8]);
  });

  it("gives what rounding leaves over to the largest", () => {
    const web = deployment("web", 11, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } });
    // 5 x 11/10 and 3 x 11/10 and 2 x 11/10 round to 6, 3 and 2.
    const active = [sized("web-a", 5, "10"), sized("web-b", 3, "10"), sized("web-c", 2, "10")];
    expect(proportionalSizes(web, active).map(({ size }) => size)).toEqual([6, 3, 2]);
    // Down to 7: 5 x 0.7 = 3.5 rounds to 4, 3 x 0.7 to 2, 2 x 0.7 to 1.
    const fewer = deployment("web", 7, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } });
    expect(proportionalSizes(fewer, active).map(({ size }) => size)).toEqual([4, 2, 1]);
  });
});

describe("a ReplicaSet's annotations", () => {
  it("are its Deployment's, such as the change-cause, but for those that are the Deployment's own", () => {
    const web = deployment("web", 1);
    const annotations = {
      "kubernetes.io/change-cause": "new image",
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "deployment.kubernetes.io/revision": "7",
    };
    expect(newReplicaSetAnnotations(undefined, { ...web, metadata: { ...web.metadata, annotations } }, 2)).toEqual({
      "kubernetes.io/change-cause": "new image",
      "deployment.kubernetes.io/revision": "2",
    });
  });

  it("are left alone where its revision is no number", () => {
    const web = deployment("web", 1);
    const annotations = { "deployment.kubernetes.io/revision": "old" };
    const changed = { ...web, metadata: { ...web.metadata, annotations: { team: "a" } } };
    expect(newReplicaSetAnnotations(annotations, changed, 2)).toBe(annotations);
  });
});

describe("an orphaned ReplicaSet", () => {
  it("is adopted by a Deployment of the same selector, and is its new one where the template is the same", () => {
    const made = cluster();
    made.apply(deployment("web", 2));
    made.runTo(3);
    const [{ metadata }] = made.list("ReplicaSet");
    made.delete("Deployment", "web", "Orphan");
    made.runTo(5);
    made.apply(deployment("web", 2));
    made.runTo(8);
    expect(made.list("ReplicaSet").map(({ metadata: { uid } }) => uid)).toEqual([metadata.uid]);
    expect(made.eventsOf("ScalingReplicaSet")).toHaveLength(1);
    const progressing = made.get("Deployment", "web")?.status?.conditions?.find(({ type }) => type === "Progressing");
    expect(progressing?.reason).toBe("NewReplicaSetAvailable");
  });
});

describe("a roll-out that is undone before it is over", () => {
  it("keeps earlier revisions of the ReplicaSet in its history", () => {
    const made = cluster();
    made.apply(deployment("web", 2));
    made.runTo(3);
    for (const [index, image] of ["web:2", "web:1", "web:2", "web:1"].entries()) {
      made.change("Deployment", "web", withImage(image));
      made.runTo(6 + 3 * index);
    }
    const first = made.list("ReplicaSet").find(({ spec }) => spec.template.spec.containers[0].image === "web:1");
    expect(first?.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/revision": "5",
      "deployment.kubernetes.io/revision-history": "1,3",
    });
  });
});

describe("a ReplicationController's status", () => {
  it("does not tell of pods that are being deleted, as a ReplicaSet's does", () => {
    const made = cluster();
    made.apply(replicationController("web", 1));
    made.runTo(3);
    expect(made.get("ReplicationController", "web")?.status).not.toHaveProperty("terminatingReplicas");
    expect(made.get("ReplicationController", "web")?.status).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 1 });
  });
});
