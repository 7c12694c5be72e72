import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readCsv } from "../../src/scenario/importers/csv.js";
import { INSTANCE_TYPES, kubeReservedOf, maxPodsOf } from "../../src/scenario/importers/instance-types.js";
import type { TraceWorkload } from "../../src/scenario/scenario.js";
import { loadTexts, mistakesOf } from "./text-scenario.js";

const SHARED = join(import.meta.dirname, "../../../shared");
const OPENB = join(SHARED, "data/openb");
const MANIFESTS = join(SHARED, "manifests");

function scenario(cluster: string, rest = ""): string {
  return `apiVersion: kubewarp.io/v1\nkind: Scenario\nduration: 10h\ncluster: ${cluster}\n${rest}`;
}

describe("CSV", () => {
  it("has a header, quotes and lines", () => {
    expect(readCsv('a,b\r\n1,"x, ""y"""\n\n2\n')).toEqual([
      { line: 2, fields: { a: "1", b: 'x, "y"' } },
      { line: 4, fields: { a: "2", b: "" } },
    ]);
  });
});

describe("an eksctl ClusterConfig", () => {
  const config = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-west-1, version: "1.31"}
availabilityZones: [eu-west-1a, eu-west-1b]
addons: [{name: vpc-cni, configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}'}]
managedNodeGroups:
  - {name: default, instanceType: m5.large, minSize: 2, desiredCapacity: 3, maxSize: 6, updateConfig: {maxUnavailablePercentage: 50}, labels: {team: a}}
nodeGroups:
  - {name: gpu, instanceType: g4dn.xlarge, taints: [{key: gpu, effect: NoSchedule}]}
`;

  it("becomes node groups with the types' capacity, zones, reserves and sizes", () => {
    const { cluster } = loadTexts({ "s.yaml": scenario("{from: eks.yaml}"), "eks.yaml": config });
    expect(cluster.name).toBe("shop");
    expect(cluster.kubernetesVersion).toBe("1.31.0");
    expect(cluster.network.plugin).toBe("aws-vpc-cni");
    const [workers, gpus] = cluster.nodeGroups;
    expect(workers).toMatchObject({
      name: "default",
      count: 3,
      capacity: { cpu: 2, memory: "8Gi", pods: 110 },
      zones: ["eu-west-1a", "eu-west-1b"],
      region: "eu-west-1",
    });
    expect(workers.labels).toMatchObject({ team: "a", "eks.amazonaws.com/nodegroup": "default" });
    expect(cluster.scaling).toEqual([
      { group: "default", min: 2, max: 6, maxUnavailablePercentage: 50 },
      { group: "gpu", min: 2, max: 2 },
    ]);
    expect(gpus).toMatchObject({ count: 2, capacity: { "nvidia.com/gpu": 1 }, taints: [{ key: "gpu", effect: "NoSchedule" }] });
  });

  // Published figures of Amazon: eni-max-pods.txt, and the worked example for an m5.large.
  it("takes the most pods from the addresses of the type, or from prefixes", () => {
    expect(maxPodsOf(INSTANCE_TYPES["m5.large"], false)).toBe(29);
    expect(maxPodsOf(INSTANCE_TYPES["t3.medium"], false)).toBe(17);
    expect(maxPodsOf(INSTANCE_TYPES["m5.4xlarge"], false)).toBe(234);
    expect(maxPodsOf(INSTANCE_TYPES["m5.16xlarge"], false)).toBe(737);
    expect(maxPodsOf(INSTANCE_TYPES["m5.large"], true)).toBe(110);
    expect(maxPodsOf(INSTANCE_TYPES["m5.8xlarge"], true)).toBe(250);
    expect(kubeReservedOf(INSTANCE_TYPES["m5.large"], 29)).toEqual({ cpu: "70m", memory: "574Mi" });
  });

  it("has its mistakes said at their places in its own file", () => {
    const wrong = mistakesOf(() =>
      loadTexts({ "s.yaml": scenario("{from: eks.yaml}"), "eks.yaml": config.replace("m5.large", "m5.lage").replace('"1.31"', "1.31") }),
    );
    expect(wrong).toEqual([
      expect.stringMatching(/^eks\.yaml:3:\d+: metadata\.version: Invalid value: 1\.31: must be a text such as "1\.31", in quotes$/),
    ]);
    expect(
      mistakesOf(() => loadTexts({ "s.yaml": scenario("{from: eks.yaml}"), "eks.yaml": config.replace("m5.large", "m5.lage") })),
    ).toEqual([
      expect.stringMatching(/^eks\.yaml:7:.*: managedNodeGroups\[0\]\.instanceType: .*unknown instance type; did you mean "m5\.large"\?$/),
    ]);
  });
});

describe("a kubeadm ClusterConfiguration", () => {
  const file = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.1
networking: {podSubnet: 192.168.0.0/16, serviceSubnet: 10.97.0.0/16}
controllerManager: {extraArgs: [{name: node-monitor-grace-period, value: 30s}, {name: node-eviction-rate, value: "0.5"}]}
apiServer: {extraArgs: [{name: default-unreachable-toleration-seconds, value: "60"}]}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ipvs
`;
  const nodes = "nodes: [{name: m, role: control-plane, capacity: {cpu: 2, memory: 2Gi}}]";

  it("gives version, ranges, flags and proxy mode", () => {
    const { cluster } = loadTexts({ "s.yaml": scenario(`{from: k.yaml, ${nodes}}`), "k.yaml": file });
    expect(cluster.kubernetesVersion).toBe("1.36.1");
    expect(cluster.network).toMatchObject({ podCIDR: "192.168.0.0/16", serviceCIDR: "10.97.0.0/16", proxyMode: "ipvs" });
    expect(cluster.controlPlane.controllerManager).toEqual({ "node-monitor-grace-period": 30_000_000, "node-eviction-rate": 0.5 });
    expect(cluster.controlPlane.apiServer).toEqual({ "default-unreachable-toleration-seconds": 60 });
  });

  it("gives way to what the scenario says", () => {
    const { cluster } = loadTexts({ "s.yaml": scenario(`{from: k.yaml, ${nodes}, network: {proxyMode: iptables}}`), "k.yaml": file });
    expect(cluster.network).toMatchObject({ podCIDR: "192.168.0.0/16", proxyMode: "iptables" });
  });

  it("names no machines", () => {
    expect(mistakesOf(() => loadTexts({ "s.yaml": scenario("{from: k.yaml}"), "k.yaml": file }))).toEqual([
      expect.stringContaining("cluster.nodes: Required value: must be a list of nodes"),
    ]);
    expect(mistakesOf(() => loadTexts({ "s.yaml": scenario(`{from: k.yaml, ${nodes}}`), "k.yaml": "a: b\n" }))).toEqual([
      expect.stringContaining("k.yaml: describes no cluster"),
    ]);
  });
});

describe.skipIf(!existsSync(MANIFESTS))("configurations as users have them (skipped where ../shared/manifests is absent)", () => {
  it.each([
    ["eksctl-cluster.yaml", "eks-workshop", 3, "10.42.0.0/16"],
    ["kubeadm-config.yaml", "kubernetes", 1, "192.168.0.0/16"],
  ])("%s", (file, name, machines, podCIDR) => {
    const nodes = file.startsWith("kubeadm") ? ", nodes: [{name: m, capacity: {cpu: 2, memory: 2Gi}}]" : "";
    const { cluster } = loadTexts({ "s.yaml": scenario(`{from: c.yaml${nodes}}`), "c.yaml": readFileSync(join(MANIFESTS, file)) });
    expect(cluster).toMatchObject({ name, network: { podCIDR } });
    expect(cluster.nodeGroups.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(machines);
  });

  it("bad-python-sample-deployment.yaml is refused with a message for each mistake", () => {
    const wrong = mistakesOf(() => loadTexts({ "bad.yaml": readFileSync(join(MANIFESTS, "bad-python-sample-deployment.yaml")) }));
    expect(wrong.length).toBeGreaterThanOrEqual(4);
    for (const line of wrong) expect(line).toMatch(/^bad\.yaml:\d+:\d+: ./);
  });
});

describe("the openb trace", () => {
  const nodes = "sn,cpu_milli,memory_mib,gpu,model\nn-0,32000,262144,0,\nn-1,96000,786432,8,V100M32\n";
  const pods = `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
b,4000,8192,1,460,V100M32|P100,LS,Running,20,50,20
a,1000,2048,0,0,,BE,Running,10,15,10
c,1000,2048,0,0,,BE,Running,30,,30
`;
  const workload = (more = "") => `workloads: [{name: t, start: 1m, trace: {format: openb, pods: pods.csv.gz${more}}}]\n`;
  const load = (more?: string) =>
    loadTexts({ "s.yaml": scenario("{from: nodes.csv}", workload(more)), "nodes.csv": nodes, "pods.csv.gz": gzipSync(pods) });

  it("gives nodes with GPUs and their models", () => {
    expect(load().cluster.nodeGroups).toMatchObject([
      { name: "n-0", capacity: { cpu: "32000m", memory: "262144Mi", pods: 110 }, labels: {} },
      { name: "n-1", capacity: { "nvidia.com/gpu": 8 }, labels: { "gpu-model": "V100M32" } },
    ]);
  });

  it("gives pods in order of arrival, deleted at the end of their lives, with whole GPUs and the models asked for", () => {
    const [{ pods: traced }] = load().workloads as [TraceWorkload];
    expect(
      traced.map(({ arrival, lifetime, pod }) => [pod.metadata.name, arrival / 1e6, lifetime === undefined ? undefined : lifetime / 1e6]),
    ).toEqual([
      ["a", 70, 5],
      ["b", 80, 30],
      ["c", 90, undefined],
    ]);
    expect(traced[1].pod.spec.containers[0].resources?.requests).toEqual({ cpu: "4000m", memory: "8192Mi", "nvidia.com/gpu": "1" });
    expect(traced[1].pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: "gpu-model", operator: "In", values: ["V100M32", "P100"] }] },
    ]);
    expect(traced[0].pod.spec).toBe(traced[2].pod.spec);
  });

  it("can end pods by completion, run faster, and stop early", () => {
    const [{ pods: traced }] = load(", end: completion, timeScale: 0.5, limit: 2").workloads as [TraceWorkload];
    expect(traced).toHaveLength(2);
    expect(traced[1]).toMatchObject({
      arrival: 70_000_000,
      pod: { metadata: { annotations: { "kubewarp.io/run-duration": "15s" } }, spec: { restartPolicy: "Never" } },
    });
    expect(traced[1].lifetime).toBeUndefined();
  });

  it("has its mistakes said with their lines", () => {
    const wrong = (text: string) =>
      mistakesOf(() =>
        loadTexts({
          "s.yaml": scenario("{from: nodes.csv}", "workloads: [{name: t, trace: {format: openb, pods: p.csv}}]"),
          "nodes.csv": nodes,
          "p.csv": text,
        }),
      );
    expect(wrong(pods.replace("1000,2048", "much,2048"))).toEqual([
      'p.csv:3:1: cpu_milli: Invalid value: "much": must be a number, 0 or more',
    ]);
    expect(wrong("x,y\n1,2\n")[0]).toContain("p.csv:1:1: is no pod list of the openb trace");
  });

  it.skipIf(!existsSync(OPENB))("has 1,523 nodes with 6,212 GPUs and 8,152 pods (skipped where ../shared/data/openb is absent)", () => {
    const { cluster, workloads } = loadTexts({
      "s.yaml": scenario("{from: nodes.gz}", "workloads: [{name: t, trace: {format: openb, pods: pods.gz}}]"),
      "nodes.gz": readFileSync(join(OPENB, "openb_node_list_all_node.csv.gz")),
      "pods.gz": readFileSync(join(OPENB, "openb_pod_list_default.csv.gz")),
    });
    expect(cluster.nodeGroups).toHaveLength(1523);
    expect(cluster.nodeGroups.reduce((sum, { capacity }) => sum + Number(capacity["nvidia.com/gpu"] ?? 0), 0)).toBe(6212);
    expect((workloads[0] as TraceWorkload).pods).toHaveLength(8152);
  });
});
