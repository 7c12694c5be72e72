import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/meta.js";
import { deployment, MemoryCluster, node, pod } from "../memory-cluster.js";

const file = () => [{ object: deployment("web") as ApiObject, file: "web.yaml", line: 1 }];
const everything = () => [deployment("web"), node("a"), pod("p"), deployment("other")];

describe("--dry-run=client", () => {
  it.each([
    ["create deployment front --image=nginx", "deployment.apps/front created (dry run)"],
    ["run front --image=nginx", "pod/front created (dry run)"],
    ["create -f web.yaml", "deployment.apps/web created (dry run)"],
    ["apply -f web.yaml", "deployment.apps/web configured (dry run)"],
    ["replace -f web.yaml", "deployment.apps/web replaced (dry run)"],
    ["delete pod p", 'pod "p" deleted (dry run) from default namespace'],
    ["delete pod p --force", 'pod "p" force deleted (dry run) from default namespace'],
    ["scale deployment web --replicas=7", "deployment.apps/web scaled (dry run)"],
    ["autoscale deployment web --max=7", "horizontalpodautoscaler.autoscaling/web autoscaled (dry run)"],
    ["expose deployment web --port=80", "service/web exposed (dry run)"],
    ["label pod p a=b", "pod/p labeled (dry run)"],
    ["annotate pod p a=b", "pod/p annotated (dry run)"],
    ["taint nodes a k=v:NoSchedule", "node/a tainted (dry run)"],
    ["cordon a", "node/a cordoned (dry run)"],
    ["set image deployment web main=web:9", "deployment.apps/web image updated (dry run)"],
    ["set env deployment web A=b", "deployment.apps/web env updated (dry run)"],
    ["set serviceaccount deployment web robot", "deployment.apps/web serviceaccount updated (dry run)"],
    ['patch deployment web -p {"spec":{"replicas":9}}'.replace(/(\{.*\})/, "'$1'"), "deployment.apps/web patched (dry run)"],
    ["rollout pause deployment web", "deployment.apps/web paused (dry run)"],
    ["rollout restart deployment web", "deployment.apps/web restarted (dry run)"],
  ])("%s", (line, said) => {
    const cluster = new MemoryCluster(everything());
    const { output } = cluster.kubectl(`${line} --dry-run=client`, file);
    expect(output.at(-1)).toBe(said);
    expect(cluster.requests).toEqual([]);
  });
});

describe("--dry-run=server", () => {
  it("asks with requests that store nothing, and says so", () => {
    const cluster = new MemoryCluster(everything());
    expect(cluster.kubectl("create deployment front --image=nginx --dry-run=server").output).toEqual([
      "deployment.apps/front created (server dry run)",
    ]);
    expect(cluster.identities).toEqual([{ dryRun: true }]);
  });
});

// Such a command line is how manifests are begun; the real 1.36 prints exactly this.
describe("kubectl create deployment --dry-run=client -o yaml", () => {
  it("prints a manifest, without the namespace that nobody named", () => {
    const cluster = new MemoryCluster();
    const manifest = [
      "apiVersion: apps/v1",
      "kind: Deployment",
      "metadata:",
      "  labels:",
      "    app: web",
      "  name: web",
      "spec:",
      "  replicas: 1",
      "  selector:",
      "    matchLabels:",
      "      app: web",
      "  strategy: {}",
      "  template:",
      "    metadata:",
      "      labels:",
      "        app: web",
      "    spec:",
      "      containers:",
      "      - image: nginx",
      "        name: nginx",
      "        resources: {}",
      "status: {}",
    ];
    expect(cluster.kubectl("create deployment web --image=nginx --dry-run=client -o yaml").output).toEqual(manifest);
    const named = cluster.kubectl("create deployment web --image=nginx --dry-run=client -o yaml -n shop").output;
    expect(named).toEqual([...manifest.slice(0, 6), "  namespace: shop", ...manifest.slice(6)]);
    expect(cluster.kubectl("create deployment web --image=nginx --dry-run=client -o name").output).toEqual(["deployment.apps/web"]);
  });

  it("prints a pod", () => {
    expect(new MemoryCluster().kubectl("run web --image=nginx --dry-run=client -o yaml").output).toEqual([
      "apiVersion: v1",
      "kind: Pod",
      "metadata:",
      "  labels:",
      "    run: web",
      "  name: web",
      "spec:",
      "  containers:",
      "  - image: nginx",
      "    name: web",
      "    resources: {}",
      "  dnsPolicy: ClusterFirst",
      "  restartPolicy: Always",
      "status: {}",
    ]);
  });
});
