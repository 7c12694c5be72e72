import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/pod.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, MemoryCluster, pod } from "../memory-cluster.js";

const NEW = { metadata: { creationTimestamp: EPOCH, labels: { app: "x" } } };

/** After a second a pod appears, after another it fails, after a third it goes. */
function changing(): MemoryCluster {
  const cluster = new MemoryCluster([pod("a", NEW)]);
  cluster.simulation.after(SECOND, () => cluster.store(pod("b", { ...NEW, status: { phase: "Pending" } }) as Pod));
  cluster.simulation.after(2 * SECOND, () =>
    cluster.store({ ...cluster.read("Pod", "default/b")!, status: { phase: "ContainerCreating" as "Failed" } }),
  );
  cluster.simulation.after(3 * SECOND, () => cluster.remove(cluster.read("Pod", "default/b")!));
  return cluster;
}

describe("kubectl get --watch", () => {
  it("prints what is there, then a line for each change, in columns that only grow", () => {
    expect(changing().kubectl("get pods -w --request-timeout=5s").output).toEqual([
      "NAME   READY   STATUS    RESTARTS   AGE",
      "a      0/1     Running   0          0s",
      "b      0/1     Pending   0          1s",
      "b      0/1     ContainerCreating   0          2s",
      "b      0/1     ContainerCreating   0          3s",
    ]);
  });

  it("prints changes alone, and of what kind they are, where it is told so", () => {
    expect(changing().kubectl("get pods --watch-only --output-watch-events --request-timeout=5s -o name").output).toEqual([
      "pod/b",
      "pod/b",
      "pod/b",
    ]);
    expect(
      changing()
        .kubectl("get pods --watch-only --output-watch-events --request-timeout=5s")
        .output.map((line) => line.split(/ +/)[0]),
    ).toEqual(["EVENT", "ADDED", "MODIFIED", "DELETED"]);
  });

  it("watches one object, or those that a selector matches", () => {
    expect(changing().kubectl("get pod a -w --request-timeout=5s --no-headers").output).toHaveLength(1);
    expect(changing().kubectl("get pods -l app=x -w --request-timeout=5s --no-headers").output).toHaveLength(4);
    expect(changing().kubectl("get pods -l app=y -w --request-timeout=5s --no-headers").output).toEqual([]);
    expect(changing().kubectl("get pods -n dev -w --request-timeout=5s").output).toEqual([]);
  });

  it("is of one kind, and of one object at most that is named", () => {
    const cluster = changing();
    expect(cluster.kubectl("get pods,nodes -w").errors).toEqual(["error: you may only specify a single resource type"]);
    expect(cluster.kubectl("get pod a b -w").errors).toEqual([
      "error: watch is only supported on individual resources and resource collections - more than 1 resource was found",
    ]);
    expect(cluster.kubectl("get pods -w --sort-by=.metadata.name --request-timeout=1s").output[0]).toBe(
      "warning: --watch or --watch-only requested, --sort-by will be ignored",
    );
  });
});
