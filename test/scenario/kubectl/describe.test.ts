import { describe, expect, it } from "vitest";
import type { Kind, ObjectsByKind } from "../../../src/api/kinds.js";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Event } from "../../../src/api/types/policy.js";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { description } from "../../../src/scenario/kubectl/describe.js";
import { titleOf } from "../../../src/scenario/kubectl/describe/any-kind.js";
import { ruleRows } from "../../../src/scenario/kubectl/describe/access.js";
import { probeText } from "../../../src/scenario/kubectl/describe/containers.js";
import { describerOf } from "../../../src/scenario/kubectl/describe/describers.js";
import { alignElastically } from "../../../src/scenario/kubectl/describe/elastic-columns.js";
import { EPOCH, MemoryCluster, pod } from "../memory-cluster.js";

// The texts are what kubectl 1.36 prints for such objects, laid out by hand from its documented output.

const NOW = EPOCH + 10 * MINUTE;

/** The description with the spaces at the ends of lines taken away. */
function textOf(object: unknown, around: Partial<Record<Kind, readonly unknown[]>> = {}, events?: readonly Event[]): string {
  const surroundings = { list: <K extends Kind>(kind: K) => (around[kind] ?? []) as readonly ObjectsByKind[K][] };
  const lines = description(object as ApiObject, describerOf((object as ApiObject).kind as Kind), surroundings, events, NOW);
  return lines.map((line) => line.trimEnd()).join("\n");
}

function event(change: Partial<Event>): Event {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", namespace: "default" },
    involvedObject: { kind: "Pod", namespace: "default", name: "web-1" },
    type: "Normal",
    reason: "Scheduled",
    message: "Successfully assigned default/web-1 to worker-1",
    source: { component: "default-scheduler" },
    firstTimestamp: NOW - 30 * SECOND,
    lastTimestamp: NOW - 30 * SECOND,
    count: 1,
    ...change,
  };
}

describe("elastic columns", () => {
  it("end where a line has no cell in them, and count no last cell", () => {
    expect(alignElastically(["a\tb", "long\tc", "x", "a\td"])).toEqual(["a     b", "long  c", "x", "a  d"]);
  });

  it("go over lines that share the first column but not the second", () => {
    expect(alignElastically(["Type\tStatus\tReason", "Available\tTrue\tYes", "OldReplicaSets:\t<none>"])).toEqual([
      "Type             Status  Reason",
      "Available        True    Yes",
      "OldReplicaSets:  <none>",
    ]);
  });
});

describe("the events of a description", () => {
  it("are <none>", () => {
    expect(textOf({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" } }, {}, [])).toMatch(/\nEvents: {2}<none>$/);
  });

  it("show the latest last, and a repeated one with its count and both ages", () => {
    const text = textOf({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" } }, {}, [
      event({
        type: "Warning",
        reason: "BackOff",
        message: "Back-off restarting failed container main in pod web-1",
        source: { component: "kubelet", host: "worker-1" },
        firstTimestamp: NOW - 130 * SECOND,
        lastTimestamp: NOW - 5 * SECOND,
        count: 3,
      }),
      event({ firstTimestamp: NOW - 200 * SECOND, lastTimestamp: NOW - 200 * SECOND }),
    ]);
    expect(text.slice(text.indexOf("Events:"))).toBe(`Events:
  Type     Reason     Age                 From               Message
  ----     ------     ----                ----               -------
  Normal   Scheduled  3m20s               default-scheduler  Successfully assigned default/web-1 to worker-1
  Warning  BackOff    5s (x3 over 2m10s)  kubelet            Back-off restarting failed container main in pod web-1`);
  });
});

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

const TEMPLATE = {
  metadata: { labels: { app: "nginx" } },
  spec: { containers: [{ name: "nginx", image: "nginx:1.16.1", ports: [{ containerPort: 80, protocol: "TCP" }] }] },
};

describe("the description of a deployment", () => {
  it("is that of the Kubernetes documentation, with the lines that were added since", () => {
    const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "nginx", uid: "d", controller: true };
    const replicaSet = (name: string, hash: string, image: string, replicas: number, age: number) => ({
      kind: "ReplicaSet",
      metadata: { name, namespace: "default", ownerReferences: [owner], creationTimestamp: age },
      spec: {
        replicas,
        template: {
          metadata: { labels: { app: "nginx", "pod-template-hash": hash } },
          spec: { containers: [{ ...TEMPLATE.spec.containers[0], image }] },
        },
      },
      status: { replicas },
    });
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "nginx",
        namespace: "default",
        uid: "d",
        creationTimestamp: EPOCH,
        labels: { app: "nginx" },
        annotations: { "deployment.kubernetes.io/revision": "2", "kubectl.kubernetes.io/last-applied-configuration": "{}\n" },
      },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "nginx" } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        template: TEMPLATE,
      },
      status: {
        replicas: 3,
        updatedReplicas: 3,
        availableReplicas: 3,
        conditions: [
          { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
          { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
        ],
      },
    };
    const around = { ReplicaSet: [replicaSet("nginx-2", "2", "nginx:1.16.1", 3, 2), replicaSet("nginx-1", "1", "nginx:1.14.2", 0, 1)] };
    expect(textOf(deployment, around)).toBe(`Name:                   nginx
Namespace:              default
CreationTimestamp:      Thu, 01 Jan 2026 00:00:00 +0000
Labels:                 app=nginx
Annotations:            deployment.kubernetes.io/revision: 2
Selector:               app=nginx
Replicas:               3 desired | 3 updated | 3 total | 3 available | 0 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 25% max surge
Pod Template:
  Labels:  app=nginx
  Containers:
   nginx:
    Image:         nginx:1.16.1
    Port:          80/TCP
    Host Port:     0/TCP
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
  Progressing    True    NewReplicaSetAvailable
OldReplicaSets:  nginx-1 (0/0 replicas created)
NewReplicaSet:   nginx-2 (3/3 replicas created)`);
  });
});

describe("the description of a node", () => {
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "worker-1", creationTimestamp: EPOCH, labels: { zone: "a" } },
    spec: { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"], taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] },
    status: {
      capacity: { cpu: "2", memory: "4Gi", pods: "110" },
      allocatable: { cpu: "2", memory: "4Gi", pods: "110" },
      addresses: [{ type: "InternalIP", address: "10.0.0.2" }],
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "KubeletReady",
          message: "kubelet is posting ready status",
          lastHeartbeatTime: EPOCH + MINUTE,
          lastTransitionTime: EPOCH,
        },
      ],
      nodeInfo: {
        kubeletVersion: "v1.36.0",
        osImage: "Linux",
        kernelVersion: "6.8",
        containerRuntimeVersion: "containerd://2.0",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
  const running = (name: string, resources: object, phase = "Running") => ({
    kind: "Pod",
    metadata: { name, namespace: "default", creationTimestamp: NOW - 90 * SECOND },
    spec: { nodeName: "worker-1", containers: [{ name: "main", resources }] },
    status: { phase },
  });
  const lease = {
    kind: "Lease",
    metadata: { name: "worker-1", namespace: "kube-node-lease" },
    spec: { holderIdentity: "worker-1", renewTime: EPOCH + 9 * MINUTE },
  };

  it("adds up what its pods that are not done have asked for", () => {
    const pods = [
      running("a", { requests: { cpu: "250m", memory: "1Gi" }, limits: { memory: "3Gi" } }),
      running("b", { requests: { cpu: "500m" }, limits: { memory: "2Gi" } }),
      running("done", { requests: { cpu: "1" } }, "Succeeded"),
    ];
    expect(textOf(node, { Pod: pods, Lease: [lease] })).toBe(`Name:               worker-1
Roles:              <none>
Labels:             zone=a
Annotations:        <none>
CreationTimestamp:  Thu, 01 Jan 2026 00:00:00 +0000
Taints:             gpu=yes:NoSchedule
Unschedulable:      false
Lease:
  HolderIdentity:  worker-1
  AcquireTime:     <unset>
  RenewTime:       Thu, 01 Jan 2026 00:09:00 +0000
Conditions:
  Type    Status  LastHeartbeatTime                 LastTransitionTime                Reason         Message
  ----    ------  -----------------                 ------------------                ------         -------
  Ready   True    Thu, 01 Jan 2026 00:01:00 +0000   Thu, 01 Jan 2026 00:00:00 +0000   KubeletReady   kubelet is posting ready status
Addresses:
  InternalIP:  10.0.0.2
Capacity:
  cpu:     2
  memory:  4Gi
  pods:    110
Allocatable:
  cpu:     2
  memory:  4Gi
  pods:    110
System Info:
  Machine ID:
  System UUID:
  Boot ID:
  Kernel Version:             6.8
  OS Image:                   Linux
  Operating System:           linux
  Architecture:               amd64
  Container Runtime Version:  containerd://2.0
  Kubelet Version:            v1.36.0
PodCIDR:                      10.244.1.0/24
PodCIDRs:                     10.244.1.0/24
Non-terminated Pods:          (2 in total)
  Namespace                   Name    CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
  ---------                   ----    ------------  ----------  ---------------  -------------  ---
  default                     a       250m (12%)    0 (0%)      1Gi (25%)        3Gi (75%)      90s
  default                     b       500m (25%)    0 (0%)      0 (0%)           2Gi (50%)      90s
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource           Requests    Limits
  --------           --------    ------
  cpu                750m (37%)  0 (0%)
  memory             1Gi (25%)   5Gi (125%)
  ephemeral-storage  0 (0%)      0 (0%)`);
  });

  it("names the extended resources that it has", () => {
    const gpus = { ...node, status: { ...node.status, allocatable: { ...node.status.allocatable, "nvidia.com/gpu": "4" } } };
    const text = textOf(gpus, { Pod: [running("a", { requests: { "nvidia.com/gpu": 1 }, limits: { "nvidia.com/gpu": 1 } })] });
    expect(text).toMatch(/^ {2}nvidia\.com\/gpu +1 +1$/m);
    expect(text).toContain('Failed to get lease: leases.coordination.k8s.io "worker-1" not found');
  });
});

describe("the description of a service", () => {
  it("shows three ready endpoints of each port and counts the others", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: {
        type: "NodePort",
        selector: { app: "web" },
        clusterIP: "10.96.0.10",
        clusterIPs: ["10.96.0.10"],
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol: "TCP" }],
        sessionAffinity: "None",
        externalTrafficPolicy: "Cluster",
        internalTrafficPolicy: "Cluster",
      },
    };
    const slice = {
      metadata: { name: "web-x", namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
      endpoints: [
        ...[1, 2, 3, 4, 5].map((n) => ({ addresses: [`10.244.1.${n}`], conditions: { ready: true } })),
        { addresses: ["10.244.1.9"], conditions: { ready: false } },
      ],
    };
    expect(textOf(service, { EndpointSlice: [slice] }, [])).toBe(`Name:                     web
Namespace:                default
Labels:                   <none>
Annotations:              <none>
Selector:                 app=web
Type:                     NodePort
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.96.0.10
IPs:                      10.96.0.10
Port:                     <unset>  80/TCP
TargetPort:               8080/TCP
NodePort:                 <unset>  30080/TCP
Endpoints:                10.244.1.1:8080,10.244.1.2:8080,10.244.1.3:8080 + 2 more...
Session Affinity:         None
External Traffic Policy:  Cluster
Internal Traffic Policy:  Cluster
Events:  <none>`);
  });
});

describe("the descriptions of policies", () => {
  it("a budget", () => {
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "zk-pdb", namespace: "default" },
      spec: { minAvailable: 2, selector: { matchLabels: { app: "zookeeper" } } },
      status: { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 },
    };
    expect(textOf(budget)).toBe(`Name:           zk-pdb
Namespace:      default
Min available:  2
Selector:       app=zookeeper
Status:
    Allowed disruptions:  1
    Current:              3
    Desired:              2
    Total:                3`);
  });

  it("a quota, in the form in which its limits are written", () => {
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "compute", namespace: "dev" },
      spec: {},
      status: {
        hard: { pods: "10", "requests.cpu": "4", "requests.memory": "8Gi" },
        used: { pods: "2", "requests.cpu": "500m", "requests.memory": "0" },
      },
    };
    expect(textOf(quota)).toBe(`Name:            compute
Namespace:       dev
Resource         Used  Hard
--------         ----  ----
pods             2     10
requests.cpu     500m  4
requests.memory  0     8Gi`);
  });

  it("a namespace with its quotas and without limit ranges", () => {
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "dev", labels: { "kubernetes.io/metadata.name": "dev" } },
      status: { phase: "Active" },
    };
    const quota = { metadata: { name: "q", namespace: "dev" }, spec: {}, status: { hard: { pods: "10" }, used: { pods: "2" } } };
    const other = { metadata: { name: "o", namespace: "prod" }, spec: {}, status: { hard: { pods: "1" } } };
    expect(textOf(namespace, { ResourceQuota: [quota, other] }, undefined)).toBe(`Name:         dev
Labels:       kubernetes.io/metadata.name=dev
Annotations:  <none>
Status:       Active

Resource Quotas
  Name:     q
  Resource  Used  Hard
  --------  ---   ---
  pods      2     10

No LimitRange resource.`);
  });

  it("an autoscaler, before and after it has measured", () => {
    const autoscaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web", namespace: "default", creationTimestamp: EPOCH },
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 6,
        metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
      },
      status: {
        currentReplicas: 2,
        desiredReplicas: 3,
        currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 90, averageValue: "450m" } } }],
      },
    };
    expect(textOf(autoscaler)).toBe(`Name:                                                  web
Namespace:                                             default
Labels:                                                <none>
Annotations:                                           <none>
CreationTimestamp:                                     Thu, 01 Jan 2026 00:00:00 +0000
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  90% (450m) / 70%
Min replicas:                                          2
Max replicas:                                          6
Deployment pods:                                       2 current / 3 desired`);
    expect(textOf({ ...autoscaler, status: undefined })).toContain("(as a percentage of request):  <unknown> / 70%");
  });

  it("takes rules apart by resource and puts their verbs together", () => {
    expect(
      ruleRows([
        { apiGroups: [""], resources: ["pods", "services"], verbs: ["get"] },
        { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["update"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list", "get"] },
        { nonResourceURLs: ["/healthz"], verbs: ["get"] },
      ]),
    ).toEqual([
      ["", "[/healthz]", "[]", "[get]"],
      ["deployments.apps/scale", "[]", "[]", "[update]"],
      ["pods", "[]", "[]", "[get list]"],
      ["services", "[]", "[]", "[get]"],
    ]);
  });
});

describe("the descriptions of jobs and volumes", () => {
  it("a job that is done", () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "pi", namespace: "default" },
      spec: {
        parallelism: 1,
        completions: 1,
        completionMode: "NonIndexed",
        suspend: false,
        backoffLimit: 4,
        selector: { matchLabels: { "batch.kubernetes.io/job-name": "pi" } },
        template: TEMPLATE,
      },
      status: { startTime: EPOCH, completionTime: EPOCH + 65 * SECOND, succeeded: 1, ready: 0 },
    };
    expect(textOf(job).split("\nPod Template:")[0]).toBe(`Name:             pi
Namespace:        default
Selector:         batch.kubernetes.io/job-name=pi
Labels:           <none>
Annotations:      <none>
Parallelism:      1
Completions:      1
Completion Mode:  NonIndexed
Suspend:          false
Backoff Limit:    4
Start Time:       Thu, 01 Jan 2026 00:00:00 +0000
Completed At:     Thu, 01 Jan 2026 00:01:05 +0000
Duration:         65s
Pods Statuses:    0 Active (0 Ready) / 1 Succeeded / 0 Failed`);
  });

  it("a claim that a pod uses", () => {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace: "default", finalizers: ["kubernetes.io/pvc-protection"] },
      spec: { volumeName: "pv-1", storageClassName: "fast", volumeMode: "Filesystem" },
      status: { phase: "Bound", capacity: { storage: "8Gi" }, accessModes: ["ReadWriteOnce"] },
    };
    const user = pod("db-0", { spec: { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] } });
    expect(textOf(claim, { Pod: [user, pod("other")] })).toBe(`Name:          data
Namespace:     default
StorageClass:  fast
Status:        Bound
Volume:        pv-1
Labels:        <none>
Annotations:   <none>
Finalizers:    [kubernetes.io/pvc-protection]
Capacity:      8Gi
Access Modes:  RWO
VolumeMode:    Filesystem
Used By:       db-0`);
  });

  it("names the fields of kinds that have no description of their own in words", () => {
    expect(["holderIdentity", "leaseDurationSeconds", "uid", "apiGroup"].map(titleOf)).toEqual([
      "Holder Identity",
      "Lease Duration Seconds",
      "UID",
      "API Group",
    ]);
  });
});

describe("kubectl describe", () => {
  it("describes each object, two empty lines apart, with its own events alone", () => {
    const cluster = new MemoryCluster([
      pod("a"),
      pod("b"),
      event({
        metadata: { name: "e1", namespace: "default" },
        involvedObject: { kind: "Pod", namespace: "default", name: "b" },
        message: "for b",
      }),
    ]);
    const { output } = cluster.kubectl("describe pods");
    const second = output.findIndex((line) => /^Name: +b$/.test(line));
    expect(output.slice(second - 3, second).map((line) => line.trimEnd())).toEqual(["Events:  <none>", "", ""]);
    expect(output.at(-1)).toContain("for b");
    expect(cluster.kubectl("describe pod gone").errors).toEqual(['Error from server (NotFound): pods "gone" not found']);
    expect(cluster.kubectl("describe services").output).toEqual(["No resources found in default namespace."]);
  });
});
