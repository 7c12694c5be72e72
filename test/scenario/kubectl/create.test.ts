import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Job } from "../../../src/api/types/workloads.js";
import { deployment, MemoryCluster } from "../memory-cluster.js";

const RBAC = "rbac.authorization.k8s.io";

describe("kubectl create role and rolebinding", () => {
  it("makes a rule for each API group", () => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl("create role reader --verb=get,list --resource=pods,deployments,deploy/scale -n dev").output).toEqual([
      `role.${RBAC}/reader created`,
    ]);
    expect(cluster.read("Role", "dev/reader")?.rules).toEqual([
      { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] },
      { verbs: ["get", "list"], apiGroups: ["apps"], resources: ["deployments", "deployments/scale"] },
    ]);
  });

  it("restricts a rule to names, and a cluster role to URLs or to what is gathered", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create role one --verb=get --resource=pods --resource-name=a --resource-name=b");
    expect(cluster.read("Role", "default/one")?.rules?.[0].resourceNames).toEqual(["a", "b"]);
    cluster.kubectl("create clusterrole health --verb=get --non-resource-url=/healthz");
    expect(cluster.read("ClusterRole", "health")?.rules).toEqual([{ verbs: ["get"], nonResourceURLs: ["/healthz"] }]);
    cluster.kubectl("create clusterrole all --aggregation-rule=monitoring=true");
    expect(cluster.read("ClusterRole", "all")?.aggregationRule).toEqual({
      clusterRoleSelectors: [{ matchLabels: { monitoring: "true" } }],
    });
  });

  it("binds users, groups and service accounts", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create rolebinding b --role=reader --user=ann --group=devs --serviceaccount=dev:bot");
    expect(cluster.read("RoleBinding", "default/b")).toMatchObject({
      roleRef: { apiGroup: RBAC, kind: "Role", name: "reader" },
      subjects: [
        { kind: "User", apiGroup: RBAC, name: "ann" },
        { kind: "Group", apiGroup: RBAC, name: "devs" },
        { kind: "ServiceAccount", namespace: "dev", name: "bot" },
      ],
    });
    cluster.kubectl("create clusterrolebinding c --clusterrole=view --user=ann");
    expect(cluster.read("ClusterRoleBinding", "c")?.roleRef).toEqual({ apiGroup: RBAC, kind: "ClusterRole", name: "view" });
  });

  it.each([
    ["create role r --resource=pods", "at least one verb must be specified"],
    ["create role r --verb=get", "at least one resource must be specified"],
    ["create role r --verb=bind --resource=pods", "can not perform 'bind' on 'pods' in group ''"],
    ["create role r --verb=get --resource=.apps", "resource must be specified if apiGroup/subresource specified"],
    ["create rolebinding b --user=u", "exactly one of clusterrole or role must be specified"],
    ["create rolebinding b --role=r --serviceaccount=bot", "serviceaccount must be <namespace>:<name>"],
  ])("%s", (line, message) => {
    expect(() => new MemoryCluster().kubectl(line)).toThrow(message);
  });
});

describe("kubectl create ingress, service and job", () => {
  it("reads rules as they are written", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl(
      "create ingress web --class=nginx --rule=shop.example/api*=api:8080 --rule=shop.example/=web:http,tls=cert --annotation=a=b",
    );
    expect(cluster.read("Ingress", "default/web")).toMatchObject({
      metadata: { annotations: { a: "b" } },
      spec: {
        ingressClassName: "nginx",
        rules: [
          {
            host: "shop.example",
            http: {
              paths: [
                { path: "/api", pathType: "Prefix", backend: { service: { name: "api", port: { number: 8080 } } } },
                { path: "/", pathType: "Exact", backend: { service: { name: "web", port: { name: "http" } } } },
              ],
            },
          },
        ],
        tls: [{ hosts: ["shop.example"], secretName: "cert" }],
      },
    });
    expect(() => cluster.kubectl("create ingress none")).toThrow("every ingress has to either specify a default-backend");
  });

  // Source of names and refusals: kubectl/pkg/cmd/create/create_service.go.
  it("makes services with ports", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create service nodeport web --tcp=80:8080 --node-port=30080");
    expect(cluster.read("Service", "default/web")?.spec).toEqual({
      type: "NodePort",
      selector: { app: "web" },
      ports: [{ name: "80-8080", port: 80, protocol: "TCP", targetPort: 8080, nodePort: 30_080 }],
    });
    cluster.kubectl("create service clusterip headless --clusterip=None");
    expect(cluster.read("Service", "default/headless")?.spec).toEqual({
      type: "ClusterIP",
      selector: { app: "headless" },
      clusterIP: "None",
    });
    expect(() => cluster.kubectl("create service clusterip web")).toThrow("at least one tcp port specifier must be provided");
    expect(() => cluster.kubectl("create service clusterip web --tcp=http:80")).toThrow("invalid port number: http");
  });

  it("makes services that are names for something outside", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create service externalname db --external-name=db.example");
    expect(cluster.read("Service", "default/db")?.spec).toEqual({
      type: "ExternalName",
      externalName: "db.example",
      selector: { app: "db" },
    });
  });

  it("starts a job of a cron job by hand", () => {
    const jobTemplate = { metadata: { labels: { a: "b" } }, spec: { template: { spec: { containers: [{ name: "c", image: "i" }] } } } };
    const cluster = new MemoryCluster([
      {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: { name: "nightly", namespace: "default", uid: "u" },
        spec: { schedule: "0 3 * * *", jobTemplate },
      },
    ]);
    expect(cluster.kubectl("create job now --from=cronjob/nightly").output).toEqual(["job.batch/now created"]);
    const { metadata, spec } = cluster.read("Job", "default/now") as Job;
    expect(spec).toEqual(jobTemplate.spec);
    expect(metadata.labels).toEqual({ a: "b" });
    expect(metadata.annotations).toEqual({ "cronjob.kubernetes.io/instantiate": "manual" });
    expect(metadata.ownerReferences?.[0]).toMatchObject({ kind: "CronJob", name: "nightly", uid: "u" });
  });
});

// Source of the words: kubectl/pkg/cmd/create/create_*.go, and helpers.go AddSourceToErr for -f.
describe("kubectl create of what there is already", () => {
  it.each([
    ["deployment web --image=i", 'error: failed to create deployment: deployments.apps "web" already exists'],
    ["configmap web", 'error: failed to create configmap: configmaps "web" already exists'],
    ["secret generic web", 'error: failed to create secret: secrets "web" already exists'],
    ["quota web --hard=pods=1", 'error: failed to create quota: resourcequotas "web" already exists'],
    ["service clusterip web --tcp=80", 'error: failed to create ClusterIP service: services "web" already exists'],
    [
      "pdb web --selector=a=b --min-available=1",
      'error: failed to create poddisruptionbudgets: poddisruptionbudgets.policy "web" already exists',
    ],
    ["namespace web", 'Error from server (AlreadyExists): namespaces "web" already exists'],
    ["role web --verb=get --resource=pods", 'Error from server (AlreadyExists): roles.rbac.authorization.k8s.io "web" already exists'],
  ])("%s", (line, refusal) => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl(`create ${line}`).exitCode).toBe(0);
    expect(cluster.kubectl(`create ${line}`)).toMatchObject({ exitCode: 1, errors: [refusal] });
  });

  it("of a file names the file", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    const read = () => [{ object: deployment("web") as ApiObject, file: "web.yaml", line: 1 }];
    expect(cluster.kubectl("create -f web.yaml", read).errors).toEqual([
      'Error from server (AlreadyExists): error when creating "web.yaml": deployments.apps "web" already exists',
    ]);
  });
});
