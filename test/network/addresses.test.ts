import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cidr, InvalidCidr } from "../../src/network/address.js";
import { AddressesExhausted, AddressPool } from "../../src/network/address-pool.js";
import { AddressRange, InvalidAddressRange } from "../../src/network/address-range.js";
import { networkPlugin, UnsupportedEncapsulation } from "../../src/network/plugin.js";
import { PodNetwork } from "../../src/network/pod-network.js";
import { podOn } from "./small-cluster.js";

describe("a range", () => {
  test("is split into ranges of nodes", () => {
    const cluster = Cidr.parse("10.244.0.0/16");
    expect([cluster.subnet(24, 0), cluster.subnet(24, 7), cluster.subnet(24, 255)].map(String)).toEqual([
      "10.244.0.0/24",
      "10.244.7.0/24",
      "10.244.255.0/24",
    ]);
    expect(String(Cidr.parse("fd00:10:244::/48").subnet(64, 3))).toBe("fd00:10:244:3::/64");
  });

  test("contains exactly the addresses with its prefix", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.nat(), (address, length, seed) => {
        const range = Cidr.parse(`${address}/${length}`);
        const inside = range.at(seed % range.size);
        expect(range.contains(inside)).toBe(true);
        expect(range.offsetOf(inside)).toBe(seed % range.size);
        if (length > 0)
          expect(
            range.contains(
              Cidr.parse("0.0.0.0/0").at(
                (range.offsetOf(range.at(0)) + Cidr.parse("0.0.0.0/0").offsetOf(range.at(0)) + range.size) % 2 ** 32,
              ),
            ),
          ).toBe(false);
      }),
    );
  });

  test("that is none is refused", () => {
    expect(() => Cidr.parse("10.244.0.0")).toThrow(InvalidCidr);
    expect(() => AddressRange.parse("192.168.1.9-192.168.1.1")).toThrow(InvalidAddressRange);
    expect(() => AddressRange.parse("lots")).toThrow(InvalidAddressRange);
  });
});

describe("a pool", () => {
  test("never gives an address twice, and all of a /28 but network, gateway and broadcast", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (steps) => {
        const pool = new AddressPool(Cidr.parse("10.0.0.0/28"));
        const held: string[] = [];
        for (const take of steps) {
          if (!take && held.length > 0) pool.release(held.shift()!);
          else if (held.length === 13) expect(() => pool.allocate()).toThrow(AddressesExhausted);
          else {
            const address = pool.allocate();
            expect(held).not.toContain(address);
            expect(["10.0.0.0", "10.0.0.1", "10.0.0.15"]).not.toContain(address);
            held.push(address);
          }
        }
        expect(pool.size).toBe(held.length);
      }),
    );
  });
});

describe("the pod network", () => {
  const node = (name: string, podCIDR: string): Parameters<PodNetwork["addNode"]>[0] => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { podCIDR },
  });

  test("gives pods addresses of their node's range, and takes them back", () => {
    const network = new PodNetwork({ plugin: networkPlugin("flannel") });
    network.addNode(node("node-1", "10.244.9.0/24"));
    const pod = podOn("node-1", "a");
    expect(network.setUp(pod, "node-1")).toEqual({ ok: true, addresses: ["10.244.9.2"], delay: 0 });
    expect(network.attachmentAt("10.244.9.2")?.key).toBe("default/a");
    network.tearDown(pod, "node-1");
    expect(network.attachmentAt("10.244.9.2")).toBeUndefined();
    // The next address, not the one just given back.
    expect(network.setUp(podOn("node-1", "b"), "node-1")).toMatchObject({ addresses: ["10.244.9.3"] });
  });

  test("fails as the plugin does where the node's range is used up", () => {
    const network = new PodNetwork({ plugin: networkPlugin("flannel") });
    network.addNode(node("node-1", "10.244.9.0/30"));
    expect(network.setUp(podOn("node-1", "a"), "node-1").ok).toBe(true);
    expect(network.setUp(podOn("node-1", "b"), "node-1")).toEqual({
      ok: false,
      message: 'plugin type="flannel" failed (add): no IP addresses available in range set: 10.244.9.0/30',
    });
  });

  test("of a VPC gives addresses of one range on all nodes", () => {
    const network = new PodNetwork({ plugin: networkPlugin("aws-vpc-cni") });
    const addresses = ["node-1", "node-2"].map((name) => network.setUp(podOn(name, name), name));
    expect(addresses).toMatchObject([{ addresses: ["192.168.0.2"] }, { addresses: ["192.168.0.3"] }]);
  });

  test("knows what each encapsulation leaves of the MTU, and which plugin has which", () => {
    expect(networkPlugin("calico", "ipip").mtu).toBe(1480);
    expect(networkPlugin("flannel").mtu).toBe(1450);
    expect(networkPlugin("cilium").mtu).toBe(1500);
    expect(() => networkPlugin("flannel", "ipip")).toThrow(UnsupportedEncapsulation);
  });
});
