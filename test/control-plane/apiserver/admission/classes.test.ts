import { describe, expect, it } from "vitest";
import type { Ingress, IngressClass } from "../../../../src/api/types/network.js";
import type { Node } from "../../../../src/api/types/node.js";
import type { Toleration } from "../../../../src/api/types/pod.js";
import type { RuntimeClass } from "../../../../src/api/types/policy.js";
import { mergeTolerations } from "../../../../src/control-plane/apiserver/admission/merge-tolerations.js";
import { podWith, posting } from "./posting.js";

describe("DefaultIngressClass", () => {
  const ingressClass = (name: string, isDefault = "true"): IngressClass => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name, annotations: { "ingressclass.kubernetes.io/is-default-class": isDefault } },
    spec: { controller: `example.com/${name}` },
  });
  const ingress = (name: string, spec: Partial<Ingress["spec"]> = {}, annotations?: Record<string, string>): Ingress => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: "default", ...(annotations && { annotations }) },
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } }, ...spec },
  });

  // https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class
  it("gives ingresses without a class the newest default class", () => {
    const { post } = posting();
    expect(post(ingress("none")).spec.ingressClassName).toBeUndefined();
    for (const one of [ingressClass("old"), ingressClass("new"), ingressClass("other", "false")]) post(one);
    expect(post(ingress("a")).spec.ingressClassName).toBe("new");
    expect(post(ingress("b", { ingressClassName: "mine" })).spec.ingressClassName).toBe("mine");
    expect(post(ingress("c", {}, { "kubernetes.io/ingress.class": "mine" })).spec.ingressClassName).toBeUndefined();
  });
});

describe("RuntimeClass", () => {
  const runtimeClass = (fields: Partial<RuntimeClass>): RuntimeClass => ({
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata" },
    handler: "kata",
    ...fields,
  });

  it("refuses overhead that the class does not have, or has otherwise", () => {
    const { post, refusal } = posting();
    post(runtimeClass({ metadata: { name: "plain" } }));
    post(runtimeClass({ overhead: { podFixed: { cpu: "250m" } } }));
    const refused = (runtimeClassName: string | undefined, cpu: string) =>
      refusal(podWith({ ...(runtimeClassName !== undefined && { runtimeClassName }), overhead: { cpu } }))?.split("forbidden: ")[1];
    const undefinedOverhead = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
    expect(refused(undefined, "250m")).toBe(undefinedOverhead);
    expect(refused("plain", "250m")).toBe(undefinedOverhead);
    expect(refused("kata", "100m")).toBe("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    expect(refused("kata", "0.25")).toBeUndefined();
  });

  it("adds the class's tolerations to the pod's but for those that are covered", () => {
    const own: Toleration[] = [{ key: "a", operator: "Exists", effect: "NoSchedule" }];
    const { post, podSpec } = posting({ disabled: ["DefaultTolerationSeconds"] });
    post(
      runtimeClass({
        scheduling: {
          tolerations: [
            { key: "a", operator: "Equal", value: "x", effect: "NoSchedule" },
            { key: "b", operator: "Exists" },
          ],
        },
      }),
    );
    expect(podSpec({ runtimeClassName: "kata", tolerations: own }).tolerations).toEqual([...own, { key: "b", operator: "Exists" }]);
  });
});

describe("merging tolerations", () => {
  const exists = (key: string | undefined, more: Partial<Toleration> = {}): Toleration => ({
    ...(key !== undefined && { key }),
    operator: "Exists",
    ...more,
  });

  // Cases of the rule of kubernetes/pkg/util/tolerations: one that tolerates a superset takes the place of the other.
  it.each<[string, Toleration[], Toleration[], Toleration[]]>([
    ["equal ones once", [exists("a")], [exists("a")], [exists("a")]],
    ["a wider one that comes later", [exists("a", { effect: "NoSchedule" })], [exists("a")], [exists("a")]],
    ["all keys", [exists("a"), exists("b", { effect: "NoExecute" })], [exists(undefined)], [exists(undefined)]],
    [
      "a shorter time does not cover a longer one",
      [exists("a", { effect: "NoExecute", tolerationSeconds: 10 })],
      [exists("a", { effect: "NoExecute", tolerationSeconds: 5 })],
      [exists("a", { effect: "NoExecute", tolerationSeconds: 10 })],
    ],
    [
      "for ever covers any time",
      [exists("a", { effect: "NoExecute", tolerationSeconds: 10 })],
      [exists("a", { effect: "NoExecute" })],
      [exists("a", { effect: "NoExecute" })],
    ],
    [
      "values that differ",
      [{ key: "a", operator: "Equal", value: "1" }],
      [{ key: "a", operator: "Equal", value: "2" }],
      [
        { key: "a", operator: "Equal", value: "1" },
        { key: "a", operator: "Equal", value: "2" },
      ],
    ],
  ])("%s", (_, first, second, merged) => {
    expect(mergeTolerations(first, second)).toEqual(merged);
  });
});

describe("PodTopologyLabels", () => {
  it("labels pods that are created for a node with its place, and leaves the labels that they have", () => {
    const { server, post } = posting();
    const labels = { "topology.kubernetes.io/zone": "a", "topology.kubernetes.io/region": "r", disk: "ssd" };
    const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "n", labels }, spec: {} };
    server.load([node]);
    const labelsOf = (nodeName: string | undefined, own: Record<string, string>) =>
      post(podWith(nodeName === undefined ? {} : { nodeName }, { labels: own })).metadata.labels;
    expect(labelsOf("n", { app: "web", "topology.kubernetes.io/zone": "mine" })).toEqual({
      app: "web",
      "topology.kubernetes.io/zone": "mine",
      "topology.kubernetes.io/region": "r",
    });
    expect(labelsOf("gone", { app: "web" })).toEqual({ app: "web" });
    expect(labelsOf(undefined, { app: "web" })).toEqual({ app: "web" });
  });
});
