import { describe, expect, it } from "vitest";
import type { Deployment, ReplicaSet } from "../../../src/api/types/workloads.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { rolloutProgress } from "../../../src/scenario/kubectl/rollout.js";
import { deployment, MemoryCluster } from "../memory-cluster.js";

const status = (change: object) => ({
  observedGeneration: 1,
  replicas: 3,
  updatedReplicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
  ...change,
});

function withStatus(change: object, metadata: object = {}): Deployment {
  const object = deployment("web") as Deployment;
  return { ...object, metadata: { ...object.metadata, generation: 1, ...metadata }, status: status(change) };
}

describe("kubectl rollout status", () => {
  // Messages of `kubectl rollout status` for a Deployment.
  it.each([
    [{ observedGeneration: 0 }, "Waiting for deployment spec update to be observed...", false],
    [{ updatedReplicas: 1 }, 'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...', false],
    [{ replicas: 4 }, 'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...', false],
    [{ availableReplicas: 2 }, 'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...', false],
    [{}, 'deployment "web" successfully rolled out', true],
  ])("%j", (change, message, done) => {
    expect(rolloutProgress(withStatus(change))).toEqual({ message, done });
  });

  it("fails where the progress deadline is exceeded", () => {
    const late = withStatus({
      updatedReplicas: 1,
      conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
    });
    expect(() => rolloutProgress(late)).toThrow('deployment "web" exceeded its progress deadline');
  });

  it("prints each change until the end, and gives up at its time-out", () => {
    const cluster = new MemoryCluster([withStatus({ updatedReplicas: 1 })]);
    cluster.simulation.after(10 * SECOND, () => {
      cluster.store(withStatus({}));
    });
    expect(cluster.kubectl("rollout status deployment/web --timeout=2s").errors).toEqual(["error: timed out waiting for the condition"]);
    expect(cluster.kubectl("rollout status deployment/web").output).toEqual([
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
      'deployment "web" successfully rolled out',
    ]);
    expect(Math.round(cluster.simulation.now / SECOND)).toBeLessThanOrEqual(11);
  });
});

describe("kubectl rollout history and undo", () => {
  function revision(number: number, cause?: string): ReplicaSet {
    const template = {
      metadata: { labels: { app: "web", "pod-template-hash": `h${number}` } },
      spec: { containers: [{ name: "main", image: `web:${number}`, ports: [{ containerPort: 8080 }] }] },
    };
    return {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `web-h${number}`,
        namespace: "default",
        annotations: {
          "deployment.kubernetes.io/revision": String(number),
          ...(cause !== undefined && { "kubernetes.io/change-cause": cause }),
        },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "web-uid", controller: true }],
      },
      spec: { selector: {}, template },
    };
  }

  function cluster(...numbers: readonly number[]): MemoryCluster {
    const object = deployment("web") as Deployment;
    return new MemoryCluster([
      { ...object, metadata: { ...object.metadata, uid: "web-uid" } },
      ...numbers.map((number) => revision(number, number === 2 ? "second" : undefined)),
    ]);
  }

  const image = (one: MemoryCluster) => one.read("Deployment", "default/web")!.spec.template.spec.containers[0].image;

  it("lists revisions in order with their causes", () => {
    expect(cluster(3, 2).kubectl("rollout history deployment/web").output).toEqual([
      "deployment.apps/web ",
      "REVISION  CHANGE-CAUSE",
      "2         second",
      "3         <none>",
      "",
    ]);
  });

  it("goes back to the last revision but one, without the hash label", () => {
    const one = cluster(1, 2, 3);
    expect(one.kubectl("rollout undo deployment/web").output).toEqual(["deployment.apps/web rolled back"]);
    expect(image(one)).toBe("web:2");
    expect(one.read("Deployment", "default/web")!.spec.template.metadata?.labels).toEqual({ app: "web" });
  });

  it("brings back the revision's change-cause, or that it had none", () => {
    const one = cluster(1, 2, 3);
    const cause = () => one.read("Deployment", "default/web")!.metadata.annotations?.["kubernetes.io/change-cause"];
    one.kubectl("rollout undo deployment/web --to-revision=2");
    expect(cause()).toBe("second");
    one.kubectl("rollout undo deployment/web --to-revision=3");
    expect(cause()).toBeUndefined();
  });

  it("goes to the revision that is asked for, or says that there is none", () => {
    const one = cluster(2, 3);
    expect(one.kubectl("rollout undo deployment/web --to-revision=3").output).toEqual(["deployment.apps/web rolled back"]);
    expect(image(one)).toBe("web:3");
    expect(one.kubectl("rollout undo deployment/web --to-revision=3").output).toEqual([
      "deployment.apps/web skipped rollback (current template already matches revision 3)",
    ]);
    expect(one.kubectl("rollout undo deployment/web --to-revision=7").errors).toEqual([
      "error: unable to find specified revision 7 in history",
    ]);
    expect(cluster(1).kubectl("rollout undo deployment/web").errors).toEqual(['error: no rollout history found for deployment "web"']);
  });
});

describe("kubectl rollout pause, resume and restart", () => {
  it("set spec.paused, and refuse what is so already", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("rollout pause deployment/web").output).toEqual(["deployment.apps/web paused"]);
    expect(cluster.kubectl("rollout pause deployment/web").errors).toEqual(['error: deployments.apps "web" is already paused']);
    expect(cluster.kubectl("rollout restart deployment/web").errors).toEqual([
      `error: deployments.apps "web" can't restart paused deployment (run rollout resume first)`,
    ]);
    expect(cluster.kubectl("rollout resume deployment/web").output).toEqual(["deployment.apps/web resumed"]);
    expect(cluster.kubectl("rollout resume deployment/web").errors).toEqual(['error: deployments.apps "web" is not paused']);
  });

  it("restart notes the time in the template", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    cluster.simulation.run(90 * SECOND);
    expect(cluster.kubectl("rollout restart deployment/web").output).toEqual(["deployment.apps/web restarted"]);
    expect(cluster.read("Deployment", "default/web")!.spec.template.metadata?.annotations).toEqual({
      "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:01:30Z",
    });
  });
});
