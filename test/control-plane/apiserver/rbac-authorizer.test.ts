import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { ClusterRole, Role, RoleBinding } from "../../../src/api/types/policy.js";
import type { ReplicaSet } from "../../../src/api/types/workloads.js";
import { RbacAuthorizer } from "../../../src/control-plane/apiserver/rbac-authorizer.js";
import type { ConnectOptions } from "../../../src/control-plane/apiserver/client.js";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { instantServer, pod } from "./pods.js";

const ADMIN: ConnectOptions = { component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"] };
const RBAC = "rbac.authorization.k8s.io";
const READER: Role = {
  apiVersion: `${RBAC}/v1`,
  kind: "Role",
  metadata: { name: "pod-reader", namespace: "dev" },
  rules: [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] }],
};
const READ: RoleBinding = {
  apiVersion: `${RBAC}/v1`,
  kind: "RoleBinding",
  metadata: { name: "read-pods", namespace: "dev" },
  roleRef: { apiGroup: RBAC, kind: "Role", name: "pod-reader" },
  subjects: [{ kind: "ServiceAccount", name: "ci", namespace: "dev" }],
};

function setUp() {
  const { server, simulation } = instantServer({ authorizer: new RbacAuthorizer() });
  const messages = (options: ConnectOptions) => {
    const client = server.connect(options);
    const said: string[] = [];
    const note = (result: { readonly ok: boolean; readonly status?: { readonly message: string } }): void => {
      said.push(result.ok ? "ok" : result.status!.message);
    };
    return { client, said, note };
  };
  server.load([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "dev" } }]);
  return { server, simulation, messages };
}

describe("role-based access control", () => {
  it("refuses in upstream's words who has no role", () => {
    const { simulation, messages } = setUp();
    const { client, said, note } = messages({ component: "app", user: "system:serviceaccount:dev:ci" });
    client.list("Pod", { namespace: "default" }, note);
    client.list("Node", {}, note);
    client.get({ kind: "Pod", namespace: "dev", name: "web" }, note);
    client.create<"Pod">(pod("web"), note);
    client.delete({ kind: "Deployment", namespace: "dev", name: "web" }, {}, note);
    client.evict({ kind: "Pod", namespace: "dev", name: "web" }, {}, note);
    simulation.run(SECOND);
    const user = 'User "system:serviceaccount:dev:ci"';
    expect(said).toEqual([
      `pods is forbidden: ${user} cannot list resource "pods" in API group "" in the namespace "default"`,
      `nodes is forbidden: ${user} cannot list resource "nodes" in API group "" at the cluster scope`,
      `pods "web" is forbidden: ${user} cannot get resource "pods" in API group "" in the namespace "dev"`,
      `pods is forbidden: ${user} cannot create resource "pods" in API group "" in the namespace "default"`,
      `deployments.apps "web" is forbidden: ${user} cannot delete resource "deployments" in API group "apps" in the namespace "dev"`,
      `pods "web" is forbidden: ${user} cannot create resource "pods/eviction" in API group "" in the namespace "dev"`,
    ]);
  });

  it("grants what a role in a namespace lists, there and to its subject only", () => {
    const { server, simulation, messages } = setUp();
    server.load([READER, READ]);
    const { client, said, note } = messages({ component: "app", user: "system:serviceaccount:dev:ci" });
    const other = messages({ component: "app", user: "system:serviceaccount:dev:other" });
    client.list("Pod", { namespace: "dev" }, note);
    client.list("Pod", { namespace: "default" }, note);
    client.list("Pod", {}, note);
    client.delete({ kind: "Pod", namespace: "dev", name: "web" }, {}, note);
    other.client.list("Pod", { namespace: "dev" }, other.note);
    simulation.run(SECOND);
    expect(said.map((text) => text === "ok")).toEqual([true, false, false, false]);
    expect(other.said[0]).toContain("cannot list");
  });

  it("follows changes of roles: names of resources, subresources, and the loss of a right", () => {
    const { server, simulation, messages } = setUp();
    const admin = server.connect(ADMIN);
    const { client, said, note } = messages({ component: "app", user: "system:serviceaccount:dev:ci" });
    admin.create<"Role">({ ...READER, rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["web"] }] });
    admin.create<"RoleBinding">(READ);
    simulation.run(SECOND);
    client.get({ kind: "Pod", namespace: "dev", name: "web" }, note);
    client.get({ kind: "Pod", namespace: "dev", name: "db" }, note);
    simulation.run(2 * SECOND);
    admin.patch<"Role">({ kind: "Role", namespace: "dev", name: "pod-reader" }, (role) => ({ ...role, rules: [] }));
    simulation.run(3 * SECOND);
    client.get({ kind: "Pod", namespace: "dev", name: "web" }, note);
    simulation.run(4 * SECOND);
    expect(said[0]).toBe('pods "web" not found');
    expect(said[1]).toContain("is forbidden");
    expect(said[2]).toContain("is forbidden");
  });

  it("lets the components of the control plane do their work", () => {
    const { server, simulation, messages } = setUp();
    const replicaSets = messages({ component: "replicaset-controller", user: "system:serviceaccount:kube-system:replicaset-controller" });
    const scheduler = messages({ component: "default-scheduler", user: "system:kube-scheduler" });
    const kubelet = messages({ component: "kubelet", user: "system:node:worker-1", groups: ["system:nodes"] });
    const target = { kind: "Pod", namespace: "default", name: "web" } as const;
    replicaSets.client.create<"Pod">(pod("web"), replicaSets.note);
    scheduler.client.bind(target, "worker-1", scheduler.note);
    kubelet.client.create<"Node">({ apiVersion: "v1", kind: "Node", metadata: { name: "worker-1" }, spec: {} }, kubelet.note);
    kubelet.client.patchStatus<"Pod">(target, (current) => ({ ...current, status: { phase: "Running" } }), kubelet.note);
    kubelet.client.delete(target, { gracePeriodSeconds: 0 }, kubelet.note);
    scheduler.client.create<"Pod">(pod("other"), scheduler.note);
    kubelet.client.delete({ kind: "Node", name: "worker-1" }, {}, kubelet.note);
    kubelet.client.recordEvent(target, "Normal", "Started", "Started container");
    simulation.run(SECOND);
    expect(replicaSets.said).toEqual(["ok"]);
    expect(scheduler.said.toSorted()).toEqual([
      "ok",
      'pods is forbidden: User "system:kube-scheduler" cannot create resource "pods" in API group "" in the namespace "default"',
    ]);
    const [nodeRefusal, ...others] = kubelet.said.toSorted((a, b) => b.length - a.length);
    expect(others).toEqual(["ok", "ok", "ok"]);
    expect(nodeRefusal).toContain('cannot delete resource "nodes"');
    expect(server.objects.count("Event")).toBe(1);
  });

  it("stops the work of a controller that lost its role, until it is back", () => {
    const { server, simulation, messages } = setUp();
    const admin = server.connect(ADMIN);
    const name = "system:controller:replicaset-controller";
    const role = server.objects.get("ClusterRole", undefined, name) as ClusterRole;
    const { client, said, note } = messages({
      component: "replicaset-controller",
      user: "system:serviceaccount:kube-system:replicaset-controller",
    });
    admin.delete({ kind: "ClusterRole", name });
    simulation.run(SECOND);
    client.create<"Pod">(pod("web"), note);
    simulation.run(2 * SECOND);
    admin.create<"ClusterRole">({ ...role, metadata: { name } });
    simulation.run(3 * SECOND);
    client.create<"Pod">(pod("web"), note);
    simulation.run(4 * SECOND);
    expect(said[0]).toContain('cannot create resource "pods"');
    expect(said[1]).toBe("ok");
    expect(server.answersByCode.get(403)).toBe(1);
  });

  it("keeps watches from who may not watch, ends those of who no longer may within ten minutes, and lets them return", () => {
    const { server, simulation } = setUp();
    const admin = server.connect(ADMIN);
    const set = (name: string): ReplicaSet => ({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name, namespace: "default" },
      spec: { replicas: 0, selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: pod("x").spec } },
    });
    const user = "system:kube-proxy";
    const forbidden = server.informers({ component: "kube-proxy", user }).informer("ReplicaSet");
    const allowed = server.informers({ component: "kube-proxy", user }).informer("Service");
    admin.create<"ReplicaSet">(set("a"));
    simulation.run(SECOND);
    expect(forbidden.isFollowing).toBe(false);
    expect(forbidden.size).toBe(0);
    expect(allowed.isFollowing).toBe(true);
    const role = server.objects.get("ClusterRole", undefined, "system:node-proxier") as ClusterRole;
    admin.delete({ kind: "ClusterRole", name: "system:node-proxier" });
    simulation.run(4 * MINUTE);
    expect(allowed.isFollowing).toBe(true);
    simulation.run(11 * MINUTE);
    expect(allowed.isFollowing).toBe(false);
    admin.create<"ClusterRole">({ ...role, metadata: { name: role.metadata.name } });
    simulation.run(12 * MINUTE);
    expect(allowed.isFollowing).toBe(true);
  });

  it("answers what somebody may do, in a namespace and by path, as access reviews ask", () => {
    const { server } = setUp();
    server.load([
      READER,
      READ,
      {
        apiVersion: `${RBAC}/v1`,
        kind: "ClusterRole",
        metadata: { name: "health" },
        rules: [{ verbs: ["get"], nonResourceURLs: ["/healthz/*"] }],
      } as ApiObject,
      {
        apiVersion: `${RBAC}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: "health" },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "health" },
        subjects: [{ kind: "User", name: "system:serviceaccount:dev:ci" }],
      } as ApiObject,
    ]);
    const ci = { user: "system:serviceaccount:dev:ci", groups: [] };
    const about = { group: "", resource: "pods", subresource: "", name: "", namespace: "dev" };
    expect(server.allows(ci, { verb: "list", ...about })).toBe(true);
    expect(server.allows(ci, { verb: "list", ...about, namespace: "default" })).toBe(false);
    expect(server.allows(ci, { verb: "list", ...about, namespace: "" })).toBe(false);
    expect(server.allows(ci, { verb: "delete", ...about })).toBe(false);
    expect(server.allows(ci, { verb: "get", ...about, subresource: "log" })).toBe(false);
    expect(server.allows(ci, { verb: "get", path: "/healthz/etcd" })).toBe(true);
    expect(server.allows(ci, { verb: "post", path: "/healthz/etcd" })).toBe(false);
    expect(server.rulesOf(ci, "dev")).toContainEqual({ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] });
    expect(server.rulesOf(ci, "default")).not.toContainEqual({ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] });
  });
});

// Roles of plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
describe("what everybody may do", () => {
  it("is to ask for their own rights, to discover the API and to look whether it is well", () => {
    const { server } = setUp();
    const review = { verb: "create", group: "authorization.k8s.io", subresource: "", name: "", namespace: "" };
    const questions = [
      { ...review, resource: "selfsubjectaccessreviews" },
      { verb: "get", path: "/apis/apps/v1" },
      { verb: "get", path: "/healthz" },
      { verb: "get", path: "/metrics" },
    ];
    const allowed = questions.map((question) => server.allows({ user: "jane", groups: [] }, question));
    expect(allowed).toEqual([true, true, true, false]);
  });
});
