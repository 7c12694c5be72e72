import { describe, expect, it } from "vitest";
import { mistakes, mistakesOfChange } from "./refusal.js";

const pod = (spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ name: "c", image: "nginx" }], ...spec },
});
const change = (spec: object, before: object = {}) => mistakesOfChange(pod(before), "/api/v1/namespaces/default/pods/p", { spec });

// Rules and texts: pkg/apis/core/validation/validation.go of Kubernetes.
describe("a pod", () => {
  const sysctls = (...names: readonly string[]) => ({ securityContext: { sysctls: names.map((name) => ({ name, value: "1" })) } });

  it("sets nothing of namespaces that it shares with the host", () => {
    expect(mistakes(pod({ hostNetwork: true, ...sysctls("net.core.somaxconn", "kernel.shm_rmid_forced") }))).toBe(
      "spec.securityContext.sysctls[0].name: Invalid value: \"net.core.somaxconn\": may not be specified when 'hostNetwork' is true",
    );
    expect(mistakes(pod({ hostIPC: true, ...sysctls("net.core.somaxconn", "kernel/msgmax") }))).toBe(
      "spec.securityContext.sysctls[1].name: Invalid value: \"kernel/msgmax\": may not be specified when 'hostIPC' is true",
    );
    expect(mistakes(pod(sysctls("net.core.somaxconn", "kernel.sem")))).toBe("none");
  });
});

describe("a changed pod", () => {
  it("neither gets nor loses containers", () => {
    expect(change({ containers: [{ name: "d", image: "nginx" }] })).toBe(
      "spec.containers: Forbidden: pod updates may not add or remove containers",
    );
  });

  it("ends no later than it would have", () => {
    const field = "spec.activeDeadlineSeconds: Invalid value";
    expect(change({ activeDeadlineSeconds: 60 }, { activeDeadlineSeconds: 30 })).toBe(
      `${field}: 60: must be less than or equal to previous value`,
    );
    expect(change({ activeDeadlineSeconds: null }, { activeDeadlineSeconds: 30 })).toBe(
      `${field}: null: must not update from a positive integer to nil value`,
    );
  });

  it("keeps its tolerations, and gets no new gates", () => {
    expect(change({ tolerations: [] }, { tolerations: [{ key: "a", operator: "Exists" }] })).toBe(
      "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    );
    expect(change({ schedulingGates: [{ name: "a" }] })).toBe(
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
    );
  });

  it("is told what else differs", () => {
    expect(change({ hostname: "x" })).toMatch(
      /^spec: Forbidden: pod updates may not change fields other than .*\n@@ -\d+,7 \+\d+,7 @@\n[^]*\n- "Hostname": "",\n\+ "Hostname": "x",\n/,
    );
  });
});
