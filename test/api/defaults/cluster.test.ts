import { describe, expect, it } from "vitest";
import { encode } from "../../../src/api/encode.js";
import type { ApiObject } from "../../../src/api/types/meta.js";
import { invalidStatus, validateCreate } from "../../../src/api/validation/index.js";
import { returned } from "./returned.js";

describe("IngressClass", () => {
  const manifest = (spec: object) => ({ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "nginx" }, spec });
  const controller = "k8s.io/ingress-nginx";

  it("has parameters of the whole cluster where it does not say (SetDefaults_IngressClass), and counts generations", () => {
    const parameters = { apiGroup: "example.com", kind: "Parameters", name: "x" };
    expect(returned(manifest({ controller, parameters }))).toEqual({
      ...manifest({ controller, parameters: { ...parameters, scope: "Cluster" } }),
      metadata: { name: "nginx", generation: 1 },
    });
    expect(returned(manifest({ controller }))["spec"]).toEqual({ controller });
  });

  it.each([
    [{}, "spec.controller: Required value"],
    [{ controller: "nginx" }, 'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    [{ controller, parameters: { kind: "", name: "x", scope: "Cluster" } }, "spec.parameters.kind: Required value: kind is required"],
    [
      { controller, parameters: { kind: "K", name: "x", scope: "Namespace" } },
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
    [
      { controller, parameters: { kind: "K", name: "x", scope: "Cluster", namespace: "n" } },
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
    [
      { controller, parameters: { kind: "K", name: "x", scope: "Zone" } },
      'spec.parameters.scope: Unsupported value: "Zone": supported values: "Cluster", "Namespace"',
    ],
  ])("is refused with %j", (spec, mistake) => {
    const object = manifest(spec) as unknown as ApiObject;
    expect(invalidStatus("IngressClass", "nginx", validateCreate(object)).message).toBe(
      `IngressClass.networking.k8s.io "nginx" is invalid: ${mistake}`,
    );
  });
});

describe("Node", () => {
  const spec = (given: object) => returned({ apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: given })["spec"];

  it("has its first address block in both fields (Convert_v1_NodeSpec_To_core_NodeSpec)", () => {
    const both = { podCIDR: "10.0.0.0/24", podCIDRs: ["10.0.0.0/24"] };
    expect(spec({ podCIDR: "10.0.0.0/24" })).toEqual(both);
    expect(spec({ podCIDRs: ["10.0.0.0/24"] })).toEqual(both);
    expect(spec({ podCIDR: "10.0.0.0/24", podCIDRs: ["10.1.0.0/24"] })).toEqual(both);
  });

  it("can allocate all that it has where it does not say", () => {
    const status = { capacity: { cpu: "4" } };
    expect(returned({ apiVersion: "v1", kind: "Node", metadata: { name: "n" }, status })["status"]).toMatchObject({
      allocatable: { cpu: "4" },
    });
  });
});

describe("any new object", () => {
  it("is not being deleted, whatever its client says (WipeObjectMetaSystemFields)", () => {
    const metadata = { name: "m", deletionTimestamp: "2020-01-01T00:00:00Z", deletionGracePeriodSeconds: 5, selfLink: "/x", generation: 3 };
    expect(returned({ apiVersion: "v1", kind: "ConfigMap", metadata })["metadata"]).toEqual({ name: "m", generation: 3 });
  });
});

describe("Endpoints", () => {
  it("have TCP ports where they do not say (SetDefaults_Endpoints)", () => {
    const subsets = [{ addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 80 }, { port: 53, protocol: "UDP" }] }];
    expect(returned({ apiVersion: "v1", kind: "Endpoints", metadata: { name: "e" }, subsets })["subsets"]).toEqual([
      {
        addresses: [{ ip: "10.0.0.1" }],
        ports: [
          { port: 80, protocol: "TCP" },
          { port: 53, protocol: "UDP" },
        ],
      },
    ]);
  });
});

describe("what Go writes of nothing", () => {
  it("is null for a moment that is not set, whatever the kind of condition, and for a reference's group", () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec: {} };
    const status = { conditions: [{ type: "Available", status: "True" }] };
    expect((encode({ ...deployment, status } as never)["status"] as typeof status).conditions).toEqual([
      { type: "Available", status: "True", lastUpdateTime: null, lastTransitionTime: null },
    ]);
    const backend = { resource: { kind: "Bucket", name: "b" } };
    const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "i" }, spec: { defaultBackend: backend } };
    expect(returned(ingress)["spec"]).toEqual({ defaultBackend: { resource: { apiGroup: null, kind: "Bucket", name: "b" } } });
  });

  it("is null for a list that is always written, and is read back from the store", () => {
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "r" }, rules: [] };
    expect(returned(role)).toEqual({ ...role, rules: null });
  });

  it("is an empty object for a struct: the last state of a container, and the status of an attachment as not attached", () => {
    const containerStatuses = [{ name: "c", ready: false, restartCount: 0, image: "", imageID: "", state: { waiting: {} } }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers: [] }, status: { containerStatuses } };
    expect(encode(pod as never)["status"]).toEqual({ containerStatuses: [{ ...containerStatuses[0], lastState: {} }] });
    const spec = { attacher: "a", nodeName: "n", source: { persistentVolumeName: "v" } };
    const attachment = { apiVersion: "storage.k8s.io/v1", kind: "VolumeAttachment", metadata: { name: "a" }, spec };
    expect(returned(attachment)["status"]).toEqual({ attached: false });
  });
});
