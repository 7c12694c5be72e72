import { describe, expect, it } from "vitest";
import { deployment, MemoryCluster, pod } from "../memory-cluster.js";

describe("kubectl run", () => {
  it("makes a Service for the pod with --expose, and tells of it first", () => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl("run web --image=nginx --port=80 --expose -l app=web,tier=front").output).toEqual([
      "service/web created",
      "pod/web created",
    ]);
    expect(cluster.read("Service", "default/web")).toMatchObject({
      metadata: { labels: { app: "web", tier: "front" } },
      spec: { selector: { app: "web", tier: "front" }, ports: [{ port: 80, targetPort: 80, protocol: "TCP" }] },
    });
    const plain = new MemoryCluster();
    plain.kubectl("run web --image=nginx --port=80 --expose");
    const service = plain.read("Service", "default/web");
    expect([service?.spec.selector, service?.metadata.labels]).toEqual([{ run: "web" }, undefined]);
  });

  it("takes words behind the name as arguments", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("run web --image=nginx sleep 5 --privileged");
    expect(cluster.read("Pod", "default/web")?.spec.containers[0]).toMatchObject({
      args: ["sleep", "5"],
      securityContext: { privileged: true },
    });
  });

  // Types of overrides: kubectl/pkg/cmd/util/override_options.go, of which merge is the default.
  it("replaces lists by overrides, merges them where they are strategic, or takes steps", () => {
    const containers = (line: string) => {
      const cluster = new MemoryCluster();
      cluster.kubectl(`run web --image=nginx ${line}`);
      return cluster.read("Pod", "default/web")?.spec.containers;
    };
    const overrides = `--overrides='{"spec":{"containers":[{"name":"web","image":"other"},{"name":"side","image":"s"}]}}'`;
    expect(containers(overrides)).toMatchObject([{ image: "other" }, { image: "s" }]);
    expect(containers(`--port=80 ${overrides}`)?.[0].ports).toBeUndefined();
    expect(containers(`--port=80 --override-type=strategic ${overrides}`)?.[0].ports).toMatchObject([{ containerPort: 80 }]);
    const step = `--overrides='[{"op":"replace","path":"/spec/containers/0/image","value":"other"}]'`;
    expect(containers(`--override-type=json ${step}`)).toMatchObject([{ image: "other" }]);
  });

  it.each([
    ["run web --image=nginx --expose", "--port must be set when exposing a service"],
    ["run web --image=nginx --labels=a", "unexpected label spec: a"],
    ["run web --image=nginx --overrides={} --override-type=odd", "invalid override type: odd"],
    ["run web --image=nginx -it", "--stdin is not simulated: "],
    ["run web --image=nginx --rm", "--rm is not simulated: "],
    ["apply --server-side -f x", "--server-side is not simulated: no field managers are kept"],
  ])("%s", (line, message) => {
    expect(() => new MemoryCluster().kubectl(line)).toThrow(message);
  });
});

// Source of the words: kubectl/pkg/cmd/expose/expose.go and kubectl/pkg/polymorphichelpers.
describe("kubectl expose", () => {
  const errors = (line: string, ...objects: readonly unknown[]) => new MemoryCluster(objects).kubectl(line).errors;
  const set = { ...(deployment("db") as object), kind: "StatefulSet" };

  it("says what cannot be exposed, and why", () => {
    expect(errors("expose statefulset db --port=80", set)).toEqual(["error: cannot expose a StatefulSet.apps"]);
    expect(errors("expose pod a --port=80", pod("a", { metadata: { labels: undefined } }))).toEqual([
      "error: couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
    ]);
    const matchExpressions = [{ key: "app", operator: "In", values: ["a", "b"] }];
    expect(errors("expose deploy web --port=80", deployment("web", { selector: { matchExpressions } }))).toEqual([
      `error: couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "[{Key:app Operator:In Values:[a b]}]" to map-based selector format`,
    ]);
    expect(errors("expose pod a", pod("a", { metadata: { labels: { app: "a" } } }))).toEqual([
      "error: couldn't find port via --port flag or introspection",
    ]);
  });

  it("names several ports, keeps protocols, and takes labels of its own", () => {
    const ports = [{ containerPort: 53, protocol: "UDP" }, { containerPort: 80 }];
    const dns = pod("dns", { metadata: { labels: { app: "dns" } }, spec: { containers: [{ name: "c", image: "i", ports }] } });
    const cluster = new MemoryCluster([dns]);
    cluster.kubectl("expose pod dns -l tier=infra --external-ip=192.0.2.1");
    expect(cluster.read("Service", "default/dns")).toMatchObject({
      metadata: { labels: { tier: "infra" } },
      spec: {
        externalIPs: ["192.0.2.1"],
        selector: { app: "dns" },
        ports: [
          { name: "port-1", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "port-2", port: 80, protocol: "TCP", targetPort: 80 },
        ],
      },
    });
    cluster.kubectl("expose pod dns --name=two --port=1,2");
    expect(cluster.read("Service", "default/two")?.spec.ports?.map(({ port }) => port)).toEqual([1, 2]);
  });

  it("needs no port for a Service without an address", () => {
    const cluster = new MemoryCluster([pod("a", { metadata: { labels: { app: "a" } } })]);
    expect(cluster.kubectl("expose pod a --cluster-ip=None").output).toEqual(["service/a exposed"]);
  });

  it.each([
    ["--port=x", 'strconv.Atoi: parsing "x": invalid syntax'],
    ["--session-affinity=Odd", "unknown session affinity: Odd"],
    ["--selector=a", "unexpected label spec: a"],
  ])("%s", (flags, message) => {
    expect(() => new MemoryCluster().kubectl(`expose deploy web ${flags}`)).toThrow(message);
  });
});
