import { describe, expect, it } from "vitest";
import { SECOND } from "../../../../src/engine/simulation.js";
import { probeText } from "../../../../src/scenario/kubectl/describe/containers.js";
import { EPOCH, pod } from "../../memory-cluster.js";
import { NOW, textOf } from "./description-text.js";

const WEB_POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web-1",
    namespace: "default",
    labels: { "pod-template-hash": "abc", app: "web" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-abc", uid: "u", controller: true }],
  },
  spec: {
    priority: 0,
    serviceAccountName: "default",
    nodeName: "worker-1",
    containers: [
      {
        name: "main",
        image: "nginx:1.26",
        ports: [{ containerPort: 80, protocol: "TCP" }],
        resources: { limits: { memory: "128Mi", cpu: 1 }, requests: { cpu: "0.25" } },
        livenessProbe: {
          httpGet: { path: "/healthz", port: 80, scheme: "HTTP" },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
        env: [
          { name: "LEVEL", value: "debug" },
          { name: "POD", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
          { name: "TOKEN", valueFrom: { secretKeyRef: { name: "web", key: "token" } } },
        ],
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "config", mountPath: "/config", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "data", emptyDir: {} },
      { name: "config", configMap: { name: "web" } },
    ],
    tolerations: [
      { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
    ],
  },
  status: {
    phase: "Running",
    hostIP: "10.0.0.2",
    podIP: "10.244.1.2",
    podIPs: [{ ip: "10.244.1.2" }],
    startTime: EPOCH + 2 * SECOND,
    qosClass: "Burstable",
    conditions: [
      { type: "Ready", status: "True" },
      { type: "ContainersReady", status: "True" },
    ],
    containerStatuses: [
      {
        name: "main",
        image: "nginx:1.26",
        imageID: "sha256:1",
        containerID: "containerd://c1",
        ready: true,
        restartCount: 1,
        state: { running: { startedAt: EPOCH + 60 * SECOND } },
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled", startedAt: EPOCH + 3 * SECOND, finishedAt: EPOCH + 59 * SECOND } },
      },
    ],
  },
};

describe("the description of a pod", () => {
  it("has kubectl's sections in kubectl's order", () => {
    expect(textOf(WEB_POD, {}, [])).toBe(`Name:             web-1
Namespace:        default
Priority:         0
Service Account:  default
Node:             worker-1/10.0.0.2
Start Time:       Thu, 01 Jan 2026 00:00:02 +0000
Labels:           app=web
                  pod-template-hash=abc
Annotations:      <none>
Status:           Running
IP:               10.244.1.2
IPs:
  IP:           10.244.1.2
Controlled By:  ReplicaSet/web-abc
Containers:
  main:
    Container ID:   containerd://c1
    Image:          nginx:1.26
    Image ID:       sha256:1
    Port:           80/TCP
    Host Port:      0/TCP
    State:          Running
      Started:      Thu, 01 Jan 2026 00:01:00 +0000
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Thu, 01 Jan 2026 00:00:03 +0000
      Finished:     Thu, 01 Jan 2026 00:00:59 +0000
    Ready:          True
    Restart Count:  1
    Limits:
      cpu:     1
      memory:  128Mi
    Requests:
      cpu:     250m
    Liveness:  http-get http://:80/healthz delay=0s timeout=1s period=10s #success=1 #failure=3
    Environment:
      LEVEL:  debug
      POD:    web-1 (v1:metadata.name)
      TOKEN:  <set to the key 'token' in secret 'web'>  Optional: false
    Mounts:
      /config from config (ro)
      /data from data (rw)
Conditions:
  Type              Status
  Ready             True
  ContainersReady   True
Volumes:
  data:
    Type:       EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:
    SizeLimit:  <unset>
  config:
    Type:        ConfigMap (a volume populated by a ConfigMap)
    Name:        web
    Optional:    false
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                 node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
Events:  <none>`);
  });

  it("says how long a pod has been terminating, and that it is nowhere yet", () => {
    const deleted = pod("p", { metadata: { deletionTimestamp: NOW - 4 * SECOND, deletionGracePeriodSeconds: 30 } });
    const text = textOf(deleted);
    expect(text).toContain("Status:                    Terminating (lasts 4s)\nTermination Grace Period:  30s");
    expect(text).toContain("Node:                      <none>");
    expect(text).toMatch(/^IPs: +<none>$/m);
  });

  it.each([
    [
      { exec: { command: ["cat", "/tmp/healthy"] }, initialDelaySeconds: 5, periodSeconds: 5 },
      "exec [cat /tmp/healthy] delay=5s timeout=1s period=5s #success=1 #failure=3",
    ],
    [{ tcpSocket: { port: 8080 } }, "tcp-socket :8080 delay=0s timeout=1s period=10s #success=1 #failure=3"],
    [
      { httpGet: { path: "/", port: "http", scheme: "HTTPS", host: "example" } },
      "http-get https://example:http/ delay=0s timeout=1s period=10s #success=1 #failure=3",
    ],
    [{ grpc: { port: 2379 } }, "grpc <pod>:2379  delay=0s timeout=1s period=10s #success=1 #failure=3"],
  ])("words a probe", (probe, text) => {
    expect(probeText(probe)).toBe(text);
  });
});
