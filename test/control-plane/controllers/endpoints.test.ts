import { describe, expect, it } from "vitest";
import type { Pod, Service } from "../../../src/api/types/index.js";
import { MAX_CAPACITY, subsetsOf } from "../../../src/control-plane/controllers/endpoint/endpoint-subsets.js";
import { SmallCluster } from "./small-cluster.js";

const SERVICE: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default", labels: { team: "a" } },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
};

function pod(name: string, ip: string, ready: boolean): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: "web" } },
    spec: { nodeName: "worker-1", containers: [{ name: "c", image: "i" }] },
    status: { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

describe("legacy Endpoints", () => {
  it("hold ready addresses apart from others, and none of pods that terminate", () => {
    const leaving = pod("c", "10.0.0.3", true);
    const pods = [
      pod("b", "10.0.0.2", false),
      pod("a", "10.0.0.1", true),
      { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: 1 } },
    ];
    expect(subsetsOf(SERVICE, pods)).toEqual([
      {
        addresses: [{ ip: "10.0.0.1", nodeName: "worker-1", targetRef: { kind: "Pod", namespace: "default", name: "a" } }],
        notReadyAddresses: [{ ip: "10.0.0.2", nodeName: "worker-1", targetRef: { kind: "Pod", namespace: "default", name: "b" } }],
        ports: [{ port: 8080, protocol: "TCP" }],
      },
    ]);
    expect(subsetsOf(SERVICE, [])).toEqual([]);
  });

  it("are cut at a thousand addresses, ready ones first", () => {
    const pods = Array.from({ length: 1_200 }, (_, index) => pod(`p${index}`, `10.1.${index >> 8}.${index & 255}`, index % 2 === 0));
    const [{ addresses = [], notReadyAddresses = [] }] = subsetsOf(SERVICE, pods);
    expect([addresses.length, notReadyAddresses.length]).toEqual([600, MAX_CAPACITY - 600]);
  });

  it("follow the pods of their Service, and go with it, where the controller is turned on", () => {
    const cluster = new SmallCluster({ controllers: ["*", "endpoints-controller"] });
    cluster.addNodes("worker", 2);
    cluster.runTo(0.2);
    cluster.apply(SERVICE, { ...pod("a", "", false), status: {}, spec: { containers: [{ name: "c", image: "i" }] } } as Pod);
    cluster.runTo(2);
    const endpoints = cluster.get("Endpoints", "web")!;
    expect(endpoints.metadata.labels).toEqual({ team: "a", "endpoints.kubernetes.io/managed-by": "endpoint-controller" });
    expect(endpoints.subsets?.[0].addresses).toHaveLength(1);
    expect(Object.keys(endpoints.metadata.annotations ?? {})).toEqual(["endpoints.kubernetes.io/last-change-trigger-time"]);
    cluster.delete("Pod", "a");
    cluster.runTo(4);
    expect(cluster.get("Endpoints", "web")?.subsets).toBeUndefined();
    cluster.delete("Service", "web");
    cluster.runTo(6);
    expect(cluster.get("Endpoints", "web")).toBeUndefined();
  });

  it("say where some of a thousand and more addresses were left out, until there are fewer, and that the Service is headless", () => {
    const cluster = new SmallCluster({ controllers: ["*", "endpoints-controller"] });
    cluster.apply({ ...SERVICE, spec: { ...SERVICE.spec, clusterIP: "None" } } as Service);
    cluster.apply(...Array.from({ length: MAX_CAPACITY + 1 }, (_, index) => pod(`p${index}`, "", true)));
    cluster.runTo(2);
    const metadata = () => cluster.get("Endpoints", "web")!.metadata;
    expect(metadata().labels?.["service.kubernetes.io/headless"]).toBe("");
    for (let index = 0; index <= MAX_CAPACITY; index++) {
      const { status } = pod(`p${index}`, `10.1.${index >> 8}.${index & 255}`, true);
      cluster.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: `p${index}` }, (one) => ({ ...one, status }));
    }
    cluster.runTo(60);
    expect(metadata().annotations?.["endpoints.kubernetes.io/over-capacity"]).toBe("truncated");
    cluster.kubectl.delete<"Pod">({ kind: "Pod", namespace: "default", name: "p7" }, { gracePeriodSeconds: 0 });
    cluster.runTo(70);
    expect(metadata().annotations?.["endpoints.kubernetes.io/over-capacity"]).toBeUndefined();
  });
});
