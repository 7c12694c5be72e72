import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseQuantity } from "../../../src/api/quantity.js";
import type { ApiObject, ResourceList } from "../../../src/api/types/meta.js";
import type { Node } from "../../../src/api/types/node.js";
import type { Container, Pod } from "../../../src/api/types/pod.js";
import type { LimitRange, PriorityClass, ResourceQuota, RuntimeClass } from "../../../src/api/types/policy.js";
import type { PersistentVolumeClaim, StorageClass } from "../../../src/api/types/storage.js";
import { defaultAdmissionPlugins } from "../../../src/control-plane/apiserver/admission/default-plugins.js";
import type { ApiServerOptions } from "../../../src/control-plane/apiserver/api-server.js";
import type { ApiStatus } from "../../../src/control-plane/apiserver/client.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { instantServer, pod } from "./pods.js";

function setUp(options: Partial<ApiServerOptions> = {}) {
  const { server, simulation } = instantServer(options);
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
  const create = <T extends ApiObject>(object: T): { readonly object?: T; readonly status?: ApiStatus } => {
    let outcome: { object?: T; status?: ApiStatus } = {};
    client.create(object as never, (result) => {
      outcome = result.ok ? { object: result.object as unknown as T } : { status: result.status };
    });
    simulation.run(simulation.now + SECOND);
    return outcome;
  };
  return { server, simulation, client, create };
}

describe("NamespaceLifecycle", () => {
  it("refuses objects in namespaces that are missing or going, and keeps the first namespaces", () => {
    const { create, client, simulation, server } = setUp();
    expect(create(pod("p", { metadata: { name: "p", namespace: "nowhere" } })).status).toEqual({
      code: 404,
      reason: "NotFound",
      message: 'namespaces "nowhere" not found',
      details: { name: "nowhere", kind: "namespaces" },
    });
    create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "dev" } });
    client.delete({ kind: "Namespace", name: "dev" });
    simulation.run(simulation.now + SECOND);
    expect(server.objects.get("Namespace", undefined, "dev")?.status?.phase).toBe("Terminating");
    expect(create(pod("p", { metadata: { name: "p", namespace: "dev" } })).status).toMatchObject({
      code: 403,
      message: 'pods "p" is forbidden: unable to create new content in namespace dev because it is being terminated',
      causes: [{ type: "NamespaceTerminating", message: "namespace dev is being terminated" }],
    });
    for (const name of ["default", "kube-system", "kube-public"]) {
      let refusal = "";
      client.delete({ kind: "Namespace", name }, {}, (result) => (refusal = result.ok ? "" : result.status.message));
      simulation.run(simulation.now + SECOND);
      expect(refusal).toBe(`namespaces "${name}" is forbidden: this namespace may not be deleted`);
      expect(server.objects.get("Namespace", undefined, name)?.status?.phase).toBe("Active");
    }
    client.patch<"Namespace">({ kind: "Namespace", name: "dev" }, (current) => ({ ...current, spec: { finalizers: [] } }));
    simulation.run(simulation.now + SECOND);
    expect(server.objects.get("Namespace", undefined, "dev")).toBeUndefined();
  });
});

describe("Priority", () => {
  const gold: PriorityClass = {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: "gold" },
    value: 1_000,
    preemptionPolicy: "Never",
  };

  it("gives pods the value and policy of their class, and 0 without one", () => {
    const { create } = setUp();
    create(gold);
    expect(create(pod("a", { spec: { ...pod("a").spec, priorityClassName: "gold" } })).object?.spec).toMatchObject({
      priority: 1_000,
      preemptionPolicy: "Never",
    });
    expect(create(pod("b")).object?.spec).toMatchObject({ priority: 0, preemptionPolicy: "PreemptLowerPriority" });
    expect(create(pod("c", { spec: { ...pod("c").spec, priorityClassName: "system-node-critical" } })).object?.spec.priority).toBe(
      2_000_001_000,
    );
    expect(create(pod("d", { spec: { ...pod("d").spec, priorityClassName: "nope" } })).status?.message).toBe(
      'pods "d" is forbidden: no PriorityClass with name nope was found',
    );
  });

  it("lets there be one global default", () => {
    const { create } = setUp();
    const general = (name: string): PriorityClass => ({ ...gold, metadata: { name }, globalDefault: true });
    expect(create(general("general")).object).toBeDefined();
    expect(create(general("other")).status?.message).toBe(
      'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass general is already marked as default. Only one default can exist',
    );
  });

  it("notices a class that comes between two pods of one template", () => {
    const { create } = setUp();
    const { spec } = pod("a");
    expect(create(pod("a", { spec })).object?.spec.priority).toBe(0);
    create({ ...gold, globalDefault: true });
    expect(create(pod("b", { spec })).object?.spec).toMatchObject({ priority: 1_000, priorityClassName: "gold" });
  });
});

describe("DefaultTolerationSeconds", () => {
  it("adds tolerations for 300 s unless the pod has its own", () => {
    const { create } = setUp();
    expect(create(pod("a")).object?.spec.tolerations).toEqual([
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
    ]);
    const own = [{ key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }] as const;
    expect(
      create(pod("b", { spec: { ...pod("b").spec, tolerations: own } })).object?.spec.tolerations?.map(
        ({ tolerationSeconds }) => tolerationSeconds,
      ),
    ).toEqual([5, 300]);
    const every = [{ operator: "Exists" }] as const;
    expect(create(pod("c", { spec: { ...pod("c").spec, tolerations: every } })).object?.spec.tolerations).toEqual(every);
  });

  it("has settings for both, and can be switched off", () => {
    const shorter = setUp({ admission: defaultAdmissionPlugins({ tolerationSeconds: { notReadySeconds: 10, unreachableSeconds: 20 } }) });
    expect(shorter.create(pod("a")).object?.spec.tolerations?.map(({ tolerationSeconds }) => tolerationSeconds)).toEqual([10, 20]);
    const off = setUp({ admission: defaultAdmissionPlugins({ disabled: ["DefaultTolerationSeconds"] }) });
    expect(off.create(pod("a")).object?.spec.tolerations).toBeUndefined();
  });
});

describe("ServiceAccount", () => {
  it("names the default account, and refuses unknown ones where they must exist", () => {
    const { create } = setUp();
    expect(create(pod("a")).object?.spec).toMatchObject({ serviceAccountName: "default", serviceAccount: "default" });
    const strict = setUp({ admission: defaultAdmissionPlugins({ serviceAccount: { mustExist: true } }) });
    expect(strict.create(pod("p", { spec: { ...pod("p").spec, serviceAccountName: "nope" } })).status?.message).toBe(
      'pods "p" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
    );
    strict.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "nope", namespace: "default" } });
    expect(strict.create(pod("p", { spec: { ...pod("p").spec, serviceAccountName: "nope" } })).object).toBeDefined();
  });
});

describe("RuntimeClass", () => {
  it("adds overhead, node selector and tolerations", () => {
    const { create } = setUp();
    const kata: RuntimeClass = {
      apiVersion: "node.k8s.io/v1",
      kind: "RuntimeClass",
      metadata: { name: "kata" },
      handler: "kata",
      overhead: { podFixed: { cpu: "250m", memory: "120Mi" } },
      scheduling: { nodeSelector: { runtime: "kata" }, tolerations: [{ key: "kata", operator: "Exists" }] },
    };
    create(kata);
    const { spec } = create(pod("a", { spec: { ...pod("a").spec, runtimeClassName: "kata" } })).object!;
    expect(spec.overhead).toEqual({ cpu: "250m", memory: "120Mi" });
    expect(spec.nodeSelector).toEqual({ runtime: "kata" });
    expect(spec.tolerations).toContainEqual({ key: "kata", operator: "Exists" });
    expect(create(pod("b", { spec: { ...pod("b").spec, runtimeClassName: "gvisor" } })).status?.message).toContain(
      'RuntimeClass "gvisor" not found',
    );
  });
});

describe("other plugins", () => {
  it("taint new nodes until they are seen ready", () => {
    const { create } = setUp();
    const node: Node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "worker-1" },
      spec: { taints: [{ key: "gpu", effect: "NoSchedule" }] },
    };
    expect(create(node).object?.spec.taints).toEqual([
      { key: "gpu", effect: "NoSchedule" },
      { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
    ]);
  });

  it("label bound pods with zone and region of their node, one object of labels for pods of one template", () => {
    const { create, client, simulation, server } = setUp();
    server.load([
      {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "worker-1", labels: { "topology.kubernetes.io/zone": "a", disk: "ssd" } },
        spec: {},
      } as Node,
    ]);
    const labels = { app: "web" };
    for (const name of ["a", "b"]) {
      create(pod(name, { metadata: { name, namespace: "default", labels } }));
      client.bind({ kind: "Pod", namespace: "default", name }, "worker-1");
    }
    simulation.run(simulation.now + SECOND);
    const bound = [...server.objects.list("Pod")].map(({ metadata }) => metadata.labels);
    expect(bound[0]).toEqual({ app: "web", "topology.kubernetes.io/zone": "a" });
    expect(bound[1]).toBe(bound[0]);
  });

  it("protect claims in use and give them the default class, the newest of several", () => {
    const { create, simulation } = setUp();
    const storageClass = (name: string, isDefault: string): StorageClass => ({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": isDefault } },
      provisioner: "example.com/disk",
    });
    create(storageClass("old", "true"));
    simulation.run(simulation.now + SECOND);
    create(storageClass("new", "true"));
    create(storageClass("other", "false"));
    const claim: PersistentVolumeClaim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const created = create(claim).object!;
    expect(created.spec.storageClassName).toBe("new");
    expect(created.metadata.finalizers).toEqual(["kubernetes.io/pvc-protection"]);
    expect(
      create({ ...claim, metadata: { ...claim.metadata, name: "none" }, spec: { ...claim.spec, storageClassName: "" } }).object?.spec
        .storageClassName,
    ).toBe("");
  });

  it("let only claims grow whose class allows it", () => {
    const { create, client, server, simulation } = setUp();
    const storageClass = (name: string, allowVolumeExpansion: boolean): StorageClass => ({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name },
      provisioner: "x",
      allowVolumeExpansion,
    });
    const answers: string[] = [];
    for (const allowed of [false, true]) {
      const storageClassName = `grows-${allowed}`;
      create(storageClass(storageClassName, allowed));
      create<PersistentVolumeClaim>({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: storageClassName, namespace: "default" },
        spec: { storageClassName, accessModes: ["ReadWriteOnce"], volumeName: "v", resources: { requests: { storage: "1Gi" } } },
      });
      const target = { kind: "PersistentVolumeClaim", namespace: "default", name: storageClassName } as const;
      client.patchStatus<"PersistentVolumeClaim">(target, (claim) => ({ ...claim, status: { phase: "Bound" } }));
      simulation.run(simulation.now + SECOND);
      client.patch<"PersistentVolumeClaim">(
        target,
        (claim) => ({ ...claim, spec: { ...claim.spec, resources: { requests: { storage: "2Gi" } } } }),
        (result) => answers.push(result.ok ? "ok" : result.status.message),
      );
      simulation.run(simulation.now + SECOND);
    }
    expect(answers).toEqual([
      'persistentvolumeclaims "grows-false" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      "ok",
    ]);
    expect(server.objects.count("PersistentVolumeClaim")).toBe(2);
  });

  it("treat pods of one template once: they share one spec", () => {
    const { create } = setUp();
    const { spec } = pod("a");
    const first = create(pod("a", { spec })).object!;
    expect(create(pod("b", { spec })).object?.spec).toBe(first.spec);
  });
});

describe("LimitRanger", () => {
  it("gives containers what they leave out, and refuses what is out of bounds", () => {
    const { create } = setUp();
    const limits: LimitRange = {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "limits", namespace: "default" },
      spec: { limits: [{ type: "Container", default: { cpu: "500m" }, defaultRequest: { cpu: "200m" }, max: { cpu: "1" } }] },
    };
    create(limits);
    const made = create(pod("plain")).object!;
    expect(made.spec.containers[0].resources).toEqual({ limits: { cpu: "500m" }, requests: { cpu: "200m" } });
    const big = pod("big", { spec: { containers: [{ name: "web", image: "nginx:1.27", resources: { limits: { cpu: "2" } } }] } });
    expect(create(big).status?.message).toBe('pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2');
  });
});

describe("ResourceQuota", () => {
  const quota = (hard: ResourceQuota["spec"]["hard"]): ResourceQuota => ({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "compute-quota", namespace: "default" },
    spec: { hard: hard! },
  });

  it("refuses what exceeds it in upstream's words, and charges what it admits", () => {
    const { create, server } = setUp();
    create(quota({ pods: "10" }));
    for (let index = 0; index < 10; index++) expect(create(pod(`p${index}`)).object).toBeDefined();
    expect(create(pod("p10")).status).toMatchObject({
      code: 403,
      message: 'pods "p10" is forbidden: exceeded quota: compute-quota, requested: pods=1, used: pods=10, limited: pods=10',
    });
    expect(server.objects.get("ResourceQuota", "default", "compute-quota")?.status).toEqual({ hard: { pods: "10" }, used: { pods: "10" } });
  });

  it("counts other objects, their storage and ports as well", () => {
    const { create } = setUp();
    create(quota({ "count/deployments.apps": "0", "services.nodeports": "1", "requests.storage": "5Gi" }));
    const labels = { a: "b" };
    expect(
      create({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "default" },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod("x").spec } },
      } as ApiObject).status?.message,
    ).toBe(
      'deployments.apps "web" is forbidden: exceeded quota: compute-quota, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
    );
    const service = (name: string): ApiObject =>
      ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, namespace: "default" },
        spec: { type: "NodePort", selector: labels, ports: [{ port: 80 }] },
      }) as ApiObject;
    expect(create(service("a")).object).toBeDefined();
    expect(create(service("b")).status?.message).toContain(
      "requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1",
    );
  });
});

const GOLDEN = "../shared/golden/controlplane/api/quota-limits-admission.json";

interface GoldenCase {
  readonly name: string;
  readonly objects: readonly (ResourceQuota | LimitRange)[];
  readonly steps: readonly {
    readonly posted: Pod;
    readonly returned?: Pod;
    readonly answer?: { readonly code: number; readonly message: string };
  }[];
  readonly quotaStatusAfter?: readonly ResourceQuota["status"][];
}

/** Requests and limits with amounts as the API server writes them out. */
function canonicalResources({ resources = {} }: Container): unknown {
  const canonical = (list: ResourceList = {}) =>
    Object.fromEntries(Object.entries(list).map(([name, amount]) => [name, parseQuantity(amount).toString()]));
  return { requests: canonical(resources.requests), limits: canonical(resources.limits) };
}

describe.skipIf(!existsSync(GOLDEN))("recorded answers of a real API server to quotas and limits", () => {
  const { cases } = (existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, "utf8")) : { cases: [] }) as { cases: readonly GoldenCase[] };

  it.each(cases)("$name", ({ name, objects, steps, quotaStatusAfter }) => {
    const { create, server } = setUp();
    server.load([{ apiVersion: "v1", kind: "Namespace", metadata: { name } }]);
    create({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "gold" }, value: 1_000 });
    for (const object of objects) create({ ...object, metadata: { ...object.metadata, namespace: name } });
    for (const { posted, returned, answer } of steps) {
      const { object, status } = create(posted);
      if (answer === undefined) {
        expect(status).toBeUndefined();
        expect(object?.metadata.annotations).toEqual(returned?.metadata.annotations);
        expect(object?.spec.containers.map(canonicalResources)).toEqual(returned?.spec.containers.map(canonicalResources));
        expect(object?.spec.priority).toBe(returned?.spec.priority);
        expect(object?.spec.tolerations).toEqual(returned?.spec.tolerations);
      } else if (answer.code !== 422) expect(status).toMatchObject({ code: answer.code, message: answer.message });
      else expect(status === undefined || status.message === answer.message).toBe(true);
    }
    if (quotaStatusAfter !== undefined)
      expect([...server.objects.list("ResourceQuota", name)].map(({ status }) => status)).toEqual(quotaStatusAfter);
  });
});
