import { describe, expect, it } from "vitest";
import { CONTROLLER_NAMES, enabledControllers, UnknownControllerError } from "../../../src/control-plane/controllers/controller-manager.js";
import { KUBERNETES_1_36, SCENARIO_DEFAULTS, UnknownFlagError, withFlags } from "../../../src/control-plane/controllers/options.js";
import { deployment } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

/** All that kube-controller-manager is to have. Source of the names: cmd/kube-controller-manager/names/controller_names.go. */
const EXPECTED = [
  "cronjob-controller",
  "daemonset-controller",
  "deployment-controller",
  "disruption-controller",
  "endpointslice-controller",
  "garbage-collector-controller",
  "horizontal-pod-autoscaler-controller",
  "job-controller",
  "namespace-controller",
  "node-ipam-controller",
  "node-lifecycle-controller",
  "persistentvolume-attach-detach-controller",
  "persistentvolume-binder-controller",
  "persistentvolume-protection-controller",
  "persistentvolumeclaim-protection-controller",
  "pod-garbage-collector-controller",
  "replicaset-controller",
  "replicationcontroller-controller",
  "resourcequota-controller",
  "root-ca-certificate-publisher-controller",
  "serviceaccount-controller",
  "statefulset-controller",
  "taint-eviction-controller",
  "ttl-after-finished-controller",
];

describe("the choice of controllers", () => {
  it("has all on by default, and follows --controllers", () => {
    const byDefault = enabledControllers(["*"]);
    expect([...byDefault].sort()).toEqual(EXPECTED);
    expect(enabledControllers(["*", "endpoints-controller"])).toEqual(CONTROLLER_NAMES);
    expect(enabledControllers(["*", "-job-controller"])).toEqual(byDefault.filter((name) => name !== "job-controller"));
    expect(enabledControllers(["job-controller"])).toEqual(["job-controller"]);
  });

  it("names the nearest controller where one is not known", () => {
    expect(() => enabledControllers(["-jobs-controller"])).toThrow(UnknownControllerError);
    expect(() => enabledControllers(["-jobs-controller"])).toThrow('nearest is "job-controller"');
  });
});

describe("flags of kube-controller-manager", () => {
  it("set the options that they name", () => {
    const options = withFlags(KUBERNETES_1_36, {
      "node-monitor-grace-period": 40_000_000,
      "concurrent-replicaset-syncs": 2,
      "kube-api-qps": 100,
    });
    expect(options).toMatchObject({ nodeMonitorGracePeriod: 40_000_000, concurrentReplicaSetSyncs: 2, kubeApiQps: 100 });
    expect(KUBERNETES_1_36.nodeMonitorGracePeriod).toBe(50_000_000);
    expect(SCENARIO_DEFAULTS.nodeMonitorGracePeriod).toBe(40_000_000);
  });

  it("are refused where they are not known", () => {
    expect(() => withFlags(KUBERNETES_1_36, { "node-monitor-grace": 1 })).toThrow(UnknownFlagError);
  });
});

describe("a controller manager that is stopped", () => {
  it("does nothing more, and takes up what is left to do when it is started again", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 2));
    cluster.runTo(5);
    cluster.manager.stop();
    cluster.change("Deployment", "web", (web) => ({ ...web, spec: { ...web.spec, replicas: 4 } }));
    cluster.delete("Pod", cluster.list("Pod")[0].metadata.name);
    cluster.runTo(30);
    expect(cluster.list("Pod")).toHaveLength(1);
    cluster.manager.start();
    cluster.runTo(40);
    expect(cluster.list("Pod")).toHaveLength(4);
    expect(cluster.get("Deployment", "web")?.status?.availableReplicas).toBe(4);
  });
});
