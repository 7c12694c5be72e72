import { describe, expect, it } from "vitest";
import { EPOCH, pod } from "../../memory-cluster.js";
import { TEMPLATE, textOf } from "./description-text.js";

describe("the description of a deployment", () => {
  it("is that of the Kubernetes documentation, with the lines that were added since", () => {
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "nginx", uid: "d", controller: true };
    const replicaSet = (name: string, hash: string, image: string, replicas: number, age: number) => ({
      kind: "ReplicaSet",
      metadata: { name, namespace: "default", ownerReferences: [owner], creationTimestamp: age },
      spec: {
        replicas,
        template: {
          metadata: { labels: { app: "nginx", "pod-template-hash": hash } },
          spec: { containers: [{ ...TEMPLATE.spec.containers[0], image }] },
        },
      },
      status: { replicas },
    });
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "nginx",
        namespace: "default",
        uid: "d",
        creationTimestamp: EPOCH,
        labels: { app: "nginx" },
        annotations: { "deployment.kubernetes.io/revision": "2", "kubectl.kubernetes.io/last-applied-configuration": "{}\n" },
      },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "nginx" } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        template: TEMPLATE,
      },
      status: {
        replicas: 3,
        updatedReplicas: 3,
        availableReplicas: 3,
        conditions: [
          { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
          { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
        ],
      },
    };
    const around = { ReplicaSet: [replicaSet("nginx-2", "2", "nginx:1.16.1", 3, 2), replicaSet("nginx-1", "1", "nginx:1.14.2", 0, 1)] };
    expect(textOf(deployment, around)).toBe(`Name:                   nginx
Namespace:              default
CreationTimestamp:      Thu, 01 Jan 2026 00:00:00 +0000
Labels:                 app=nginx
Annotations:            deployment.kubernetes.io/revision: 2
Selector:               app=nginx
Replicas:               3 desired | 3 updated | 3 total | 3 available | 0 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 25% max surge
Pod Template:
  Labels:  app=nginx
  Containers:
   nginx:
    Image:         nginx:1.16.1
    Port:          80/TCP
    Host Port:     0/TCP
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
  Progressing    True    NewReplicaSetAvailable
OldReplicaSets:  nginx-1 (0/0 replicas created)
NewReplicaSet:   nginx-2 (3/3 replicas created)`);
  });
});

describe("the descriptions of a replica set and of a replication controller", () => {
  const head = (object: unknown, around?: Parameters<typeof textOf>[1]) => textOf(object, around).split("\nPod Template:")[0];
  const metadata = { name: "web", namespace: "default", uid: "w" };
  const owned = (name: string, phase: string) =>
    pod(name, {
      metadata: {
        labels: { tier: "front", app: "web" },
        ownerReferences: [{ apiVersion: "v1", kind: "Owner", name: "web", uid: "w", controller: true }],
      },
      status: { phase },
    });
  const around = { Pod: [owned("a", "Running"), owned("b", "Pending"), pod("stranger")] };

  it("name the deployment of a replica set, and count the pods that the set selects", () => {
    const set = {
      kind: "ReplicaSet",
      metadata: { ...metadata, ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "site", uid: "s", controller: true }] },
      spec: { replicas: 2, selector: { matchLabels: { tier: "front", app: "web" } }, template: TEMPLATE },
      status: { replicas: 1 },
    };
    expect(head(set, around)).toBe(`Name:           web
Namespace:      default
Selector:       app=web,tier=front
Labels:         <none>
Annotations:    <none>
Controlled By:  Deployment/site
Replicas:       1 current / 2 desired
Pods Status:    1 Running / 1 Waiting / 0 Succeeded / 0 Failed`);
  });

  it("show the plain selector of a replication controller, which kubectl names no owner of", () => {
    const controller = {
      kind: "ReplicationController",
      metadata: { ...metadata, ownerReferences: [{ apiVersion: "v1", kind: "Any", name: "site", uid: "s", controller: true }] },
      spec: { replicas: 2, selector: { tier: "front", app: "web" }, template: TEMPLATE },
      status: { replicas: 2 },
    };
    expect(head(controller, around)).toBe(`Name:         web
Namespace:    default
Selector:     app=web,tier=front
Labels:       <none>
Annotations:  <none>
Replicas:     2 current / 2 desired
Pods Status:  1 Running / 1 Waiting / 0 Succeeded / 0 Failed`);
  });
});
