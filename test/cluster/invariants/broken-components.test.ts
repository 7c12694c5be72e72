/**
 * Each invariant finds the component that does not keep it. A component is broken by replacing one of its methods, or by having its
 * requests get lost, or by a client that does under its name what it would never do.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Kind, ObjectsByKind } from "../../../src/api/kinds.js";
import type { ApiObject, Deployment, Job, Pod } from "../../../src/api/types/index.js";
import { Cluster } from "../../../src/cluster/cluster.js";
import { InvariantChecker } from "../../../src/cluster/invariants/invariant-checker.js";
import { INVARIANTS } from "../../../src/cluster/invariants/invariants.js";
import { ResourceQuota } from "../../../src/control-plane/apiserver/admission/resource-quota.js";
import { ApiClientConnection } from "../../../src/control-plane/apiserver/api-client-connection.js";
import type { ApiClient } from "../../../src/control-plane/apiserver/client.js";
import { ObjectIdentities } from "../../../src/control-plane/apiserver/object-identities.js";
import { KUBERNETES_RULES } from "../../../src/control-plane/apiserver/object-rules.js";
import { ObjectStore, type StoreEntry } from "../../../src/control-plane/apiserver/object-store.js";
import { ObjectWriter } from "../../../src/control-plane/apiserver/registry/object-writer.js";
import { Registry } from "../../../src/control-plane/apiserver/registry/registry.js";
import { ServiceAllocations } from "../../../src/control-plane/apiserver/services/service-allocations.js";
import { WatchCache } from "../../../src/control-plane/apiserver/watch-cache.js";
import { Expectations } from "../../../src/control-plane/controllers/expectations.js";
import { constant } from "../../../src/engine/distribution.js";
import { MILLISECOND, SECOND } from "../../../src/engine/simulation.js";
import { PodNetwork } from "../../../src/network/pod-network.js";
import { PodStatusReporter } from "../../../src/node/pod/pod-status-reporter.js";
import { PodSyncHandler } from "../../../src/node/pod/pod-sync-handler.js";
import { SchedulingQueue } from "../../../src/scheduler/queue/scheduling-queue.js";
import { deployment, describeCluster, EPOCH } from "../small-cluster.js";

const CONTROLLER = "system:serviceaccount:kube-system:";
/** Longer than everything takes that the invariants wait for. */
const LONG = 900 * SECOND;

let cluster: Cluster;
let checker: InvariantChecker;

beforeEach(() => {
  const description = describeCluster(3, {
    latencies: { watchDelivery: constant(200 * MILLISECOND) },
    scaling: [{ group: "worker", min: 3, max: 3 }],
  });
  cluster = new Cluster(description, { seed: 1, epoch: EPOCH });
  checker = new InvariantChecker(cluster);
  cluster.start();
});

afterEach(() => vi.restoreAllMocks());

interface Component {
  readonly prototype: object;
}

/** What replaces a method; private ones too. */
interface Break {
  mockReturnValue(value: unknown): unknown;
  mockImplementation(method: (this: never, ...args: never[]) => unknown): unknown;
}

function broken({ prototype }: Component, method: string): Break {
  return vi.spyOn(prototype as Record<string, () => unknown>, method);
}

function methodOf({ prototype }: Component, name: string): (this: unknown, ...args: unknown[]) => unknown {
  return (prototype as Record<string, () => unknown>)[name];
}

/** Requests of that account and verb get lost. */
function deaf(account: string, verb: "create" | "update" | "updateStatus" | "patch" | "delete", kind?: Kind): void {
  const original = methodOf(ApiClientConnection, verb);
  broken(ApiClientConnection, verb).mockImplementation(function (this: ApiClientConnection, ...args: unknown[]) {
    const about = args[0] as { readonly kind: string };
    const isLost = this.caller.user === CONTROLLER + account && (kind === undefined || about.kind === kind);
    if (!isLost) original.apply(this, args);
  });
}

function as(user: string): ApiClient {
  return cluster.apiServer.connect({ component: "impostor", user, groups: ["system:masters"] });
}

function apply(...objects: ApiObject[]): void {
  for (const object of objects) {
    cluster.kubectl.create(object as ObjectsByKind[Kind], (result) => {
      if (!result.ok) throw new Error(result.status.message);
    });
  }
}

function run(seconds: number): void {
  cluster.simulation.run(cluster.simulation.now + seconds * SECOND);
}

/** Names of the invariants that did not hold. */
function found(): string[] {
  return [...checker.finish().counts.keys()];
}

const spec = { containers: [{ name: "main", image: "nginx:1.27", resources: { requests: { cpu: "1" } } }] };
const template = (app: string) => ({ metadata: { labels: { app } }, spec });

function workload(kind: string, name: string, more: object = {}): ApiObject {
  const apiVersion = kind === "Job" ? "batch/v1" : "apps/v1";
  const selector = kind === "Job" ? {} : { selector: { matchLabels: { app: name } } };
  const templateOf = kind === "Job" ? { ...template(name), spec: { ...spec, restartPolicy: "Never" } } : template(name);
  return { apiVersion, kind, metadata: { name, namespace: "default" }, spec: { ...selector, template: templateOf, ...more } } as ApiObject;
}

function pod(name: string, labels: Record<string, string> = {}, more: Partial<Pod["spec"]> = {}): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", labels }, spec: { ...spec, ...more } };
}

const target = <K extends Kind>(kind: K, name: string) => ({ kind, namespace: "default", name }) as const;

function service(name: string): ApiObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  } as ApiObject;
}

function budget(name: string): ApiObject {
  const budgetSpec = { selector: { matchLabels: { app: name } }, minAvailable: 2 };
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name, namespace: "default" }, spec: budgetSpec } as ApiObject;
}

function quota(pods: string): ApiObject {
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "quota", namespace: "default" },
    spec: { hard: { pods } },
  } as ApiObject;
}

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } } as ApiObject;

/** What breaks each invariant. The run goes on for a long time afterwards. */
const BREAKS: Readonly<Record<string, () => void>> = {
  "resource-version-monotonic": () => {
    broken(ObjectStore, "nextRevision").mockReturnValue(7);
    apply(service("web"));
  },
  "no-lost-update": () => {
    const update = methodOf(Registry, "update");
    broken(Registry, "update").mockImplementation(function (this: Registry, object: ApiObject, ...rest: ["", string]) {
      return update.call(this, { ...object, metadata: { ...object.metadata, resourceVersion: "" } }, ...rest);
    });
    apply(deployment("web", 1));
    run(10);
    const read = cluster.view.get("Deployment", "default", "web")!;
    cluster.kubectl.patch<"Deployment">(target("Deployment", "web"), (current) => ({ ...current, spec: { ...current.spec, replicas: 2 } }));
    run(10);
    cluster.kubectl.update<"Deployment">({ ...read, spec: { ...read.spec, paused: true } });
  },
  "uid-unique": () => {
    broken(ObjectIdentities, "uid").mockReturnValue("00000000-0000-4000-8000-000000000000");
    apply(service("web"), service("shop"));
  },
  "generation-counts-spec": () => {
    const replaced = methodOf(ObjectWriter, "replaced");
    broken(ObjectWriter, "replaced").mockImplementation(function (this: ObjectWriter, kind: Kind, entry: StoreEntry, next: ApiObject) {
      return replaced.call(this, kind, entry, { ...next, metadata: { ...next.metadata, generation: 9 } });
    });
    apply(deployment("web", 1));
    run(10);
    cluster.kubectl.patch<"Deployment">(target("Deployment", "web"), (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { a: "b" } },
    }));
  },
  "finalizers-empty-at-removal": () => {
    removeAtOnce();
    apply({ ...service("web"), metadata: { name: "web", namespace: "default", finalizers: ["example.com/hold"] } });
    run(1);
    cluster.kubectl.delete(target("Service", "web"));
  },
  "namespace-empty-at-removal": () => {
    removeAtOnce();
    apply(namespace);
    run(1);
    apply({ ...service("web"), metadata: { name: "web", namespace: "team" } });
    run(10);
    cluster.kubectl.delete({ kind: "Namespace", name: "team" });
  },
  "owner-references-resolve": () => {
    deaf("generic-garbage-collector", "delete");
    apply(deployment("web", 1));
    run(10);
    cluster.kubectl.delete(target("Deployment", "web"));
  },
  "deleted-objects-go": () => {
    broken(PodStatusReporter, "remove").mockImplementation(() => undefined);
    apply(pod("web"));
    run(10);
    cluster.kubectl.delete(target("Pod", "web"));
  },
  "pod-bound-once": () => {
    broken(Registry, "bind").mockImplementation(function (this: Registry, { name }: { name: string }, nodeName: string) {
      const bind = (current: Pod): Pod => ({ ...current, spec: { ...current.spec, nodeName } });
      return this.patch<"Pod">(target("Pod", name), bind, "", "");
    });
    vi.spyOn(KUBERNETES_RULES, "validateUpdate").mockReturnValue([]);
    apply(pod("web"));
    run(10);
    const { nodeName } = cluster.view.get("Pod", "default", "web")!.spec;
    as("system:kube-scheduler").bind(target("Pod", "web"), nodeName === "worker-1" ? "worker-2" : "worker-1");
  },
  "pod-phase-final": () => {
    apply({
      ...pod("job", {}, { restartPolicy: "Never" }),
      metadata: { name: "job", namespace: "default", annotations: { "kubewarp.io/run-duration": "1s" } },
    });
    run(20);
    as("system:node:worker-1").patchStatus<"Pod">(target("Pod", "job"), (current) => ({
      ...current,
      status: { ...current.status, phase: "Running" },
    }));
  },
  "pod-ip-unique": () => {
    broken(PodNetwork, "setUp").mockReturnValue({ ok: true, addresses: ["10.244.1.1"], delay: 0 });
    apply(deployment("web", 2));
  },
  "pods-get-scheduled": () => {
    broken(SchedulingQueue, "add").mockImplementation(() => undefined);
    apply(pod("web"));
  },
  "pods-get-started": () => {
    broken(PodSyncHandler, "add").mockImplementation(() => undefined);
    apply(pod("web"));
  },
  "node-groups-within-bounds": () => markForDeletion("worker-1"),
  "scale-down-spares-pods": () => {
    apply(pod("alone"));
    run(120);
    markForDeletion(cluster.view.get("Pod", "default", "alone")!.spec.nodeName!);
  },
  "scale-down-waits-after-add": () => {
    run(10);
    cluster.nodeGroups.nodeGroups[0].increaseSize(1);
    run(240);
    markForDeletion("worker-1");
  },
  "node-within-allocatable": () => {
    for (let index = 0; index < 6; index++) apply(pod(`web-${index}`, {}, { schedulerName: "careless" }));
    run(5);
    for (let index = 0; index < 6; index++) as("system:kube-scheduler").bind(target("Pod", `web-${index}`), "worker-1");
  },
  "replica-set-converges": () => {
    deaf("replicaset-controller", "create");
    apply(workload("ReplicaSet", "web", { replicas: 2 }));
  },
  "deployment-converges": () => {
    deaf("deployment-controller", "create");
    apply(workload("Deployment", "web", { replicas: 2 }));
  },
  "stateful-set-converges": () => {
    deaf("statefulset-controller", "create", "Pod");
    apply(workload("StatefulSet", "web", { replicas: 2, serviceName: "web" }));
  },
  "daemon-set-converges": () => {
    deaf("daemon-set-controller", "create", "Pod");
    apply(workload("DaemonSet", "web"));
  },
  "job-converges": () => {
    deaf("job-controller", "create");
    apply(workload("Job", "work"));
  },
  "cron-job-concurrency": () => {
    const long = { metadata: { annotations: { "kubewarp.io/run-duration": "10m" } }, spec: { ...spec, restartPolicy: "Never" } };
    const jobTemplate = { spec: { template: long } };
    apply({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "often", namespace: "default" },
      spec: { schedule: "* * * * *", concurrencyPolicy: "Forbid", jobTemplate },
    } as ApiObject);
    run(90);
    const [first] = [...cluster.view.list("Job")];
    const { annotations = {}, ownerReferences = [] } = first.metadata;
    as(`${CONTROLLER}cronjob-controller`).create<"Job">({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "second", namespace: "default", annotations, ownerReferences },
      spec: { template: long } as Job["spec"],
    });
  },
  "no-excess-pods": () => {
    broken(Expectations, "satisfied").mockReturnValue(true);
    apply({ ...workload("ReplicationController", "web", { replicas: 3, selector: { app: "web" } }), apiVersion: "v1" });
    run(0.05);
    // The controller looks again before its watch has shown it the pods that it made.
    for (const pass of ["1", "2"]) {
      cluster.kubectl.patch<"ReplicationController">(target("ReplicationController", "web"), (set) => ({
        ...set,
        metadata: { ...set.metadata, annotations: { pass } },
      }));
      run(0.05);
    }
  },
  "pods-claimed": () => {
    deaf("replicaset-controller", "patch");
    apply(workload("ReplicaSet", "web", { replicas: 1 }));
    run(10);
    apply(pod("stray", { app: "web" }));
  },
  "controllers-delete-their-own": () => {
    apply(pod("web"));
    run(10);
    as(`${CONTROLLER}replicaset-controller`).delete(target("Pod", "web"));
  },
  "service-ip-unique": () => {
    broken(ServiceAllocations, "allocate").mockImplementation((one: ObjectsByKind["Service"]) => ({
      service: { ...one, spec: { ...one.spec, clusterIP: "10.96.0.77", clusterIPs: ["10.96.0.77"] } },
      revert: () => undefined,
    }));
    apply(service("web"), service("shop"));
  },
  "endpoints-match-pods": () => {
    deaf("endpointslice-controller", "create");
    apply(service("web"), deployment("web", 1));
  },
  "quota-not-exceeded": () => {
    broken(ResourceQuota, "validate").mockImplementation(() => undefined);
    apply(quota("1"));
    run(10);
    apply(pod("web-1"), pod("web-2"));
  },
  "disruption-budget-kept": () => {
    broken(Registry, "evict").mockImplementation(function (this: Registry, evicted: { kind: "Pod"; name: string }) {
      return this.delete(evicted, {}, "");
    });
    apply(deployment("web", 2), budget("web"));
    run(30);
    const [first] = [...cluster.view.list("Pod")];
    cluster.kubectl.evict(target("Pod", first.metadata.name));
  },
};

/** A cluster autoscaler that asks nobody. */
function markForDeletion(name: string): void {
  const taint = { key: "ToBeDeletedByClusterAutoscaler", value: "0", effect: "NoSchedule" } as const;
  cluster.kubectl.patch<"Node">({ kind: "Node", name }, (node) => ({ ...node, spec: { ...node.spec, taints: [taint] } }));
}

/** An API server that asks nobody. */
function removeAtOnce(): void {
  broken(Registry, "delete").mockImplementation(function (this: Registry, doomed: { kind: Kind; name: string }) {
    const object = this.get(doomed);
    this.erase(object);
    return object;
  });
}

describe("a broken component", () => {
  it.each(Object.keys(INVARIANTS))("that does not keep %s is found", (name) => {
    BREAKS[name]();
    cluster.simulation.run(LONG);
    expect(found()).toContain(name);
  });

  it("that collects what has an owner is found", () => {
    apply(deployment("web", 1));
    run(10);
    const [owned] = [...cluster.view.list("Pod")];
    as(`${CONTROLLER}generic-garbage-collector`).delete(target("Pod", owned.metadata.name));
    run(10);
    expect(found()).toEqual(["owner-references-resolve"]);
  });

  it("that corrects how a pod has ended long after it has seen it is found", () => {
    const annotations = { "kubewarp.io/run-duration": "1s" };
    apply({ ...pod("job", {}, { restartPolicy: "Never" }), metadata: { name: "job", namespace: "default", annotations } });
    run(90);
    const { nodeName = "" } = cluster.view.get("Pod", "default", "job")!.spec;
    as(`system:node:${nodeName}`).patchStatus<"Pod">(target("Pod", "job"), (current) => ({
      ...current,
      status: { ...current.status, phase: "Failed" },
    }));
    run(10);
    expect(found()).toEqual(["pod-phase-final"]);
  });

  it("that delivers changes out of order is found", () => {
    const deliver = methodOf(WatchCache, "deliver");
    const held: unknown[] = [];
    broken(WatchCache, "deliver").mockImplementation(function (this: WatchCache, change: unknown) {
      held.push(change);
      if (held.length < 2) return;
      for (const one of held.splice(0).reverse()) deliver.call(this, one);
    });
    apply(deployment("web", 2));
    run(60);
    expect(found()).toContain("resource-version-monotonic");
  });

  it("that tells of fewer pods than there are is found", () => {
    deaf("replicaset-controller", "updateStatus");
    apply(workload("ReplicaSet", "web", { replicas: 2 }));
    cluster.simulation.run(LONG);
    expect(found()).toContain("replica-set-converges");
  });
});

describe("a healthy control plane", () => {
  it("keeps every invariant", () => {
    apply(
      namespace,
      service("web"),
      deployment("web", 3),
      budget("web"),
      quota("20"),
      workload("ReplicaSet", "set", { replicas: 1 }),
      workload("StatefulSet", "db", { replicas: 2, serviceName: "db" }),
      workload("DaemonSet", "agent"),
      workload("Job", "work"),
      pod("alone"),
    );
    run(60);
    cluster.kubectl.patch<"Deployment">(target("Deployment", "web"), (current: Deployment) => ({
      ...current,
      spec: { ...current.spec, replicas: 1 },
    }));
    cluster.faults.nodePowerOff("worker-3");
    cluster.kubectl.delete(target("StatefulSet", "db"));
    cluster.kubectl.delete({ kind: "Namespace", name: "team" });
    cluster.simulation.run(LONG);
    expect(checker.finish().violations).toEqual([]);
  });

  it("keeps every invariant while a failed pod waits uncounted for its index to be tried again", () => {
    const annotations = { "kubewarp.io/run-duration": "3s", "kubewarp.io/exit-code": "1" };
    const failing = { metadata: { annotations }, spec: { ...spec, restartPolicy: "Never" } };
    apply(workload("Job", "work", { completionMode: "Indexed", completions: 2, backoffLimitPerIndex: 6, template: failing }));
    // After four failures the next try comes 80 s later.
    run(150);
    expect(
      [...cluster.view.list("Pod")].filter(({ metadata }) => metadata.finalizers !== undefined && metadata.finalizers.length > 0),
    ).toHaveLength(1);
    expect(checker.finish().violations).toEqual([]);
  });
});
