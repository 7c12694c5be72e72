/** Expected sums are added up by hand from the rules for containers, sidecars, init containers, pod-level requests and overhead. */
import { describe, expect, it } from "vitest";
import type { Container, PodSpec } from "../../../src/api/types/index.js";
import { CPU, MEMORY, podRequests, ResourceIndex } from "../../../src/scheduler/framework/resources.js";

const MEBIBYTE = 2 ** 20;
const container = (cpu?: string, memory?: string, more: Partial<Container> = {}): Container => ({
  name: "c",
  resources: { requests: { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) } },
  ...more,
});
const sidecar = (cpu: string): Container => container(cpu, undefined, { restartPolicy: "Always" });
const of = (spec: PodSpec) => podRequests(spec, new ResourceIndex());

describe("podRequests", () => {
  it("adds containers and sidecars", () => {
    expect(of({ containers: [container("100m"), container("200m")], initContainers: [sidecar("50m")] }).requested[CPU]).toBe(350);
  });

  it("takes the largest init container with the sidecars before it, where that is more", () => {
    const initContainers = [container("400m"), sidecar("50m"), container("500m"), sidecar("70m")];
    expect(of({ containers: [container("100m")], initContainers }).requested[CPU]).toBe(550);
  });

  it("lets pod-level requests replace the sum, and adds overhead last", () => {
    const spec: PodSpec = {
      containers: [container("100m", "64Mi")],
      resources: { requests: { cpu: "1" } },
      overhead: { cpu: "10m", memory: "1Mi" },
    };
    const requests = of(spec);
    expect(requests.requested[CPU]).toBe(1010);
    expect(requests.requested[MEMORY]).toBe(65 * MEBIBYTE);
    expect(requests.scored[CPU]).toBe(110);
  });

  it("counts defaults for containers without the key, but keeps an explicit 0", () => {
    const requests = of({ containers: [container(), container("0", "0")] });
    expect(requests.requested[CPU]).toBe(0);
    expect(requests.nonZeroMilliCpu).toBe(100);
    expect(requests.nonZeroMemory).toBe(200 * MEBIBYTE);
    expect(requests.scored[CPU]).toBe(100);
  });

  it("defaults no resource that a pod-level request names", () => {
    const requests = of({ containers: [container(), container()], resources: { requests: { cpu: "2" } } });
    expect(requests.nonZeroMilliCpu).toBe(2000);
    expect(requests.nonZeroMemory).toBe(400 * MEBIBYTE);
  });

  it("names what is requested at all", () => {
    const resources = new ResourceIndex();
    const spec: PodSpec = { containers: [{ name: "c", resources: { requests: { "nvidia.com/gpu": "2", cpu: "1", memory: "0" } } }] };
    expect(podRequests(spec, resources).resources.map((number) => resources.names[number])).toEqual(["cpu", "nvidia.com/gpu"]);
  });
});
