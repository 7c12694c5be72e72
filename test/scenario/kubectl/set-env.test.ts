import { describe, expect, it } from "vitest";
import { deployment, MemoryCluster } from "../memory-cluster.js";

const env = [
  { name: "LEVEL", value: "info" },
  { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
  { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
];
const containers = [{ name: "c", image: "i", env }];
const web = deployment("web", { template: { metadata: { labels: { app: "web" } }, spec: { containers } } });
const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "cfg", namespace: "default" }, data: { "log.level": "x", b: "y" } };

// Source: kubectl/pkg/cmd/set/set_env.go.
describe("kubectl set env", () => {
  it("lists values and where they are from, with what is to be changed, and changes nothing", () => {
    const cluster = new MemoryCluster([web]);
    expect(cluster.kubectl("set env deploy/web --list EXTRA=1").output).toEqual([
      "# Deployment web, container c",
      "LEVEL=info",
      "# PASSWORD from secret db, key password",
      "# NODE from field path spec.nodeName",
      "EXTRA=1",
    ]);
    expect(cluster.read("Deployment", "default/web")?.spec.template.spec.containers[0].env).toHaveLength(3);
  });

  it("takes the keys of a ConfigMap or Secret as references", () => {
    const cluster = new MemoryCluster([deployment("web"), config]);
    const variables = () => cluster.read("Deployment", "default/web")?.spec.template.spec.containers[0].env;
    cluster.kubectl("set env deploy/web --from=configmap/cfg --prefix=APP_ --keys=log.level");
    expect(variables()).toEqual([{ name: "APP_LOG_LEVEL", valueFrom: { configMapKeyRef: { name: "cfg", key: "log.level" } } }]);
  });

  it("leaves values alone with --overwrite=false", () => {
    expect(new MemoryCluster([web]).kubectl("set env deploy/web LEVEL=debug --overwrite=false").errors).toEqual([
      "error: deployments.apps/web 'LEVEL' already has a value (info), and --overwrite is false",
    ]);
  });

  it.each([
    ["--list -o yaml", "--list and --output may not be specified together"],
    ["--keys=a", "when specifying --keys, a configmap or secret must be provided with --from"],
    ["--from=pod/a", "unsupported resource specified in --from"],
    ["", "at least one environment variable must be provided"],
  ])("deploy/web %s", (flags, message) => {
    expect(() => new MemoryCluster([web]).kubectl(`set env deploy/web ${flags}`)).toThrow(message);
  });
});
