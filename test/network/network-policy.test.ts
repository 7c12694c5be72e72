import { describe, expect, test } from "vitest";
import type { NetworkPolicy } from "../../src/api/types/network.js";
import type { Pod } from "../../src/api/types/pod.js";
import { NetworkPolicies } from "../../src/network/network-policies.js";
import { policiesAllow, type PolicyTraffic } from "../../src/network/network-policy.js";
import { ServiceNetwork } from "../../src/network/service-network.js";
import { podOn, smallCluster } from "./small-cluster.js";

const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = { default: {}, prod: { tier: "prod" } };

function policy(spec: NetworkPolicy["spec"], namespace = "default"): NetworkPolicy {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "policy", namespace }, spec };
}

function pod(name: string, labels: Readonly<Record<string, string>>, namespace = "default"): Pod {
  const on = podOn("node-1", name, labels);
  return {
    ...on,
    metadata: { ...on.metadata, namespace },
    spec: { ...on.spec, containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }] },
  };
}

const db = pod("db", { app: "db" });
const web = pod("web", { app: "web" });
const other = pod("other", { app: "other" });
const prodWeb = pod("web", { app: "web" }, "prod");

function allows(
  policies: readonly NetworkPolicy[],
  from: Pod | undefined,
  to: Pod | undefined,
  options: Partial<PolicyTraffic> = {},
  address = "10.244.1.9",
): boolean {
  const traffic = { from: { pod: from, address }, to: { pod: to, address: "10.244.2.2" }, port: 8080, protocol: "TCP", ...options };
  return policiesAllow(policies, traffic, (namespace) => LABELS[namespace]);
}

describe("NetworkPolicy", () => {
  test("does not concern pods that it does not select", () => {
    const denyDb = policy({ podSelector: { matchLabels: { app: "db" } } });
    expect(allows([denyDb], web, other)).toBe(true);
    expect(allows([denyDb], web, db)).toBe(false);
  });

  test("lets in what some rule of some policy allows", () => {
    const fromWeb = policy({
      podSelector: { matchLabels: { app: "db" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }],
    });
    const fromOther = policy({ podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: "other" } } }] }] });
    expect(allows([fromWeb], web, db)).toBe(true);
    expect(allows([fromWeb], other, db)).toBe(false);
    expect(allows([fromWeb, fromOther], other, db)).toBe(true);
  });

  test("takes a pod selector alone for its own namespace, and with a namespace selector for pods of those namespaces", () => {
    const own = policy({ podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }] });
    const prod = policy({
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { tier: "prod" } }, podSelector: { matchLabels: { app: "web" } } }] }],
    });
    expect([allows([own], web, db), allows([own], prodWeb, db)]).toEqual([true, false]);
    expect([allows([prod], web, db), allows([prod], prodWeb, db)]).toEqual([false, true]);
  });

  test("takes address ranges with exceptions", () => {
    const block = policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }] }] });
    expect(allows([block], undefined, db, {}, "203.0.113.5")).toBe(true);
    expect(allows([block], undefined, db, {}, "203.0.113.200")).toBe(false);
  });

  test("takes ports by number, range and name", () => {
    const withPort = (port: object): NetworkPolicy => policy({ podSelector: {}, ingress: [{ ports: [port] }] });
    expect(allows([withPort({ port: 8080 })], web, db)).toBe(true);
    expect(allows([withPort({ port: 8081 })], web, db)).toBe(false);
    expect(allows([withPort({ port: 8000, endPort: 8090 })], web, db)).toBe(true);
    expect(allows([withPort({ port: "http" })], web, db)).toBe(true);
    expect(allows([withPort({ port: 8080, protocol: "UDP" })], web, db)).toBe(false);
  });

  test("for egress is asked at the sender; both ends have to allow", () => {
    const noEgress = policy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] });
    const anyEgress = policy({ podSelector: { matchLabels: { app: "web" } }, egress: [{}] });
    expect(allows([noEgress], web, db)).toBe(false);
    expect(allows([noEgress], db, web)).toBe(true);
    // A policy with egress rules and no policyTypes is for ingress as well.
    expect([allows([anyEgress], web, db), allows([anyEgress], db, web)]).toEqual([true, false]);
  });
});

test("a connection that a policy forbids gets no answer, until the policy is deleted", () => {
  const { objects, network, services: open, connectFrom, simulation, proxy, destination } = smallCluster({ nodes: 1, pods: 1 });
  expect(connectFrom(open.onHost("node-1")).outcome).toBe("connected");
  const policies = new NetworkPolicies(objects);
  const guarded = new ServiceNetwork({
    simulation,
    pods: network,
    proxy,
    allows: (client, server, port) => policies.allows(client, server, port),
  });
  const outcome = (): string => {
    const connection = guarded.newConnection();
    guarded.connect(guarded.onHost("node-1"), guarded.destination(destination.target), simulation.stream("test"), connection);
    guarded.disconnect(connection);
    return connection.outcome;
  };
  expect(outcome()).toBe("connected");
  const deny = policy({ podSelector: {} });
  objects.apply(deny);
  expect(outcome()).toBe("unanswered");
  objects.remove(deny);
  expect(outcome()).toBe("connected");
});
