import { describe, expect, it } from "vitest";
import { deployment, MemoryCluster, pod } from "../memory-cluster.js";

// Source of what is printed: kubectl/pkg/cmd/set/set_serviceaccount.go, set_selector.go, set_subject.go.
describe("kubectl set serviceaccount, selector and subject", () => {
  it("change the pod template's account", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("set sa deployment web robot").output).toEqual(["deployment.apps/web serviceaccount updated"]);
    expect(cluster.read("Deployment", "default/web")!.spec.template.spec).toMatchObject({
      serviceAccountName: "robot",
      serviceAccount: "robot",
    });
  });

  it("change a service's selector, and no other", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { app: "a" } },
    };
    const cluster = new MemoryCluster([service, deployment("web")]);
    expect(cluster.kubectl("set selector service web app=b,tier=front").output).toEqual(["service/web selector updated"]);
    expect(cluster.read("Service", "default/web")!.spec.selector).toEqual({ app: "b", tier: "front" });
    expect(cluster.kubectl("set selector deployment web app=b").errors).toEqual([
      "error: setting a selector is only supported for Services",
    ]);
  });

  it("add subjects to a binding once", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create rolebinding readers --role=reader --user=jane");
    for (let times = 0; times < 2; times++) {
      expect(cluster.kubectl("set subject rolebinding readers --user=jane --group=ops").output).toEqual([
        "rolebinding.rbac.authorization.k8s.io/readers subjects updated",
      ]);
    }
    expect(cluster.read("RoleBinding", "default/readers")!.subjects?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "User jane",
      "Group ops",
    ]);
  });
});

describe("kubectl label --list", () => {
  it("prints labels, under a title where there are several objects", () => {
    const cluster = new MemoryCluster([
      pod("a", { metadata: { labels: { x: "1", b: "2" } } }),
      pod("c", { metadata: { labels: { x: "3" } } }),
    ]);
    expect(cluster.kubectl("label pod a --list").output).toEqual(["b=2", "x=1"]);
    expect(cluster.kubectl("label pods --all --list").output).toEqual([
      "Listing labels for Pod./a:",
      " b=2",
      " x=1",
      "Listing labels for Pod./c:",
      " x=3",
    ]);
  });
});

// Source of the words: kubectl/pkg/cmd/annotate/annotate.go validateNoAnnotationOverwrites.
describe("kubectl annotate", () => {
  it("refuses to overwrite, but for the cause of a change", () => {
    const annotations = { a: "1", "kubernetes.io/change-cause": "first" };
    const cluster = new MemoryCluster([pod("web", { metadata: { annotations } })]);
    expect(cluster.kubectl("annotate pod web a=2").errors).toEqual([
      "error: --overwrite is false but found the following declared annotation(s): 'a' already has a value (1)",
    ]);
    expect(cluster.kubectl("annotate pod web kubernetes.io/change-cause=second").output).toEqual(["pod/web annotated"]);
    expect(cluster.read("Pod", "default/web")!.metadata.annotations).toEqual({ ...annotations, "kubernetes.io/change-cause": "second" });
  });
});
