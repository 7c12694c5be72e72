/** Sequences of requests with quotas and limit ranges, in upstream's words. */
import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Pod } from "../../../src/api/types/pod.js";
import type { LimitRange, ResourceQuota } from "../../../src/api/types/policy.js";
import type { PersistentVolumeClaim } from "../../../src/api/types/storage.js";
import { usageOf } from "../../../src/control-plane/apiserver/admission/quota-usage.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, instantServer, pod } from "./pods.js";

function setUp() {
  const { server, simulation } = instantServer();
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
  const message = (send: (done: (result: { readonly ok: boolean; readonly status?: { readonly message: string } }) => void) => void) => {
    let answer = "";
    send((result) => (answer = result.ok ? "" : result.status!.message));
    simulation.run(simulation.now + SECOND);
    return answer;
  };
  return {
    server,
    create: (object: object) => message((done) => client.create(object as never, done)),
    update: (object: object) => message((done) => client.update(object as never, done)),
    used: (name: string) => server.objects.get("ResourceQuota", "default", name)?.status?.used,
  };
}

function quota(name: string, spec: ResourceQuota["spec"]): ResourceQuota {
  return { apiVersion: "v1", kind: "ResourceQuota", metadata: { name, namespace: "default" }, spec };
}

function range(...limits: LimitRange["spec"]["limits"]): LimitRange {
  return { apiVersion: "v1", kind: "LimitRange", metadata: { name: "range", namespace: "default" }, spec: { limits } };
}

function claim(name: string, storage: string, spec: Partial<PersistentVolumeClaim["spec"]> = {}): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, ...spec },
  };
}

function service(name: string, spec: object): ApiObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "default" }, spec } as ApiObject;
}

function podOf(name: string, ...containers: Pod["spec"]["containers"]): Pod {
  return pod(name, { spec: { containers } });
}

const IMAGE = { image: "nginx:1.27" };

describe("what a pod is charged", () => {
  const spec: Pod["spec"] = { containers: [{ name: "c", ...IMAGE, resources: { requests: { cpu: "1" } } }] };
  const lost: Pod = pod("p", {
    spec,
    metadata: { name: "p", namespace: "default", deletionTimestamp: EPOCH, deletionGracePeriodSeconds: 30 },
  });

  it("ends once it should have been gone for its grace period, though its node never said so", () => {
    expect(usageOf("Pod", lost, EPOCH + 30 * SECOND)).toMatchObject({ pods: 1, cpu: "1" });
    expect(usageOf("Pod", lost, EPOCH + 31 * SECOND)).toEqual({ "count/pods": 1 });
    expect(usageOf("Pod", pod("p", { spec }), EPOCH + 31 * SECOND)).toMatchObject({ pods: 1, "requests.cpu": "1" });
  });

  it("is that of all its containers: requests by both names, limits by their own", () => {
    const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } };
    expect(usageOf("Pod", podOf("p", { name: "a", ...IMAGE, resources }, { name: "b", ...IMAGE, resources }))).toEqual({
      "count/pods": 1,
      pods: 1,
      cpu: "200m",
      memory: "128Mi",
      "requests.cpu": "200m",
      "requests.memory": "128Mi",
      "limits.cpu": "400m",
      "limits.memory": "256Mi",
    });
  });

  it("ends with the pod itself, all but being stored", () => {
    expect(usageOf("Pod", pod("p", { spec, status: { phase: "Succeeded" } }))).toEqual({ "count/pods": 1 });
  });
});

describe("what else is charged", () => {
  it("is storage in whole bytes, as quotas take no parts of them (a tenth of a GiB is 107374182.4 bytes)", () => {
    const usage = usageOf("PersistentVolumeClaim", claim("c", "0.1Gi", { storageClassName: "fast" }));
    expect(usage).toMatchObject({ "requests.storage": "107374183", "fast.storageclass.storage.k8s.io/requests.storage": "107374183" });
  });

  it("are huge pages as requests, by both names, and never as limits (podComputeUsageHelper)", () => {
    const pages = { "hugepages-2Mi": "4Mi" };
    const usage = usageOf("Pod", podOf("p", { name: "c", ...IMAGE, resources: { limits: pages, requests: pages } }));
    expect(usage).toEqual({ "count/pods": 1, pods: 1, "hugepages-2Mi": "4Mi", "requests.hugepages-2Mi": "4Mi" });
  });
});

describe("requests against quotas", () => {
  it("must specify what is limited: resources and containers by name, each once", () => {
    const { create } = setUp();
    create(quota("a", { hard: { "requests.memory": "1Gi", "limits.cpu": "1", memory: "1Gi", pods: "5" } }));
    expect(create(podOf("p", { name: "z", ...IMAGE }, { name: "b", ...IMAGE, resources: { limits: { memory: "1Mi" } } }))).toBe(
      'pods "p" is forbidden: failed quota: a: must specify limits.cpu for: b,z; memory for: z; requests.memory for: z',
    );
  });

  it("name every resource that is exceeded, and ask each quota what it misses before one says that it is full", () => {
    const { create, used } = setUp();
    create(quota("full", { hard: { pods: "0", "count/pods": "0", cpu: "1" } }));
    expect(create(podOf("p", { name: "c", ...IMAGE, resources: { requests: { cpu: "2" } } }))).toBe(
      'pods "p" is forbidden: exceeded quota: full, requested: count/pods=1,cpu=2,pods=1, used: count/pods=0,cpu=0,pods=0, limited: count/pods=0,cpu=1,pods=0',
    );
    create(quota("memory", { hard: { "requests.memory": "1Gi" } }));
    expect(create(podOf("p", { name: "c", ...IMAGE, resources: { requests: { cpu: "2" } } }))).toBe(
      'pods "p" is forbidden: failed quota: memory: must specify requests.memory for: c',
    );
    expect(used("full")).toBeUndefined();
  });

  it("are charged for services that change their type, and refused where that is too much", () => {
    const { create, update, used, server } = setUp();
    create(quota("q", { hard: { "services.nodeports": "2", "services.loadbalancers": "0", services: "2" } }));
    expect(create(service("web", { ports: [{ port: 80 }] }))).toBe("");
    const stored = () => server.objects.get("Service", "default", "web")!;
    expect(update({ ...stored(), spec: { ...stored().spec, type: "NodePort" } })).toBe("");
    // The namespace has the service "kubernetes" as well.
    expect(used("q")).toEqual({ services: "2", "services.nodeports": "1", "services.loadbalancers": "0" });
    expect(update({ ...stored(), spec: { ...stored().spec, type: "LoadBalancer" } })).toBe(
      'services "web" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
    );
  });

  it("count claims of a class by themselves", () => {
    const { create } = setUp();
    create(
      quota("q", {
        hard: { "requests.storage": "10Gi", "gold.storageclass.storage.k8s.io/requests.storage": "2Gi", persistentvolumeclaims: "3" },
      }),
    );
    expect(create(claim("a", "3Gi", { storageClassName: "gold" }))).toBe(
      'persistentvolumeclaims "a" is forbidden: exceeded quota: q, requested: gold.storageclass.storage.k8s.io/requests.storage=3Gi, used: gold.storageclass.storage.k8s.io/requests.storage=0, limited: gold.storageclass.storage.k8s.io/requests.storage=2Gi',
    );
    expect(create(claim("a", "3Gi", { storageClassName: "silver" }))).toBe("");
  });

  it("concern pods and claims by the scopes of the quota", () => {
    const { create, used } = setUp();
    const selecting = (scopeName: string, values: readonly string[]) => ({
      scopeSelector: { matchExpressions: [{ scopeName, operator: "In", values }] },
    });
    create(quota("best-effort", { hard: { pods: "1" }, scopes: ["BestEffort"] }));
    create(quota("fast", { hard: { persistentvolumeclaims: "1" }, ...selecting("VolumeAttributesClass", ["fast"]) }));
    expect(create(podOf("guaranteed", { name: "c", ...IMAGE, resources: { limits: { cpu: "1", memory: "1Mi" } } }))).toBe("");
    expect(create(podOf("a", { name: "c", ...IMAGE }))).toBe("");
    expect(create(podOf("b", { name: "c", ...IMAGE }))).toBe(
      'pods "b" is forbidden: exceeded quota: best-effort, requested: pods=1, used: pods=1, limited: pods=1',
    );
    expect(create(claim("plain", "1Gi"))).toBe("");
    expect(create(claim("a", "1Gi", { volumeAttributesClassName: "fast" }))).toBe("");
    expect(used("fast")).toEqual({ persistentvolumeclaims: "1" });
    expect(create(claim("b", "1Gi", { volumeAttributesClassName: "fast" }))).toContain("exceeded quota: fast");
  });
});

describe("requests against limit ranges", () => {
  it("keep claims within their bounds", () => {
    const { create } = setUp();
    create(range({ type: "PersistentVolumeClaim", min: { storage: "2Gi" }, max: { storage: "4Gi" } }));
    expect(create(claim("small", "1Gi"))).toBe(
      'persistentvolumeclaims "small" is forbidden: minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi',
    );
    expect(create(claim("big", "5Gi"))).toBe(
      'persistentvolumeclaims "big" is forbidden: maximum storage usage per PersistentVolumeClaim is 4Gi, but request is 5Gi',
    );
    expect(create(claim("right", "4Gi"))).toBe("");
  });

  it("say what is wrong with several containers once, and with the pod as a whole besides", () => {
    const { create } = setUp();
    create(range({ type: "Container", max: { cpu: "1" } }, { type: "Pod", max: { cpu: "1500m" } }));
    const greedy = { ...IMAGE, resources: { limits: { cpu: "2" } } };
    expect(create(podOf("p", { name: "a", ...greedy }, { name: "b", ...greedy }))).toBe(
      'pods "p" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Pod is 1500m, but limit is 4]',
    );
  });
});
