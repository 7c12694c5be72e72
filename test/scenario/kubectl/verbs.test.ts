import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/api/types/network.js";
import type { Node } from "../../../src/api/types/node.js";
import type { Pod } from "../../../src/api/types/pod.js";
import type { HorizontalPodAutoscaler } from "../../../src/api/types/policy.js";
import type { Deployment } from "../../../src/api/types/workloads.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { deployment, MemoryCluster, node, pod } from "../memory-cluster.js";

const web = "default/web";

function deploymentIn(cluster: MemoryCluster): Deployment {
  return cluster.read("Deployment", web)!;
}

describe("kubectl run and create", () => {
  it("run makes a pod with the flags' image, labels, variables and arguments", () => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl("run web --image=nginx:1.26 --port=80 --env=A=b,c --labels=app=web,tier=x -n dev -- --verbose").output).toEqual([
      "pod/web created",
    ]);
    const { metadata, spec } = cluster.read("Pod", "dev/web")!;
    expect(metadata.labels).toEqual({ app: "web", tier: "x" });
    expect(spec.containers).toEqual([
      { name: "web", image: "nginx:1.26", ports: [{ containerPort: 80 }], env: [{ name: "A", value: "b,c" }], args: ["--verbose"] },
    ]);
  });

  it("create deployment names the container by its image", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create deployment web --image=registry.example/shop/front:2 --replicas=2 --port=8080 -- serve -v");
    const { spec } = deploymentIn(cluster);
    expect(spec.replicas).toBe(2);
    expect(spec.selector).toEqual({ matchLabels: { app: "web" } });
    expect(spec.template.spec.containers).toEqual([
      { name: "front", image: "registry.example/shop/front:2", ports: [{ containerPort: 8080 }], command: ["serve", "-v"] },
    ]);
  });

  it("create quota, namespace and poddisruptionbudget make what they say", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create namespace dev");
    cluster.kubectl("create quota compute --hard=pods=10,requests.cpu=4 -n dev");
    cluster.kubectl("create pdb web --selector=app=web --max-unavailable=25%");
    expect(cluster.read("Namespace", "dev")).toBeDefined();
    expect(cluster.read("ResourceQuota", "dev/compute")?.spec.hard).toEqual({ pods: "10", "requests.cpu": "4" });
    expect(cluster.read("PodDisruptionBudget", web)?.spec).toEqual({ selector: { matchLabels: { app: "web" } }, maxUnavailable: "25%" });
  });

  it("words a refusal as kubectl does", () => {
    const cluster = new MemoryCluster([pod("web")]);
    expect(cluster.kubectl("run web --image=i")).toEqual({
      exitCode: 1,
      output: ['Error from server (AlreadyExists): pods "web" already exists'],
      errors: ['Error from server (AlreadyExists): pods "web" already exists'],
      stderr: ['Error from server (AlreadyExists): pods "web" already exists'],
    });
  });
});

describe("kubectl scale and autoscale", () => {
  it("scale sets the replicas", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("scale deployment/web --replicas=5").output).toEqual(["deployment.apps/web scaled"]);
    expect(deploymentIn(cluster).spec.replicas).toBe(5);
  });

  it("scale does nothing where the current number is not the one expected", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("scale deployment web --current-replicas=2 --replicas=5").errors).toEqual([
      "error: Expected replicas to be 2, was 3",
    ]);
    expect(deploymentIn(cluster).spec.replicas).toBe(3);
  });

  it("scale goes on after an object that is not there", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("scale deployment gone web --replicas=1").output).toEqual([
      "deployment.apps/web scaled",
      'Error from server (NotFound): deployments.apps "gone" not found',
    ]);
  });

  it("autoscale makes an autoscaler for the object", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("autoscale deployment web --min=2 --max=6 --cpu=70%").output).toEqual([
      "horizontalpodautoscaler.autoscaling/web autoscaled",
    ]);
    expect((cluster.read("HorizontalPodAutoscaler", web) as HorizontalPodAutoscaler).spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
    });
  });
});

describe("kubectl set", () => {
  it("image changes the named container, prints nothing where nothing changes, and refuses unknown names", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("set image deployment/web main=web:2").output).toEqual(["deployment.apps/web image updated"]);
    expect(deploymentIn(cluster).spec.template.spec.containers[0].image).toBe("web:2");
    expect(cluster.kubectl("set image deployment/web *=web:2").output).toEqual([]);
    expect(cluster.kubectl("set image deployment/web mian=web:3").errors).toEqual(['error: unable to find container named "mian"']);
  });

  it("resources adds to what is there", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    cluster.kubectl("set resources deployment web --requests=cpu=200m --limits=cpu=1,memory=1Gi");
    cluster.kubectl("set resources deployment web --limits=memory=2Gi");
    expect(deploymentIn(cluster).spec.template.spec.containers[0].resources).toEqual({
      requests: { cpu: "200m" },
      limits: { cpu: "1", memory: "2Gi" },
    });
  });

  it("env sets and removes", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    cluster.kubectl("set env deployment/web LEVEL=debug PLACE=here");
    cluster.kubectl("set env deployment/web LEVEL=info PLACE-");
    expect(deploymentIn(cluster).spec.template.spec.containers[0].env).toEqual([{ name: "LEVEL", value: "info" }]);
  });
});

describe("kubectl label, annotate and taint", () => {
  it("label refuses to overwrite unless told to", () => {
    const cluster = new MemoryCluster([node("a", { zone: "x" })]);
    expect(cluster.kubectl("label node a zone=y").errors).toEqual(["error: 'zone' already has a value (x), and --overwrite is false"]);
    expect(cluster.kubectl("label node a zone=y disk=ssd --overwrite").output).toEqual(["node/a labeled"]);
    expect(cluster.kubectl("label node a disk-").output).toEqual(["node/a unlabeled"]);
    expect(cluster.read("Node", "a")?.metadata.labels).toEqual({ zone: "y" });
  });

  it("annotate by selector", () => {
    const cluster = new MemoryCluster([pod("a", { metadata: { labels: { app: "x" } } }), pod("b")]);
    expect(cluster.kubectl("annotate pods -l app=x owner=me").output).toEqual(["pod/a annotated"]);
    expect(cluster.read("Pod", "default/b")?.metadata.annotations).toBeUndefined();
  });

  it("taint adds, replaces and removes by key and effect", () => {
    const cluster = new MemoryCluster([node("a")]);
    const taints = () => (cluster.read("Node", "a") as Node).spec.taints;
    expect(cluster.kubectl("taint nodes a gpu=yes:NoSchedule gpu:NoExecute").output).toEqual(["node/a tainted"]);
    expect(taints()).toEqual([
      { key: "gpu", value: "yes", effect: "NoSchedule" },
      { key: "gpu", effect: "NoExecute" },
    ]);
    expect(cluster.kubectl("taint nodes a gpu=no:NoSchedule").errors).toEqual([
      "error: node a already has gpu taint(s) with same effect(s) and --overwrite is false",
    ]);
    expect(cluster.kubectl("taint nodes a gpu=no:NoSchedule --overwrite").output).toEqual(["node/a modified"]);
    expect(cluster.kubectl("taint nodes a gpu=yes:NoSchedule --overwrite").output).toEqual(["node/a modified"]);
    expect(cluster.kubectl("taint nodes a gpu:NoExecute-").output).toEqual(["node/a untainted"]);
    expect(taints()).toEqual([{ key: "gpu", value: "yes", effect: "NoSchedule" }]);
    expect(cluster.kubectl("taint nodes a dedicated=x:NoSchedule gpu-").output).toEqual(["node/a modified"]);
    cluster.kubectl("taint nodes a dedicated- ");
    cluster.kubectl("taint nodes a gpu:NoSchedule");
    cluster.kubectl("taint nodes a gpu-");
    expect(taints()).toBeUndefined();
    expect(cluster.kubectl("taint nodes a gpu-").errors).toEqual(['error: taint "gpu" not found']);
  });
});

describe("kubectl expose", () => {
  it("takes selector and ports from the Deployment", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("expose deployment web --type=NodePort").output).toEqual(["service/web exposed"]);
    expect((cluster.read("Service", web) as Service).spec).toEqual({
      ports: [{ port: 8080, protocol: "TCP", targetPort: 8080 }],
      selector: { app: "web" },
      type: "NodePort",
    });
  });

  it("takes port and target from the flags", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    cluster.kubectl("expose deployment web --port=80 --target-port=http --name=front");
    expect((cluster.read("Service", "default/front") as Service).spec.ports).toEqual([{ port: 80, protocol: "TCP", targetPort: "http" }]);
  });
});

describe("kubectl delete", () => {
  it("passes grace period and propagation on", () => {
    const cluster = new MemoryCluster([pod("a"), pod("b"), deployment("web")]);
    expect(cluster.kubectl("delete pod a").output).toEqual(['pod "a" deleted from default namespace']);
    expect(cluster.kubectl("delete pod b --force").output.at(-1)).toBe('pod "b" force deleted from default namespace');
    cluster.kubectl("delete deployment web --cascade=orphan --grace-period=5");
    expect(cluster.deletions).toEqual([
      { propagationPolicy: "Background" },
      { propagationPolicy: "Background", gracePeriodSeconds: 0 },
      { propagationPolicy: "Orphan", gracePeriodSeconds: 5 },
    ]);
  });

  it("takes a grace period of 0 without --force as 1", () => {
    const cluster = new MemoryCluster([pod("a")]);
    cluster.kubectl("delete pod a --grace-period=0");
    expect(cluster.deletions).toEqual([{ propagationPolicy: "Background", gracePeriodSeconds: 1 }]);
  });

  it("waits until what it deleted has gone, or its time is up; a new object of the name is another", () => {
    const cluster = new MemoryCluster([pod("a"), pod("b")]);
    cluster.keepsDeleted = true;
    const a = cluster.read("Pod", "default/a") as Pod;
    cluster.simulation.after(5 * SECOND, () => {
      cluster.remove(a);
      cluster.store(pod("a") as Pod);
    });
    expect(cluster.kubectl("delete pod a").exitCode).toBe(0);
    expect(Math.round(cluster.simulation.now / SECOND)).toBe(5);
    expect(cluster.kubectl("delete pod b --timeout=3s")).toEqual({
      exitCode: 1,
      output: ['pod "b" deleted from default namespace', "error: timed out waiting for the condition on pods/b"],
      errors: ["error: timed out waiting for the condition on pods/b"],
      stderr: ["error: timed out waiting for the condition on pods/b"],
    });
    expect(Math.round(cluster.simulation.now / SECOND)).toBe(8);
    expect(cluster.kubectl("delete pod b --wait=false").exitCode).toBe(0);
    expect(Math.round(cluster.simulation.now / SECOND)).toBe(8);
  });

  it("deletes by selector, by --all, and says where there is nothing", () => {
    const cluster = new MemoryCluster([
      pod("a", { metadata: { labels: { app: "x" } } }),
      pod("b"),
      pod("c", { metadata: { namespace: "dev" } }),
    ]);
    cluster.kubectl("delete pods -l app=x");
    expect([...cluster.objects.keys()]).toEqual(["Pod default/b", "Pod dev/c"]);
    cluster.kubectl("delete pods --all -n dev");
    expect([...cluster.objects.keys()]).toEqual(["Pod default/b"]);
    expect(cluster.kubectl("delete pods -l app=x").output).toEqual(["No resources found"]);
    expect(cluster.kubectl("delete pod gone --ignore-not-found")).toEqual({ exitCode: 0, output: [], errors: [] });
  });
});

describe("kubectl exec", () => {
  it("passes the command on to a pod, or to the first pod of a workload", () => {
    const labels = { app: "web" };
    const cluster = new MemoryCluster([
      deployment("web"),
      pod("other"),
      pod("web-0", { metadata: { labels, deletionTimestamp: 1 } }),
      pod("web-1", { metadata: { labels } }),
      pod("web-2", { metadata: { labels } }),
    ]);
    expect(cluster.kubectl("exec -it deploy/web -c main -- kill -9 1").exitCode).toBe(0);
    expect(cluster.commands).toEqual([["web-1", "main", "kill", "-9", "1"]]);
    expect(cluster.kubectl("exec web-1 -- frobnicate")).toMatchObject({
      exitCode: 127,
      errors: ["command terminated with exit code 127"],
    });
  });
});
