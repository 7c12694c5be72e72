import { describe, expect, it } from "vitest";
import { ruleRows } from "../../../../src/scenario/kubectl/describe/access.js";
import { EPOCH } from "../../memory-cluster.js";
import { textOf } from "./description-text.js";

describe("the descriptions of policies", () => {
  it("a budget", () => {
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "zk-pdb", namespace: "default" },
      spec: { minAvailable: 2, selector: { matchLabels: { app: "zookeeper" } } },
      status: { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 },
    };
    expect(textOf(budget)).toBe(`Name:           zk-pdb
Namespace:      default
Min available:  2
Selector:       app=zookeeper
Status:
    Allowed disruptions:  1
    Current:              3
    Desired:              2
    Total:                3`);
  });

  it("a quota, in the form in which its limits are written", () => {
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "compute", namespace: "dev" },
      spec: {},
      status: {
        hard: { pods: "10", "requests.cpu": "4", "requests.memory": "8Gi" },
        used: { pods: "2", "requests.cpu": "500m", "requests.memory": "0" },
      },
    };
    expect(textOf(quota)).toBe(`Name:            compute
Namespace:       dev
Resource         Used  Hard
--------         ----  ----
pods             2     10
requests.cpu     500m  4
requests.memory  0     8Gi`);
  });

  it("a namespace with its quotas and without limit ranges", () => {
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "dev", labels: { "kubernetes.io/metadata.name": "dev" } },
      status: { phase: "Active" },
    };
    const quota = { metadata: { name: "q", namespace: "dev" }, spec: {}, status: { hard: { pods: "10" }, used: { pods: "2" } } };
    const other = { metadata: { name: "o", namespace: "prod" }, spec: {}, status: { hard: { pods: "1" } } };
    expect(textOf(namespace, { ResourceQuota: [quota, other] }, undefined)).toBe(`Name:         dev
Labels:       kubernetes.io/metadata.name=dev
Annotations:  <none>
Status:       Active

Resource Quotas
  Name:     q
  Resource  Used  Hard
  --------  ---   ---
  pods      2     10

No LimitRange resource.`);
  });

  it("an autoscaler, before and after it has measured", () => {
    const autoscaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web", namespace: "default", creationTimestamp: EPOCH },
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 6,
        metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
      },
      status: {
        currentReplicas: 2,
        desiredReplicas: 3,
        currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 90, averageValue: "450m" } } }],
      },
    };
    expect(textOf(autoscaler)).toBe(`Name:                                                  web
Namespace:                                             default
Labels:                                                <none>
Annotations:                                           <none>
CreationTimestamp:                                     Thu, 01 Jan 2026 00:00:00 +0000
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  90% (450m) / 70%
Min replicas:                                          2
Max replicas:                                          6
Deployment pods:                                       2 current / 3 desired`);
    expect(textOf({ ...autoscaler, status: undefined })).toContain("(as a percentage of request):  <unknown> / 70%");
  });

  it("takes rules apart by resource and puts their verbs together", () => {
    expect(
      ruleRows([
        { apiGroups: [""], resources: ["pods", "services"], verbs: ["get"] },
        { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["update"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list", "get"] },
        { nonResourceURLs: ["/healthz"], verbs: ["get"] },
      ]),
    ).toEqual([
      ["", "[/healthz]", "[]", "[get]"],
      ["deployments.apps/scale", "[]", "[]", "[update]"],
      ["pods", "[]", "[]", "[get list]"],
      ["services", "[]", "[]", "[get]"],
    ]);
  });
});
