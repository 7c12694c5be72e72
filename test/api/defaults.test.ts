/** What the API server fills in where a manifest says nothing, as the API reference states it. Source: https://kubernetes.io/docs/reference/kubernetes-api/ */
import { describe, expect, it } from "vitest";
import { decode } from "../../src/api/decode.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import type { Kind, ObjectsByKind } from "../../src/api/kinds.js";

const metadata = { name: "x", namespace: "default" };
const labels = { app: "x" };

function read<K extends Kind>(apiVersion: string, kind: K, spec: object): ObjectsByKind[K] {
  return applyDefaults(decode({ apiVersion, kind, metadata, spec })) as ObjectsByKind[K];
}

const workload = (more: object = {}) => ({
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "nginx:1.27" }] } },
  ...more,
});

describe("defaults", () => {
  it("of a pod: it restarts, has 30 s to end, uses the cluster's DNS and the default scheduler", () => {
    const { spec } = read("v1", "Pod", { containers: [{ name: "c", image: "nginx:1.27" }] });
    expect(spec).toMatchObject({
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      schedulerName: "default-scheduler",
    });
  });

  it.each([
    ["nginx:1.27", "IfNotPresent"],
    ["nginx:latest", "Always"],
    ["nginx", "Always"],
    ["registry.local:5000/nginx", "Always"],
  ])("of the pull policy of %s: %s", (image, policy) => {
    const { spec } = read("v1", "Pod", { containers: [{ name: "c", image }] });
    expect(spec.containers[0].imagePullPolicy).toBe(policy);
  });

  it("of a probe: each 10 s, a second of patience, three failures and one success; of an HTTP get, the root", () => {
    const livenessProbe = { httpGet: { port: 80 } };
    const { spec } = read("v1", "Pod", { containers: [{ name: "c", image: "nginx:1.27", livenessProbe }] });
    expect(spec.containers[0].livenessProbe).toMatchObject({
      httpGet: { path: "/", port: 80, scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });

  it("of resources: a limit is the request that is left out", () => {
    const resources = { requests: { cpu: "100m" }, limits: { cpu: "1", memory: "64Mi" } };
    const { spec } = read("v1", "Pod", { containers: [{ name: "c", image: "nginx:1.27", resources }] });
    expect(spec.containers[0].resources?.requests).toEqual({ cpu: "100m", memory: "64Mi" });
  });

  it("of a Deployment: one replica, a quarter of them at a time, ten old revisions, ten minutes to get on", () => {
    expect(read("apps/v1", "Deployment", workload()).spec).toMatchObject({
      replicas: 1,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
  });

  it("of StatefulSet and DaemonSet: in order, and one node at a time", () => {
    expect(read("apps/v1", "StatefulSet", workload({ serviceName: "x" })).spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate" },
      revisionHistoryLimit: 10,
    });
    expect(read("apps/v1", "DaemonSet", workload()).spec).toMatchObject({
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      revisionHistoryLimit: 10,
    });
  });

  it("of Job and CronJob: one pod, six tries; overlapping runs, three good and one failed kept", () => {
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "nginx:1.27" }] } };
    expect(read("batch/v1", "Job", { template }).spec).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 6 });
    expect(read("batch/v1", "CronJob", { schedule: "0 3 1 * *", jobTemplate: { spec: { template } } }).spec).toMatchObject({
      concurrencyPolicy: "Allow",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
  });

  it("of a Service: within the cluster, without affinity, the target port as the port", () => {
    expect(read("v1", "Service", { ports: [{ port: 80 }] }).spec).toMatchObject({
      type: "ClusterIP",
      sessionAffinity: "None",
      ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    });
  });
});
