import { describe, expect, it } from "vitest";
import type { Kind, ObjectsByKind } from "../../../src/api/kinds.js";
import type { ApiObject, Deployment, Node, Pod } from "../../../src/api/types/index.js";
import { ClusterMetricsText } from "../../../src/output/openmetrics/cluster-metrics.js";

const EPOCH = 1_767_225_600_000_000;

const pod = (phase: "Pending" | "Running", restartCount = 0): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web-0",
    namespace: "default",
    uid: "u",
    ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: "s", controller: true }],
  },
  spec: { nodeName: "worker-1", containers: [{ name: "c", image: "nginx", resources: { requests: { cpu: "250m", memory: "1Ki" } } }] },
  status: {
    phase,
    conditions: [{ type: "Ready", status: phase === "Running" ? "True" : "False" }],
    containerStatuses: [{ name: "c", image: "nginx", imageID: "", ready: phase === "Running", restartCount, state: { running: {} } }],
  },
});

const node: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "worker-1" },
  spec: { taints: [{ key: "dedicated", value: 'a "quoted" value', effect: "NoSchedule" }] },
  status: {
    allocatable: { cpu: "1500m", memory: "2Gi", pods: "110", "nvidia.com/gpu": "2" },
    conditions: [{ type: "Ready", status: "Unknown" }],
  },
};

const deployment: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: { replicas: 3, selector: {}, template: { spec: { containers: [] } } },
  status: { replicas: 3, readyReplicas: 2 },
};

function textOf(samples: readonly (readonly [seconds: number, objects: readonly ApiObject[]])[]): string[] {
  let present: readonly ApiObject[] = [];
  const metrics = new ClusterMetricsText(
    { list: <K extends Kind>(kind: K) => present.filter((object) => object.kind === kind) as unknown as ObjectsByKind[K][] },
    EPOCH,
  );
  for (const [seconds, objects] of samples) {
    present = objects;
    metrics.sample(seconds * 1_000_000);
  }
  return metrics.text().split("\n");
}

describe("metrics.prom", () => {
  it("has the names, labels and values that kube-state-metrics documents", () => {
    const lines = textOf([[1, [pod("Running", 3), node, deployment]]]);
    const ids = 'namespace="default",pod="web-0",uid="u"';
    for (const expected of [
      `kube_pod_status_phase{${ids},phase="Running"} 1 1767225601`,
      `kube_pod_status_phase{${ids},phase="Pending"} 0 1767225601`,
      `kube_pod_status_ready{${ids},condition="true"} 1 1767225601`,
      `kube_pod_owner{${ids},owner_kind="StatefulSet",owner_name="web",owner_is_controller="true"} 1 1767225601`,
      `kube_pod_container_status_restarts_total{${ids},container="c"} 3 1767225601`,
      `kube_pod_container_resource_requests{${ids},container="c",node="worker-1",resource="cpu",unit="core"} 0.25 1767225601`,
      `kube_pod_container_resource_requests{${ids},container="c",node="worker-1",resource="memory",unit="byte"} 1024 1767225601`,
      'kube_node_status_allocatable{node="worker-1",resource="nvidia_com_gpu",unit="integer"} 2 1767225601',
      'kube_node_status_condition{node="worker-1",condition="Ready",status="unknown"} 1 1767225601',
      'kube_node_spec_taint{node="worker-1",key="dedicated",value="a \\"quoted\\" value",effect="NoSchedule"} 1 1767225601',
      'kube_deployment_spec_replicas{namespace="default",deployment="web"} 3 1767225601',
      'kube_deployment_status_replicas_ready{namespace="default",deployment="web"} 2 1767225601',
      'kube_deployment_status_replicas_available{namespace="default",deployment="web"} 0 1767225601',
    ]) {
      expect(lines).toContain(expected);
    }
  });

  it("is OpenMetrics: each family once with its type, each series together in order of time, an end", () => {
    const lines = textOf([
      [10, [pod("Pending")]],
      [20, [pod("Running"), deployment]],
    ]);
    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
    const types = lines.filter((line) => line.startsWith("# TYPE "));
    expect(new Set(types).size).toBe(types.length);
    expect(types).toContain("# TYPE kube_pod_container_status_restarts counter");
    let family = "";
    const series: string[] = [];
    for (const line of lines.slice(0, -2)) {
      if (line.startsWith("# TYPE ")) family = line.split(" ")[2];
      else if (line.startsWith("# HELP ")) expect(line.split(" ")[2]).toBe(family);
      else {
        expect(line).toMatch(/^[a-z_]+\{.*\} [-0-9.e+]+ [0-9.]+$/);
        expect(line.split("{")[0].replace(/_total$/, "")).toBe(family);
        const name = line.slice(0, line.lastIndexOf("}") + 1);
        if (series.at(-1) !== name) series.push(name);
      }
    }
    expect(new Set(series).size).toBe(series.length);
    const running = lines.filter((line) => line.startsWith("kube_pod_status_phase") && line.includes('phase="Running"'));
    expect(running.map((line) => line.slice(line.lastIndexOf("}") + 2))).toEqual(["0 1767225610", "1 1767225620"]);
  });
});
