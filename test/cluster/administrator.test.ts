import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/cluster/cluster.js";
import { SECOND } from "../../src/engine/simulation.js";
import { ServerError } from "../../src/scenario/kubectl/kubectl-error.js";
import { describeCluster, deployment, pods, startCluster } from "./small-cluster.js";

function clusterWithPod(): { readonly cluster: Cluster; readonly name: string } {
  const cluster = startCluster(describeCluster(1));
  cluster.kubectl.create<"Deployment">(deployment("web", 1));
  cluster.simulation.run(20 * SECOND);
  return { cluster, name: pods(cluster, "web")[0].metadata.name };
}

/** What `kubectl exec` is answered: its exit code and what it prints, or why it could not be. */
function exec(
  { cluster, name }: { readonly cluster: Cluster; readonly name: string },
  command: readonly string[],
  container?: string,
): string {
  let answer = "none";
  cluster.kubectl.exec({ kind: "Pod", namespace: "default", name }, container, command, (result) => {
    answer = result.ok ? `${result.exitCode} ${result.stderr}`.trim() : result.status.message;
  });
  cluster.simulation.run(cluster.simulation.now + 10 * SECOND);
  return answer;
}

describe("kubectl exec", () => {
  it.each([[["kill", "1"]], [["kill", "-9", "1"]], [["sh", "-c", "kill 1"]], [["/bin/bash", "-c", "kill -TERM 1"]]])(
    "%j ends the container, which its kubelet starts again",
    (command) => {
      const there = clusterWithPod();
      expect(exec(there, command)).toBe("0");
      expect(pods(there.cluster, "web")[0].status?.containerStatuses?.[0].restartCount).toBe(1);
    },
  );

  it("finds no other process and no other command", () => {
    const there = clusterWithPod();
    expect(exec(there, ["kill", "7"])).toBe("1 kill: (7) - No such process");
    expect(exec(there, ["curl", "http://web"])).toBe("127 curl: not found");
    expect(pods(there.cluster, "web")[0].status?.containerStatuses?.[0].restartCount).toBe(0);
  });

  it("needs the container and the kubelet", () => {
    const there = clusterWithPod();
    expect(exec(there, ["kill", "1"], "sidecar")).toBe(`container sidecar is not valid for pod ${there.name}`);
    there.cluster.faults.kubeletStop("worker-1");
    expect(exec(there, ["kill", "1"])).toMatch(/^error dialing backend: dial tcp .*:10250: connect: connection refused$/);
  });
});

describe("another client of the administrator", () => {
  const question = { verb: "list", group: "", resource: "pods", subresource: "", name: "", namespace: "default" };

  function allowed(cluster: Cluster, user?: string): unknown {
    let answer: unknown = "none";
    cluster.kubectl.as(user === undefined ? {} : { user }).reviewAccess(question, (result) => {
      answer = result.ok ? result.object.allowed : result.status.reason;
    });
    cluster.simulation.run(cluster.simulation.now + 20 * SECOND);
    return answer;
  }

  it("has the permissions of its user, for what it asks and for what it does", () => {
    const { cluster } = clusterWithPod();
    expect([allowed(cluster), allowed(cluster, "jane")]).toEqual([true, false]);
    let refusal = "";
    cluster.kubectl.as({ user: "jane" }).list("Pod", { namespace: "default" }, (result) => {
      refusal = result.ok ? "" : result.status.reason;
    });
    cluster.simulation.run(cluster.simulation.now + SECOND);
    expect(refusal).toBe("Forbidden");
  });

  it("is refused where the API server is stopped, and not answered where its machine is gone", () => {
    const capacity = { cpu: "4", memory: "8Gi" };
    const nodeGroups = [{ name: "master", controlPlane: true, count: 1, capacity }];
    const cluster = startCluster(describeCluster(0, { nodeGroups }));
    cluster.simulation.run(20 * SECOND);
    expect(allowed(cluster)).toBe(true);
    cluster.faults.apiServerLoss("master-1");
    expect(allowed(cluster)).toBe("ServiceUnavailable");
    let told = "";
    cluster.kubectl.list("Node", {}, (result) => (told = result.ok ? "" : new ServerError(result.status).alone));
    cluster.simulation.run(cluster.simulation.now + SECOND);
    expect(told).toMatch(/^The connection to the server [\d.]+:6443 was refused - did you specify the right host or port\?$/);
    cluster.faults.nodePowerOff("master-1");
    expect(allowed(cluster)).toBe("Timeout");
  });

  it("changes nothing in a dry run", () => {
    const { cluster } = clusterWithPod();
    cluster.kubectl.as({ dryRun: true }).create<"Deployment">(deployment("trial", 1));
    cluster.simulation.run(cluster.simulation.now + 5 * SECOND);
    expect(cluster.view.get("Deployment", "default", "trial")).toBeUndefined();
  });
});
