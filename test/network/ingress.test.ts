import { describe, expect, test } from "vitest";
import type { Ingress } from "../../src/api/types/network.js";
import { SECOND } from "../../src/engine/simulation.js";
import { INGRESS_PROXY_DELAY, IngressProxies } from "../../src/network/ingress-proxies.js";
import { ingressBackend } from "../../src/network/ingress-routing.js";
import { ServiceNetwork } from "../../src/network/service-network.js";
import { smallCluster } from "./small-cluster.js";

type Rules = NonNullable<Ingress["spec"]["rules"]>;

const to = (name: string): { service: { name: string; port: { number: number } } } => ({ service: { name, port: { number: 80 } } });

function ingress(rules: Rules, defaultBackend?: string): Ingress {
  const spec = { rules, ...(defaultBackend === undefined ? {} : { defaultBackend: to(defaultBackend) }) };
  return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "shop", namespace: "default" }, spec };
}

function paths(...entries: readonly (readonly [pathType: string, path: string, service: string])[]): Rules[number]["http"] {
  return { paths: entries.map(([pathType, path, service]) => ({ pathType, path, backend: to(service) })) };
}

const route = (object: Ingress, host: string | undefined, path: string): string | undefined =>
  ingressBackend(object, host, path)?.service?.name;

describe("an Ingress", () => {
  // The table of path types in the documentation of Ingress.
  test.each([
    ["Prefix", "/", "/anything", true],
    ["Exact", "/foo", "/foo", true],
    ["Exact", "/foo", "/bar", false],
    ["Exact", "/foo", "/foo/", false],
    ["Exact", "/foo/", "/foo", false],
    ["Prefix", "/foo", "/foo", true],
    ["Prefix", "/foo", "/foo/", true],
    ["Prefix", "/foo/", "/foo", true],
    ["Prefix", "/foo/", "/foo/", true],
    ["Prefix", "/aaa/bb", "/aaa/bbb", false],
    ["Prefix", "/aaa/bbb", "/aaa/bbb", true],
    ["Prefix", "/aaa/bbb/", "/aaa/bbb", true],
    ["Prefix", "/aaa/bbb", "/aaa/bbb/", true],
    ["Prefix", "/aaa/bbb", "/aaa/bbb/ccc", true],
    ["Prefix", "/aaa/bbb", "/aaa/bbbxyz", false],
  ])("with %s path %s and request %s matches: %s", (pathType, pattern, path, matches) => {
    expect(route(ingress([{ http: paths([pathType, pattern, "web"]) }]), undefined, path)).toBe(matches ? "web" : undefined);
  });

  test("prefers the longest path, and the exact one among equals", () => {
    const object = ingress([
      { http: paths(["Prefix", "/", "root"], ["Prefix", "/a", "prefix"], ["Exact", "/a", "exact"], ["Prefix", "/a/b", "longer"]) },
    ]);
    expect(["/x", "/a", "/a/", "/a/b/c"].map((path) => route(object, undefined, path))).toEqual(["root", "exact", "prefix", "longer"]);
  });

  test("prefers its host to a wildcard to no host; a wildcard covers one label", () => {
    const object = ingress(
      [
        { http: paths(["Prefix", "/", "any"]) },
        { host: "*.foo.com", http: paths(["Prefix", "/", "wild"]) },
        { host: "bar.foo.com", http: paths(["Prefix", "/only", "exact"]) },
      ],
      "default",
    );
    expect(route(object, "bar.foo.com", "/only")).toBe("exact");
    expect(route(object, "bar.foo.com", "/else")).toBe("wild");
    expect(route(object, "x.foo.com", "/")).toBe("wild");
    expect(route(object, "baz.bar.foo.com", "/")).toBe("any");
    expect(route(object, "foo.com", "/")).toBe("any");
  });

  test("leads requests to endpoints in turn, and answers itself where no rule or endpoint is", () => {
    const { simulation, objects, network, proxy, publish } = smallCluster({ nodes: 1, pods: 3 });
    const services = new ServiceNetwork({ simulation, pods: network, proxy, ingressProxies: new IngressProxies(objects) });
    objects.apply(ingress([{ host: "shop.example.com", http: paths(["Prefix", "/", "web"]) }]));
    const connect = (host: string): { outcome: string; pod: string | undefined; delay: number } => {
      const connection = services.newConnection();
      const destination = services.destination({ ingress: "shop", namespace: "default", host, path: "/" });
      services.connect(services.outside("203.0.113.7"), destination, simulation.stream("test"), connection);
      services.disconnect(connection);
      return { outcome: connection.outcome, pod: connection.server?.key, delay: connection.requestDelay };
    };
    const answers = Array.from({ length: 6 }, () => connect("shop.example.com"));
    expect(new Set(answers.slice(0, 3).map(({ pod }) => pod)).size).toBe(3);
    expect(answers.slice(3)).toEqual(answers.slice(0, 3));
    expect(answers[0].delay).toBe(INGRESS_PROXY_DELAY);
    expect(connect("other.example.com").outcome).toBe("rejected");
    publish([]);
    simulation.run(simulation.now + 2 * SECOND);
    expect(connect("shop.example.com").outcome).toBe("rejected");
  });
});
