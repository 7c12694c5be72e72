import { describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../../../src/engine/simulation.js";
import { EPOCH } from "../../memory-cluster.js";
import { NOW, textOf } from "./description-text.js";

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
