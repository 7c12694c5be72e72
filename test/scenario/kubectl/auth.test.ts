import { describe, expect, it } from "vitest";
import { MemoryCluster, pod } from "../memory-cluster.js";

// Source of questions, words and exit codes: kubectl/pkg/cmd/auth/cani.go.
describe("kubectl auth can-i", () => {
  const about = { group: "", resource: "pods", subresource: "", name: "", namespace: "default" };

  it.each([
    ["list pods", { verb: "list", ...about }],
    ["get po/web -n dev", { verb: "get", ...about, name: "web", namespace: "dev" }],
    ["get pods --subresource=log -A", { verb: "get", ...about, subresource: "log", namespace: "" }],
    ["update deploy", { verb: "update", ...about, group: "apps", resource: "deployments" }],
    ["delete deployments.apps/web", { verb: "delete", ...about, group: "apps", resource: "deployments", name: "web" }],
    ["get /healthz", { verb: "get", path: "/healthz" }],
    ["'*' '*'", { verb: "*", ...about, resource: "*" }],
  ])("%s", (line, question) => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl(`auth can-i ${line}`)).toMatchObject({ exitCode: 0, output: ["yes"] });
    expect(cluster.questions).toEqual([question]);
  });

  it("answers no with exit code 1, and nothing where it is to be quiet", () => {
    const cluster = new MemoryCluster();
    cluster.allows = false;
    expect(cluster.kubectl("auth can-i list pods")).toMatchObject({ exitCode: 1, output: ["no"] });
    expect(cluster.kubectl("auth can-i list pods -q")).toMatchObject({ exitCode: 1, output: [] });
  });

  it("warns of what cannot be meant", () => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl("auth can-i list nodes").output).toEqual(["Warning: resource 'nodes' is not namespace scoped", "", "yes"]);
    expect(cluster.kubectl("auth can-i list clusterroles").output[0]).toBe(
      "Warning: resource 'clusterroles' is not namespace scoped in group 'rbac.authorization.k8s.io'",
    );
    expect(cluster.kubectl("auth can-i look pods").output[0]).toBe("Warning: verb 'look' is not a known verb");
    expect(cluster.kubectl("auth can-i list frogs").output[0]).toBe("Warning: the server doesn't have a resource type 'frogs'");
  });

  it("lists rules, one for each resource, by their verbs", () => {
    const cluster = new MemoryCluster();
    cluster.rules = [
      { verbs: ["get"], apiGroups: [""], resources: ["pods", "pods/log"] },
      { verbs: ["list"], apiGroups: [""], resources: ["pods"] },
      { verbs: ["get"], nonResourceURLs: ["/healthz"] },
      { verbs: ["create"], apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["web"] },
    ];
    expect(cluster.kubectl("auth can-i --list").output).toEqual([
      "Resources          Non-Resource URLs   Resource Names   Verbs",
      "deployments.apps   []                  [web]            [create]",
      "pods               []                  []               [get list]",
      "                   [/healthz]          []               [get]",
      "pods/log           []                  []               [get]",
    ]);
  });
});

// Source of the layout: kubectl/pkg/cmd/auth/whoami.go; of the groups: k8s.io/apiserver/pkg/endpoints/filters/impersonation.go.
describe("kubectl auth whoami", () => {
  const whoami = (flags: string) => new MemoryCluster().kubectl(`auth whoami ${flags}`).output;

  it("names the user and the groups", () => {
    expect(whoami("")).toEqual(["ATTRIBUTE   VALUE", "Username    kubernetes-admin", "Groups      [system:masters system:authenticated]"]);
    expect(whoami("--as=jane --as-group=ops").at(-1)).toBe("Groups      [ops system:authenticated]");
    expect(whoami("--as=system:serviceaccount:dev:ci").at(-1)).toBe(
      "Groups      [system:serviceaccounts system:serviceaccounts:dev system:authenticated]",
    );
  });
});

describe("--as and --as-group", () => {
  it("send the requests as somebody else, wherever they stand", () => {
    const cluster = new MemoryCluster([pod("web")]);
    cluster.kubectl("get pods --as jane");
    cluster.kubectl("--as=system:serviceaccount:dev:ci --as-group=a --as-group=b delete pod web --wait=false");
    expect(cluster.identities).toEqual([
      { user: "jane", groups: [], dryRun: false },
      { user: "system:serviceaccount:dev:ci", groups: ["a", "b"], dryRun: false },
    ]);
  });
});
