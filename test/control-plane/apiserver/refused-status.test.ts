import { describe, expect, it } from "vitest";
import { refusal } from "./refusal.js";

const spec = {
  replicas: 2,
  selector: { matchLabels: { app: "x" } },
  template: { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
};
const object = (kind: string, extra: object = {}) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web" },
  spec: { ...spec, ...extra },
});

function written(status: object, kind = "Deployment", extra: object = {}): string {
  const path = `/apis/apps/v1/namespaces/default/${kind.toLowerCase()}s/web/status`;
  return refusal({ method: "PATCH", path, body: { status } }, object(kind, extra));
}

// Rules and texts: Validate...Status in pkg/apis/apps/validation/validation.go of Kubernetes.
describe("a status that is written", () => {
  it("is taken where the numbers are possible", () => {
    expect(written({ replicas: 2, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 })).toBe("accepted");
  });

  it("counts nothing below zero", () => {
    expect(written({ unavailableReplicas: -1 })).toBe(
      '422 Invalid: Deployment.apps "web" is invalid: status.unavailableReplicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  it("has no more ready replicas than replicas, and no more available ones than ready ones", () => {
    expect(written({ replicas: 1, readyReplicas: 3 })).toBe(
      '422 Invalid: Deployment.apps "web" is invalid: status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas',
    );
    expect(written({ replicas: 2, readyReplicas: 1, availableReplicas: 2 })).toBe(
      '422 Invalid: Deployment.apps "web" is invalid: status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    );
    expect(written({ replicas: 2, readyReplicas: 1, availableReplicas: 2 }, "StatefulSet", { serviceName: "db" })).toBe(
      '422 Invalid: StatefulSet.apps "web" is invalid: status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas',
    );
  });
});
