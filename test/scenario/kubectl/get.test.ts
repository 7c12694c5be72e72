import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/node.js";
import type { Pod } from "../../../src/api/types/pod.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { tableLines } from "../../../src/scenario/kubectl/object-table.js";
import { humanDuration } from "../../../src/scenario/kubectl/human-duration.js";
import { nodeRoles, nodeStatus, podReadiness, podRestarts, podStatus } from "../../../src/scenario/kubectl/status-columns.js";
import { deployment, EPOCH, MemoryCluster, node, pod } from "../memory-cluster.js";

const HOUR = 3600;
const DAY = 24 * HOUR;

describe("ages", () => {
  // The boundaries are those of HumanDuration: 2 min, 10 min, 3 h, 8 h, 2 d, 8 d, 2 y, 8 y.
  it.each([
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [200, "3m20s"],
    [599, "9m59s"],
    [600, "10m"],
    [3 * HOUR - 1, "179m"],
    [3 * HOUR, "3h"],
    [5 * HOUR + 600, "5h10m"],
    [30 * HOUR, "30h"],
    [3 * DAY + 4 * HOUR, "3d4h"],
    [8 * DAY, "8d"],
    [729 * DAY, "729d"],
    [730 * DAY, "2y"],
    [760 * DAY, "2y30d"],
    [3000 * DAY, "8y"],
  ])("%i s are %s", (seconds, text) => {
    expect(humanDuration(seconds * SECOND)).toBe(text);
  });
});

describe("the STATUS of a pod", () => {
  const state = (change: object) => pod("p", change) as Pod;
  const container = (state: object, more: object = {}) => ({
    status: {
      phase: "Running",
      containerStatuses: [{ name: "main", ready: false, restartCount: 0, image: "i", imageID: "", state, ...more }],
    },
  });

  it.each([
    ["its phase", {}, "Running"],
    ["Pending, before it has a status", { status: { phase: undefined } }, "Pending"],
    ["why a container waits", container({ waiting: { reason: "CrashLoopBackOff" } }), "CrashLoopBackOff"],
    ["why a container ended", container({ terminated: { exitCode: 0, reason: "Completed" } }), "Completed"],
    ["the exit code, where there is no reason", container({ terminated: { exitCode: 3 } }), "ExitCode:3"],
    ["the signal, where there is no reason", container({ terminated: { exitCode: 137, signal: 9 } }), "Signal:9"],
    ["Terminating while it is deleted", { metadata: { deletionTimestamp: 1 } }, "Terminating"],
    ["the reason of the pod", { status: { phase: "Failed", reason: "Evicted" } }, "Evicted"],
    [
      "SchedulingGated",
      { status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] } },
      "SchedulingGated",
    ],
    [
      "how many init containers are done",
      {
        spec: { initContainers: [{ name: "a" }, { name: "b" }] },
        status: {
          phase: "Pending",
          initContainerStatuses: [
            { name: "a", state: { terminated: { exitCode: 0 } } },
            { name: "b", state: { running: {} } },
          ],
        },
      },
      "Init:1/2",
    ],
  ])("is %s", (_, change, text) => {
    expect(podStatus(state(change))).toBe(text);
  });

  it("counts ready containers, sidecars among them, and restarts with the last one's age", () => {
    const one = state({
      spec: { initContainers: [{ name: "proxy", restartPolicy: "Always" }] },
      status: {
        containerStatuses: [
          {
            name: "main",
            ready: true,
            restartCount: 2,
            state: { running: {} },
            lastState: { terminated: { exitCode: 1, finishedAt: EPOCH } },
          },
        ],
        initContainerStatuses: [{ name: "proxy", ready: false, restartCount: 1, state: { running: {} } }],
      },
    });
    expect(podReadiness(one)).toBe("1/2");
    expect(podRestarts(one, EPOCH + 300 * SECOND)).toBe("3 (5m ago)");
  });
});

describe("the STATUS of a node", () => {
  it("is its Ready condition, and whether it is cordoned", () => {
    const one = node("a", { "node-role.kubernetes.io/control-plane": "" }) as Node;
    expect(nodeStatus(one)).toBe("Ready");
    expect(nodeStatus({ ...one, spec: { unschedulable: true }, status: { conditions: [{ type: "Ready", status: "Unknown" }] } })).toBe(
      "NotReady,SchedulingDisabled",
    );
    expect(nodeStatus({ ...one, status: {} })).toBe("Unknown");
    expect([nodeRoles(one), nodeRoles(node("b") as Node)]).toEqual(["control-plane", "<none>"]);
  });
});

describe("kubectl get", () => {
  const cluster = () =>
    new MemoryCluster([
      pod("b", { metadata: { creationTimestamp: EPOCH - 90 * SECOND }, spec: { nodeName: "n" } }),
      pod("a", { metadata: { creationTimestamp: EPOCH, labels: { app: "x" } } }),
      pod("c", { metadata: { namespace: "dev", creationTimestamp: EPOCH } }),
      deployment("web"),
    ]);

  it("prints a table in order of names", () => {
    expect(cluster().kubectl("get pods").output).toEqual([
      "NAME   READY   STATUS    RESTARTS   AGE",
      "a      0/1     Running   0          0s",
      "b      0/1     Running   0          90s",
    ]);
  });

  it("prints namespaces with -A, and TYPE/NAME where several kinds are listed", () => {
    expect(cluster().kubectl("get pods -A --no-headers").output).toEqual([
      "default   a     0/1   Running   0     0s",
      "default   b     0/1   Running   0     90s",
      "dev       c     0/1   Running   0     0s",
    ]);
    expect(cluster().kubectl("get pods,deployments -l app=x").output).toEqual([
      "NAME    READY   STATUS    RESTARTS   AGE",
      "pod/a   0/1     Running   0          0s",
    ]);
    expect(
      cluster()
        .kubectl("get deploy,po")
        .output.filter((line) => line.startsWith("deployment.apps/web") || line.startsWith("pod/a")),
    ).toHaveLength(2);
  });

  it("prints names, JSON and YAML", () => {
    expect(cluster().kubectl("get deployment web -o name").output).toEqual(["deployment.apps/web"]);
    expect(JSON.parse(cluster().kubectl("get pods -o json").output.join("\n"))).toMatchObject({
      kind: "List",
      items: [{ metadata: { name: "b", creationTimestamp: "2025-12-31T23:58:30Z" } }, {}],
    });
    expect(cluster().kubectl("get pod b -o yaml").output).toContain('  nodeName: "n"');
  });

  it("says where there is nothing", () => {
    expect(cluster().kubectl("get pods -n empty").output).toEqual(["No resources found in empty namespace."]);
    expect(cluster().kubectl("get nodes").output).toEqual(["No resources found"]);
    expect(cluster().kubectl("get pod gone").errors).toEqual(['Error from server (NotFound): pods "gone" not found']);
  });

  it("has columns for services", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", namespace: "default", creationTimestamp: EPOCH },
      spec: { type: "NodePort", clusterIP: "10.0.0.1", ports: [{ port: 80, nodePort: 30080, protocol: "TCP" }] },
    };
    expect(tableLines("Service", [service], EPOCH + SECOND)).toEqual([
      "NAME   TYPE       CLUSTER-IP   EXTERNAL-IP   PORT(S)        AGE",
      "s      NodePort   10.0.0.1     <none>        80:30080/TCP   1s",
    ]);
  });
});

describe("what -o, --field-selector and --sort-by ask for", () => {
  const cluster = () =>
    new MemoryCluster([
      pod("b", { spec: { nodeName: "worker-1", priority: 5 }, status: { phase: "Running" } }),
      pod("a", { spec: { nodeName: "worker-2", priority: 10 }, status: { phase: "Pending" } }),
      pod("c", { metadata: { namespace: "dev" }, spec: { nodeName: "worker-1" } }),
    ]);

  it("selects by the fields that a kind can be selected by", () => {
    expect(cluster().kubectl("get pods --field-selector=status.phase!=Running -o name").output).toEqual(["pod/a"]);
    expect(cluster().kubectl("get pods -A --field-selector spec.nodeName=worker-1,metadata.namespace=dev -o name").output).toEqual([
      "pod/c",
    ]);
    expect(cluster().kubectl("get pods --field-selector=spec.priority=5").errors).toEqual([
      'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "spec.priority=5": field label not supported: spec.priority',
    ]);
  });

  it("deletes what fields select", () => {
    const some = cluster();
    expect(some.kubectl("delete pods --field-selector=status.phase=Pending").output).toEqual(['pod "a" deleted from default namespace']);
  });

  it("sorts by a path, numbers by their size", () => {
    expect(cluster().kubectl("get pods --sort-by=.spec.priority -o name").output).toEqual(["pod/b", "pod/a"]);
    expect(
      cluster()
        .kubectl("get pods --sort-by={.metadata.name} --no-headers")
        .output.map((line) => line[0]),
    ).toEqual(["a", "b"]);
  });

  it("prints columns of one's own, and paths", () => {
    expect(
      cluster().kubectl("get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName,IP:.status.podIP --sort-by=.metadata.name")
        .output,
    ).toEqual(["NAME   NODE       IP", "a      worker-2   <none>", "b      worker-1   <none>"]);
    expect(cluster().kubectl("get pod a -o jsonpath={.spec.nodeName}").output).toEqual(["worker-2"]);
    expect(cluster().kubectl(`get pods -o 'jsonpath={range .items[*]}{.metadata.name}={.status.phase}{"\\n"}{end}'`).output).toEqual([
      "b=Running",
      "a=Pending",
    ]);
  });

  it("knows no other formats", () => {
    expect(() => cluster().kubectl("get pods -o xml")).toThrow('unable to match a printer suitable for the output format "xml"');
  });
});

describe("kubectl get --sort-by and -L", () => {
  const cluster = () =>
    new MemoryCluster([
      pod("web-10", { metadata: { labels: { "example.com/tier": "front" } }, spec: { priority: 5 } }),
      pod("web-2", { spec: { priority: 10 } }),
    ]);

  // Source of the words: kubectl/pkg/cmd/get/sorter.go.
  it("says that no object has the field", () => {
    expect(cluster().kubectl("get pods --sort-by=.foo")).toMatchObject({
      exitCode: 1,
      output: [`error: couldn't find any field with path "{.foo}" in the list of objects`],
    });
    expect(cluster().kubectl("get pods --sort-by={.spec.foo} -o name").errors).toEqual([
      `error: couldn't find any field with path "{.spec.foo}" in the list of objects`,
    ]);
  });

  it("takes digits within names for numbers", () => {
    expect(cluster().kubectl("get pods --sort-by=.metadata.name -o name").output).toEqual(["pod/web-2", "pod/web-10"]);
    expect(cluster().kubectl("get pods -o name").output).toEqual(["pod/web-10", "pod/web-2"]);
  });

  it("gives a label a column", () => {
    expect(
      cluster()
        .kubectl("get pods -L example.com/tier")
        .output.map((line) => line.split(/ +/).at(-1)),
    ).toEqual(["TIER", "front", "<unknown>"]);
  });

  it("writes what there is not to stderr", () => {
    expect(cluster().kubectl("get pods -n empty").stderr).toEqual(["No resources found in empty namespace."]);
    expect(cluster().kubectl("get pod gone web-2 --ignore-not-found -o name")).toMatchObject({ exitCode: 0, output: ["pod/web-2"] });
  });

  // Source: kubectl/pkg/cmd/get/get.go (multipleGVKsRequested) and cli-runtime's resource.Builder, which expands each type between commas.
  it("names the kind where several were asked for, though objects of one alone are there", () => {
    const names = (line: string): readonly string[] =>
      cluster()
        .kubectl(line)
        .output.slice(1)
        .map((row) => row.split(" ")[0]);
    expect(names("get pods,services")).toEqual(["pod/web-10", "pod/web-2"]);
    expect(names("get all")).toEqual(["pod/web-10", "pod/web-2"]);
    expect(names("get configmaps,all")).toEqual(["pod/web-10", "pod/web-2"]);
    expect(names("get pods")).toEqual(["web-10", "web-2"]);
  });
});
