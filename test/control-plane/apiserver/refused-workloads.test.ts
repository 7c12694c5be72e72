import { describe, expect, it } from "vitest";
import { mistakes, mistakesOfChange } from "./refusal.js";

const selector = { matchLabels: { app: "x" } };
const template = (spec: object = {}) => ({
  metadata: { labels: { app: "x" } },
  spec: { containers: [{ name: "c", image: "nginx" }], ...spec },
});

// Rules and texts: pkg/apis/apps/validation/validation.go of Kubernetes.
describe("a stateful set", () => {
  const statefulSet = (spec: object = {}) => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: { serviceName: "db", selector, template: template(), ...spec },
  });
  const mounting = template({ containers: [{ name: "c", image: "nginx", volumeMounts: [{ name: "data", mountPath: "/data" }] }] });
  const claim = { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } };

  it("has a template that makes pods, its claims being volumes", () => {
    expect(mistakes(statefulSet({ template: template({ containers: [] }) }))).toBe("spec.template.spec.containers: Required value");
    expect(mistakes(statefulSet({ template: mounting, volumeClaimTemplates: [claim] }))).toBe("none");
    expect(mistakes(statefulSet({ template: mounting }))).toBe('spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"');
  });

  it("names a service as a label of DNS", () => {
    expect(mistakes(statefulSet({ serviceName: "a.b" }))).toBe('spec.serviceName: Invalid value: "a.b": must not contain dots');
  });

  it("is shown as the API server's own type", () => {
    expect(mistakes(statefulSet({ updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } } }))).toBe(
      `spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'`,
    );
  });
});

describe("a deployment", () => {
  it("takes a text that is a number for that number where both may not be nothing", () => {
    const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: "2" } };
    const spec = { selector, template: template(), strategy };
    expect(mistakes({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec })).toBe(
      `spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "2": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
    );
  });
});

describe("a changed job", () => {
  const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "work" }, spec: { template: template({ restartPolicy: "Never" }) } };
  const change = (spec: object): string => mistakesOfChange(job, "/apis/batch/v1/namespaces/default/jobs/work", { spec });

  it("keeps its policies, which are shown as the API server's own types", () => {
    expect(change({ podReplacementPolicy: "Failed", podFailurePolicy: { rules: [] } })).toBe(
      'spec.podFailurePolicy: Invalid value: {"Rules":[]}: field is immutable',
    );
  });

  it("keeps its template, labels sorted as maps are", () => {
    expect(change({ template: { metadata: { labels: { a: "b" } } } })).toMatch(
      /^spec\.template: Invalid value: \{"labels":\{"a":"b","app":"x","batch\.kubernetes\.io\/controller-uid":/,
    );
  });
});
