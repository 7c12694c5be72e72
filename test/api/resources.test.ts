import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { equalResourceLists, addResourceLists } from "../../src/api/resource-list.js";
import { containerRequests, podLimits, podRequests, podRequestsWithoutOverhead, qosClassOf } from "../../src/api/resources.js";
import type { Pod, ResourceList } from "../../src/api/types/index.js";

interface QosCase {
  readonly id: string;
  readonly input: { readonly pod: Pod };
  readonly expected: Record<"requests" | "limits" | "requestsWithoutOverhead" | "containerRequestsOnly", ResourceList> & {
    qosClass: string;
  };
}

const golden = "../shared/golden/node/qos.jsonl";

describe.skipIf(!existsSync(golden))("recorded pods", () => {
  it("have the requests, limits and QoS class that Kubernetes computes", () => {
    const cases = readFileSync(golden, "utf8").trim().split("\n");
    const wrong = cases.flatMap((line) => {
      const { id, input, expected } = JSON.parse(line) as QosCase;
      const { spec } = input.pod;
      const same =
        qosClassOf(spec) === expected.qosClass &&
        equalResourceLists(podRequests(spec), expected.requests) &&
        equalResourceLists(podLimits(spec), expected.limits) &&
        equalResourceLists(podRequestsWithoutOverhead(spec), expected.requestsWithoutOverhead) &&
        equalResourceLists(addResourceLists(containerRequests(spec), spec.overhead ?? {}), expected.containerRequestsOnly);
      return same ? [] : [id];
    });
    expect(wrong).toEqual([]);
  });
});

describe("effective requests", () => {
  const container = (name: string, cpu: string, restartPolicy?: "Always"): object => ({
    name,
    resources: { requests: { cpu } },
    restartPolicy,
  });
  const spec = (fields: object): Pod["spec"] => ({ containers: [container("main", "100m")], ...fields }) as unknown as Pod["spec"];

  it("are the greater of the running sum and the largest init step", () => {
    expect(podRequests(spec({ initContainers: [container("big", "1")] }))).toEqual({ cpu: "1" });
    expect(podRequests(spec({ initContainers: [container("side", "200m", "Always"), container("big", "1")] }))).toEqual({ cpu: "1200m" });
    // A sidecar that starts after the init container does not run beside it.
    expect(podRequests(spec({ initContainers: [container("big", "1"), container("side", "200m", "Always")] }))).toEqual({ cpu: "1" });
  });

  it("are replaced by pod-level requests and raised by the overhead", () => {
    expect(podRequests(spec({ resources: { requests: { cpu: "2" } }, overhead: { cpu: "50m", memory: "1Mi" } }))).toEqual({
      cpu: "2050m",
      memory: "1Mi",
    });
  });

  it("are computed once for all pods of a template, wherever they are bound, and anew where a part that counts is another", () => {
    const template = spec({ overhead: { cpu: "50m" } });
    const boundTo = (nodeName: string): Pod["spec"] => ({ ...template, nodeName });
    expect(podRequests(boundTo("b"))).toBe(podRequests(boundTo("a")));
    expect(podRequests({ ...template, overhead: { cpu: "60m" } })).toEqual({ cpu: "160m" });
    expect(podRequests({ ...template, initContainers: [container("big", "1")] as never })).toEqual({ cpu: "1050m" });
    expect(podRequests({ ...template, resources: { requests: { cpu: "3" } } })).toEqual({ cpu: "3050m" });
    expect(podRequests(template)).toEqual({ cpu: "150m" });
  });
});
