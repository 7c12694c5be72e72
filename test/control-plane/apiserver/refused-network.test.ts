import { describe, expect, it } from "vitest";
import { mistakes, mistakesOfChange } from "./refusal.js";

const metadata = { name: "web" };

// Rules and texts: pkg/apis/networking/validation/validation.go of Kubernetes.
describe("an ingress", () => {
  const ingress = (spec: object, annotations?: object) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...metadata, ...(annotations !== undefined && { annotations }) },
    spec,
  });
  const backend = { service: { name: "web", port: { number: 80 } } };

  it("has a backend of a service or another object", () => {
    expect(mistakes(ingress({ defaultBackend: {} }))).toBe(
      'spec.defaultBackend: Invalid value: "": resource or service backend is required',
    );
    expect(mistakes(ingress({ defaultBackend: { resource: { kind: "a/b", name: "" } } }))).toBe(
      "[spec.defaultBackend.resource.kind: Invalid value: \"a/b\": may not contain '/', spec.defaultBackend.resource.name: Required value]",
    );
  });

  it("names no address as its host", () => {
    expect(mistakes(ingress({ rules: [{ host: "::1" }] }))).toMatch(
      /^\[spec\.rules\[0\]\.host: Invalid value: "::1": must be a DNS name, not an IP address, spec\.rules\[0\]\.host: Invalid value: "::1": a lowercase RFC 1123 subdomain must/,
    );
  });

  it("names one class when it is new, and may name two when it is changed", () => {
    const annotations = { "kubernetes.io/ingress.class": "other" };
    expect(mistakes(ingress({ defaultBackend: backend, ingressClassName: "own" }, annotations))).toBe(
      'annotations.kubernetes.io/ingress.class: Invalid value: "other": must match `ingressClassName` when both are specified',
    );
    const path = "/apis/networking.k8s.io/v1/namespaces/default/ingresses/web";
    expect(mistakesOfChange(ingress({ defaultBackend: backend }, annotations), path, { spec: { ingressClassName: "own" } })).toBe(
      "accepted",
    );
  });
});

describe("a network policy", () => {
  const from = (ipBlock: object) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    spec: { podSelector: {}, ingress: [{ from: [{ ipBlock }] }] },
  });

  it("leaves out of a block what lies in it", () => {
    expect(mistakes(from({ cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "10.0.0.0/8", "11.0.0.0/16", "2001:db8::/64"] }))).toBe(
      `[${[1, 2, 3]
        .map((index) => {
          const shown = ["", "10.0.0.0/8", "11.0.0.0/16", "2001:db8::/64"][index];
          return `spec.ingress[0].from[0].ipBlock.except[${index}]: Invalid value: "${shown}": must be a strict subset of \`cidr\``;
        })
        .join(", ")}]`,
    );
  });

  it("does not look at what is left out of a block that is none", () => {
    expect(mistakes(from({ cidr: "10.0.0.0", except: ["x"] }))).toBe(
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    );
  });
});

// Rules and texts: pkg/apis/autoscaling/validation/validation.go.
describe("a horizontal pod autoscaler", () => {
  const autoscaler = (spec: object) => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata,
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, ...spec },
  });
  const metric = (one: object) => mistakes(autoscaler({ metrics: [one] }));

  it("scales what its reference finds by group, replication controllers alone being of none", () => {
    const scaling = (scaleTargetRef: object) => mistakes(autoscaler({ scaleTargetRef }));
    expect(scaling({ kind: "ReplicationController", name: "web" })).toBe("none");
    expect(scaling({ apiVersion: "v1", kind: "Pod", name: "web" })).toBe(
      'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
    );
    expect(scaling({ apiVersion: "a/b/c", kind: "Deployment", name: "web" })).toBe(
      'spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    );
  });

  it("says what its target is of", () => {
    expect(metric({ type: "Resource", resource: { name: "cpu", target: { averageUtilization: 50 } } })).toBe(
      '[spec.metrics[0].resource.target.type: Required value: must specify a metric target type, spec.metrics[0].resource.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue]',
    );
  });

  it("wants one amount of pods, and finds it too small once", () => {
    const pods = { metric: { name: "requests" }, target: { type: "AverageValue", averageValue: "0" } };
    expect(metric({ type: "Pods", pods })).toBe('spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive');
  });

  it("measures resources that containers have, in a container that can be", () => {
    const target = { type: "Utilization", averageUtilization: 50 };
    expect(metric({ type: "ContainerResource", containerResource: { name: "pods", container: "a.b", target } })).toBe(
      '[spec.metrics[0].containerResource.name: Invalid value: "pods": must be a standard resource for containers, spec.metrics[0].containerResource.container: Invalid value: "a.b": must not contain dots]',
    );
  });
});
