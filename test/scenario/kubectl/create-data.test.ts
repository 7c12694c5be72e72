import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contentHash } from "../../../src/scenario/kubectl/content-hash.js";
import { MemoryCluster } from "../memory-cluster.js";

const folder = mkdtempSync(join(tmpdir(), "kubewarp-create-"));
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("kubectl create configmap and secret", () => {
  it("take files, of which a directory has several, and lines of NAME=VALUE", () => {
    const cluster = new MemoryCluster();
    const path = file("app.conf", "on");
    mkdirSync(join(folder, "dir"));
    file("dir/b", "2");
    file("dir/a", "1");
    cluster.kubectl(
      `create configmap c --from-file=${path} --from-file=other=${path} --from-file=${join(folder, "dir")} --from-literal=x=y=z`,
    );
    expect(cluster.read("ConfigMap", "default/c")?.data).toEqual({ "app.conf": "on", other: "on", a: "1", b: "2", x: "y=z" });
    const variables = file("vars", "\uFEFF# note\n\n  A=1\nB=two=2\n");
    cluster.kubectl(`create secret generic s --from-env-file=${variables}`);
    expect(cluster.read("Secret", "default/s")?.data).toEqual({ A: base64("1"), B: base64("two=2") });
  });

  it("keep apart what is no text", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl(`create configmap c --from-file=${file("bytes", Uint8Array.of(0xff, 0xfe))}`);
    expect(cluster.read("ConfigMap", "default/c")?.binaryData).toEqual({ bytes: "//4=" });
  });

  // Wording: kubectl/pkg/cmd/create/create_configmap.go, create_secret.go; kubectl/pkg/util/util.go ParseFileSource.
  it.each([
    ["configmap c --from-file=/nosuch/x", "error reading /nosuch/x: no such file or directory"],
    ["configmap c --from-file==x", "key name for file path x missing"],
    ["configmap c --from-file=x=", "file path for key name x missing"],
    ["configmap c --from-file=a=b=c", "key names or file paths cannot contain '='"],
    [`configmap c --from-file=a=${folder}`, "cannot give a key name for a directory path"],
    [`configmap c --from-env-file=${folder}`, "env config file cannot be a directory"],
    ["secret generic s --from-env-file=x --from-literal=a=b", "from-env-file cannot be combined with from-file or from-literal"],
    ["secret generic s --from-literal=a=1 --from-literal=a=2", "cannot add key a, another key by that name already exists"],
    [
      "configmap c --from-literal=a=1 --from-literal=a=2",
      'cannot add key "a", another key by that name already exists in Data for ConfigMap "c"',
    ],
    ["secret tls t --cert=x", "key and cert must be specified"],
    ["secret tls t --cert=/nosuch/c --key=/nosuch/k", "Cannot read file /nosuch/c, open /nosuch/c: no such file or directory"],
    [
      "secret docker-registry r --docker-username=u",
      "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
    ],
  ])("create %s", (line, message) => {
    expect(() => new MemoryCluster().kubectl(`create ${line}`)).toThrow(message);
  });

  it("refuse a certificate or key that is none", () => {
    const key = file("key.pem", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }));
    const cluster = new MemoryCluster();
    const create = (cert: string) => () => cluster.kubectl(`create secret tls t --cert=${cert} --key=${key}`);
    expect(create(file("nothing", "x"))).toThrow("tls: failed to find any PEM data in certificate input");
    expect(create(key)).toThrow("tls: failed to parse the certificate or its key");
  });

  it("write what a registry wants to know as docker does", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create secret docker-registry r --docker-username=u --docker-password=p --docker-server=example.com");
    const secret = cluster.read("Secret", "default/r");
    expect(secret?.type).toBe("kubernetes.io/dockerconfigjson");
    expect(Buffer.from(secret?.data?.[".dockerconfigjson"] ?? "", "base64").toString()).toBe(
      '{"auths":{"example.com":{"username":"u","password":"p","auth":"dTpw"}}}',
    );
  });

  // Hashes of kubectl/pkg/util/hash/hash_test.go.
  it("add the hash of their content to their name where they are told to", () => {
    expect(contentHash({ kind: "ConfigMap", name: "", data: {} })).toBe("42745tchd9");
    expect(contentHash({ kind: "ConfigMap", name: "", data: { one: "" } })).toBe("9g67k2htb6");
    expect(contentHash({ kind: "Secret", name: "", type: "my-type", data: {} })).toBe("t75bgf6ctb");
    const { output } = new MemoryCluster().kubectl("create configmap c --from-literal=a=1 --append-hash");
    expect(output[0]).toMatch(/^configmap\/c-[a-z0-9]{10} created$/);
  });
});

describe("kubectl create ingress, quota and poddisruptionbudget", () => {
  it("gather the hosts of a secret, each once", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl(
      "create ingress i --rule='a.example/=web:80,tls=one' --rule='b.example/x*=web:http,tls=one' --rule='a.example/y=web:80,tls=two'",
    );
    const { spec } = cluster.read("Ingress", "default/i")!;
    expect(spec.tls).toEqual([{ hosts: ["a.example", "b.example"], secretName: "one" }]);
    expect(spec.rules?.map(({ host, http }) => [host, http?.paths.map(({ path }) => path)])).toEqual([
      ["a.example", ["/", "/y"]],
      ["b.example", ["/x"]],
    ]);
  });

  it("read a selector as the API's own", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("create pdb p --selector='app=web,tier in (a,b),!canary' --max-unavailable=30%");
    expect(cluster.read("PodDisruptionBudget", "default/p")?.spec).toMatchObject({
      maxUnavailable: "30%",
      selector: {
        matchLabels: { app: "web" },
        matchExpressions: [
          { key: "tier", operator: "In", values: ["a", "b"] },
          { key: "canary", operator: "DoesNotExist" },
        ],
      },
    });
  });

  it.each([
    ["pdb p --min-available=1", "a selector must be specified"],
    ["pdb p --selector=a=b --min-available=1Gi", "invalid format specified for min-available"],
    ["quota q --hard=pods", "invalid argument syntax pods, expected <resource>=<value>"],
    ["quota q --hard=pods=x", "quantities must match the regular expression"],
    ["quota q --scopes=BestEffort,", 'invalid resource quota scope ""'],
    ["ingress i --default-backend=web", "default-backend should be in format servicename:serviceport"],
    ["ingress i --rule=x", "rule x is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"],
    ["ingress i --rule=/=a:1 --annotation=x", "annotation x is invalid and should be in format key=[value]"],
  ])("create %s", (line, message) => {
    expect(() => new MemoryCluster().kubectl(`create ${line}`)).toThrow(message);
  });
});
