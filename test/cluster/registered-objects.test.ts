import { describe, expect, it } from "vitest";
import { SECOND } from "../../src/engine/simulation.js";
import { deployment, describeCluster, pods, startCluster } from "./small-cluster.js";

describe("objects of a described cluster", () => {
  it("are what kubectl shows of a real one: tokens mounted in pods, a kubelet's port and annotation on nodes", () => {
    const cluster = startCluster(describeCluster(1));
    cluster.kubectl.create(deployment("web", 2));
    cluster.simulation.run(20 * SECOND);
    const [first, second] = pods(cluster, "web").map(({ spec }) => spec);
    const token = first.volumes!.at(-1)!;
    expect(token.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(first.containers[0].volumeMounts).toEqual([
      { name: token.name, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ]);
    expect(first.containers[0]).toBe(second.containers[0]);
    const { metadata, status } = [...cluster.view.list("Node")][0];
    // https://kubernetes.io/docs/reference/labels-annotations-taints/, and the kubelet's default --port.
    expect(metadata.annotations).toMatchObject({ "volumes.kubernetes.io/controller-managed-attach-detach": "true" });
    expect(status!.daemonEndpoints).toEqual({ kubeletEndpoint: { Port: 10250 } });
  });
});
