import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Service, ServiceSpec } from "../../../src/api/types/network.js";
import { NodePortRange } from "../../../src/control-plane/apiserver/services/node-port-range.js";
import { ServiceIpRange } from "../../../src/control-plane/apiserver/services/service-ip-range.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { instantServer } from "./pods.js";

const stream = new Simulation({ seed: 1 }).stream("test");

function setUp(serviceCIDRs = ["10.96.0.0/16"]) {
  const { server, simulation } = instantServer({ services: { serviceCIDRs } });
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
  const settle = (): void => void simulation.run(simulation.now + SECOND);
  const create = (name: string, spec: ServiceSpec): ServiceSpec | string => {
    let outcome: ServiceSpec | string = "no answer";
    client.create<"Service">({ apiVersion: "v1", kind: "Service", metadata: { name, namespace: "default" }, spec }, (result) => {
      outcome = result.ok ? result.object.spec : result.status.message;
    });
    settle();
    return outcome;
  };
  const patch = (name: string, change: Partial<ServiceSpec>): ServiceSpec | string => {
    let outcome: ServiceSpec | string = "no answer";
    client.patch<"Service">(
      { kind: "Service", namespace: "default", name },
      (current): Service => ({ ...current, spec: { ...current.spec, ...change } }),
      (result) => {
        outcome = result.ok ? result.object.spec : result.status.message;
      },
    );
    settle();
    return outcome;
  };
  const remove = (name: string): void => {
    client.delete({ kind: "Service", namespace: "default", name });
    settle();
  };
  return { create, patch, remove, server };
}

const SELECTED = { selector: { app: "x" }, ports: [{ port: 80 }] };

describe("a Service", () => {
  it("gets a cluster IP above the band for static assignment", () => {
    const { create } = setUp();
    for (let index = 0; index < 20; index++) {
      const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = create(`s${index}`, SELECTED) as ServiceSpec;
      const [a, b, c, d] = clusterIP!.split(".").map(Number);
      expect([a, b]).toEqual([10, 96]);
      expect(c * 256 + d).toBeGreaterThanOrEqual(256);
      expect(clusterIPs).toEqual([clusterIP]);
      expect([ipFamilies, ipFamilyPolicy]).toEqual([["IPv4"], "SingleStack"]);
    }
  });

  it("may name its address; a wrong or taken one is refused in upstream's words", () => {
    const { create, remove, server } = setUp();
    expect(server.objects.get("Service", "default", "kubernetes")?.spec.clusterIP).toBe("10.96.0.1");
    expect(create("fixed", { ...SELECTED, clusterIP: "10.96.5.5" })).toMatchObject({ clusterIP: "10.96.5.5" });
    expect(create("fixed2", { ...SELECTED, clusterIP: "10.96.5.5" })).toBe(
      'Service "fixed2" is invalid: spec.clusterIPs: Invalid value: ["10.96.5.5"]: failed to allocate IP 10.96.5.5: provided IP is already allocated',
    );
    expect(create("s", { ...SELECTED, clusterIP: "192.168.0.1" })).toBe(
      'Service "s" is invalid: spec.clusterIPs: Invalid value: ["192.168.0.1"]: failed to allocate IP 192.168.0.1: the provided IP (192.168.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    );
    remove("fixed");
    expect(create("fixed2", { ...SELECTED, clusterIP: "10.96.5.5" })).toMatchObject({ clusterIP: "10.96.5.5" });
  });

  it("keeps its address", () => {
    const { create, patch } = setUp();
    const { clusterIP } = create("web", SELECTED) as ServiceSpec;
    expect(patch("web", { selector: { app: "y" } })).toMatchObject({ clusterIP, selector: { app: "y" } });
    expect(patch("web", { clusterIP: "10.96.7.7" })).toBe(
      'Service "web" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.7.7"]: may not change once set',
    );
  });

  it("gets node ports as its type needs them, keeps them over changes and gives them back", () => {
    const { create, patch, remove } = setUp();
    expect(create("np3", { ...SELECTED, type: "NodePort", ports: [{ port: 80, nodePort: 80 }] })).toBe(
      'Service "np3" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
    const { ports } = create("np", { ...SELECTED, type: "NodePort" }) as ServiceSpec;
    const { nodePort } = ports![0];
    expect(nodePort).toBeGreaterThanOrEqual(30_086);
    expect(nodePort).toBeLessThanOrEqual(32_767);
    expect(create("np2", { ...SELECTED, type: "NodePort", ports: [{ port: 80, nodePort }] })).toContain(
      "provided port is already allocated",
    );
    const widened = patch("np", { ports: [{ port: 80 }, { port: 443, name: "tls" }] });
    if (typeof widened !== "string") expect(widened.ports![0].nodePort).toBe(nodePort);
    remove("np");
    expect(create("np2", { ...SELECTED, type: "NodePort", ports: [{ port: 80, nodePort }] })).toMatchObject({ ports: [{ nodePort }] });
    const balanced = create("lb", { ...SELECTED, type: "LoadBalancer", externalTrafficPolicy: "Local" }) as ServiceSpec;
    expect(balanced.ports![0].nodePort).toBeGreaterThan(30_000);
    expect(balanced.healthCheckNodePort).toBeGreaterThan(30_000);
  });

  it("that is refused keeps nothing", () => {
    const { create } = setUp();
    const spec: ServiceSpec = { ...SELECTED, type: "NodePort", clusterIP: "10.96.5.5" };
    expect(
      create("web", {
        ...spec,
        ports: [
          { name: "a", port: 80, nodePort: 30_005 },
          { name: "b", port: 81, nodePort: 80 },
        ],
      }),
    ).toContain("not in the valid range");
    expect(create("web", { ...spec, ports: [{ port: 80, nodePort: 30_005 }] })).toMatchObject({ clusterIP: "10.96.5.5" });
  });

  it("without cluster IP gets none", () => {
    const { create } = setUp();
    expect(create("headless", { ...SELECTED, clusterIP: "None" })).toMatchObject({
      clusterIP: "None",
      clusterIPs: ["None"],
      ipFamilyPolicy: "SingleStack",
    });
    expect(create("external", { type: "ExternalName", externalName: "db.example.com" })).not.toHaveProperty("clusterIP");
  });

  it("gets an address of each family where it asks for both", () => {
    const dual = setUp(["10.96.0.0/16", "fd00:10:96::/112"]);
    const both = dual.create("s", { ...SELECTED, ipFamilyPolicy: "PreferDualStack" }) as ServiceSpec;
    expect(both.ipFamilies).toEqual(["IPv4", "IPv6"]);
    expect(both.clusterIPs?.[0]).toMatch(/^10\.96\./);
    expect(both.clusterIPs?.[1]).toMatch(/^fd00:10:96::/);
    const single = setUp();
    expect(single.create("s", { ...SELECTED, ipFamilyPolicy: "PreferDualStack" })).toMatchObject({ ipFamilies: ["IPv4"] });
    expect(single.create("t", { ...SELECTED, ipFamilyPolicy: "RequireDualStack" })).toBe(
      'Service "t" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    );
  });
});

describe("the ranges", () => {
  it("give out every address once, the upper band first, and then none", () => {
    const range = new ServiceIpRange("10.0.0.0/26", stream);
    const given = Array.from({ length: 62 }, () => range.next()!);
    expect(new Set(given).size).toBe(62);
    const host = (address: string): number => Number(address.split(".")[3]);
    expect(Math.min(...given.slice(0, 47).map(host))).toBe(16);
    expect(
      given
        .slice(47)
        .map(host)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    expect(range.next()).toBeUndefined();
    range.release("10.0.0.9");
    expect(range.next()).toBe("10.0.0.9");
  });

  it("never give a number twice", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant("next"), fc.integer({ min: 0, max: 33 })), { maxLength: 80 }), (steps) => {
        const range = new NodePortRange("30000-30031", stream);
        const held = new Set<number>();
        for (const step of steps) {
          if (step === "next") {
            const port = range.next();
            expect(port === undefined).toBe(held.size === 32);
            if (port === undefined) continue;
            expect(held.has(port)).toBe(false);
            held.add(port);
          } else {
            const port = 30_000 + step;
            const outcome = range.reserve(port);
            expect(outcome).toBe(port > 30_031 ? "out of range" : held.has(port) ? "taken" : "reserved");
            if (outcome === "reserved") held.add(port);
            else if (outcome === "taken" && port % 2 === 0) {
              range.release(port);
              held.delete(port);
            }
          }
          expect(range.used).toBe(held.size);
        }
      }),
    );
  });

  it("refuse what is no range", () => {
    expect(() => new ServiceIpRange("10.96.0.0", stream)).toThrow("is no CIDR");
    expect(() => new ServiceIpRange("10.96.0.0/31", stream)).toThrow("fewer than 8 addresses");
    expect(() => new NodePortRange("32767-30000", stream)).toThrow("FIRST-LAST");
  });
});

const GOLDEN = "../shared/golden/node/hash.jsonl";

interface BandCase {
  readonly id: string;
  readonly sub: string;
  readonly input: { readonly cidr?: string; readonly range?: string };
  readonly expected: { readonly staticBand: number };
}

describe.skipIf(!existsSync(GOLDEN))("static bands as the real allocators have them", () => {
  const lines = existsSync(GOLDEN) ? readFileSync(GOLDEN, "utf8").trim().split("\n") : [];
  const cases = lines
    .map((line) => JSON.parse(line) as BandCase)
    .filter(({ sub }) => sub === "service-ip-range" || sub === "nodeport-range");

  it.each(cases)("$id $input", ({ input, expected }) => {
    const band =
      input.cidr === undefined ? new NodePortRange(input.range!, stream).staticBand : new ServiceIpRange(input.cidr, stream).staticBand;
    expect(band).toBe(expected.staticBand);
  });
});
