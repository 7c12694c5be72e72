import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Deployment } from "../../../src/api/types/workloads.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { applyJsonPatch, mergeJson, mergeStrategically, mergeThreeWays } from "../../../src/scenario/kubectl/strategic-merge.js";
import { deployment, MemoryCluster } from "../memory-cluster.js";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

const file = (object: unknown) => () => [{ object: object as ApiObject, file: "web.yaml", line: 1 }];

describe("kubectl apply", () => {
  it("creates, leaves alone, and merges what changed", () => {
    const cluster = new MemoryCluster();
    const manifest = deployment("web") as Deployment;
    expect(cluster.kubectl("apply -f web.yaml", file(manifest)).output).toEqual(["deployment.apps/web created"]);
    expect(cluster.kubectl("apply -f web.yaml", file(manifest)).output).toEqual(["deployment.apps/web unchanged"]);
    expect(cluster.requests).toEqual(["create Deployment default/web"]);

    // Somebody scales it and adds a side container; the manifest then drops the port and changes the image.
    cluster.kubectl("scale deployment/web --replicas=9");
    const [main] = manifest.spec.template.spec.containers;
    cluster.kubectl(`patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}'`);
    const changed = {
      ...manifest,
      spec: { ...manifest.spec, template: { ...manifest.spec.template, spec: { containers: [{ name: main.name, image: "web:2" }] } } },
    };
    const withoutReplicas = { ...changed, spec: { selector: changed.spec.selector, template: changed.spec.template } };
    expect(cluster.kubectl("apply -f web.yaml", file({ ...changed, spec: { ...changed.spec, replicas: 3 } })).output).toEqual([
      "deployment.apps/web configured",
    ]);
    const stored = () => cluster.read("Deployment", "default/web")!;
    expect(stored().spec.replicas).toBe(3);
    expect(stored().spec.template.spec.containers).toEqual([
      { name: "main", image: "web:2" },
      { name: "side", image: "side:1" },
    ]);

    // A field that the manifest had and has no longer goes away.
    cluster.kubectl("apply -f web.yaml", file(withoutReplicas));
    expect(stored().spec.replicas).toBeUndefined();
    const noted = { ...withoutReplicas, metadata: { ...withoutReplicas.metadata, annotations: {} } };
    expect(JSON.parse(stored().metadata.annotations![LAST_APPLIED])).toEqual(noted);
  });
});

describe("kubectl apply of what was not applied, or is going", () => {
  // Source of the warnings: kubectl/pkg/cmd/apply/apply.go.
  it("warns", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("apply -f web.yaml", file(deployment("web"))).output[0]).toBe(
      `Warning: resource deployments/web is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
    );
    const stored = cluster.read("Deployment", "default/web")!;
    cluster.store({ ...stored, metadata: { ...stored.metadata, deletionTimestamp: 1 } });
    expect(cluster.kubectl("apply -f web.yaml", file(deployment("web"))).output).toContain(
      "Warning: Detected changes to resource web which is currently being deleted.",
    );
  });
});

describe("refusals about files", () => {
  // Source of the words: kubectl/pkg/cmd/apply/apply.go and kubectl/pkg/cmd/delete/delete.go, with AddSourceToErr.
  it("name the file, and what was to be read", () => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl("delete -f web.yaml", file(deployment("web"))).errors).toEqual([
      'Error from server (NotFound): error when deleting "web.yaml": deployments.apps "web" not found',
    ]);
    cluster.get = (_, done) => {
      cluster.simulation.after(1, () => done({ ok: false, status: { code: 403, reason: "Forbidden", message: "no" } }));
    };
    expect(cluster.kubectl("apply -f web.yaml", file(deployment("web"))).output).toEqual([
      "Error from server (Forbidden): error when retrieving current configuration of:",
      'Resource: "apps/v1, Resource=deployments", GroupVersionKind: "apps/v1, Kind=Deployment"',
      'Name: "web", Namespace: "default"',
      'from server for: "web.yaml": no',
    ]);
  });

  it("show the patch that was refused", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("apply -f web.yaml", file(deployment("web", { replicas: 1 })));
    cluster.patch = (_, __, done) => {
      cluster.simulation.after(1, () => done?.({ ok: false, status: { code: 403, reason: "Forbidden", message: "no" } }));
    };
    const { output } = cluster.kubectl("apply -f web.yaml", file(deployment("web", { replicas: 5 })));
    expect(output[0]).toBe("Error from server (Forbidden): error when applying patch:");
    expect(output[1]).toMatch(
      /^\{"metadata":\{"annotations":\{"kubectl\.kubernetes\.io\/last-applied-configuration":".*\},"spec":\{"replicas":5\}\}$/,
    );
    expect(output.slice(2)).toEqual([
      "to:",
      'Resource: "apps/v1, Resource=deployments", GroupVersionKind: "apps/v1, Kind=Deployment"',
      'Name: "web", Namespace: "default"',
      'for: "web.yaml": no',
    ]);
  });
});

describe("kubectl apply --prune", () => {
  it("deletes what was applied once and is in no manifest any more", () => {
    const cluster = new MemoryCluster([deployment("byhand")]);
    for (const name of ["web", "old"]) cluster.kubectl("apply -f x.yaml", file(deployment(name)));
    expect(cluster.kubectl("apply -f web.yaml --prune --all", file(deployment("web"))).output).toEqual([
      "deployment.apps/web unchanged",
      "deployment.apps/old pruned",
    ]);
    expect(cluster.read("Deployment", "default/old")).toBeUndefined();
    expect(cluster.read("Deployment", "default/byhand")).toBeDefined();
  });

  it("keeps to the selector, and must have one", () => {
    const cluster = new MemoryCluster();
    for (const name of ["web", "old"]) cluster.kubectl("apply -f x.yaml", file(deployment(name)));
    expect(cluster.kubectl("apply -f web.yaml --prune -l app=web --dry-run=client", file(deployment("web"))).output).toEqual([
      "deployment.apps/web configured (dry run)",
    ]);
    expect(() => cluster.kubectl("apply -f web.yaml --prune", file(deployment("web")))).toThrow(
      "all resources selected for prune without explicitly passing --all.",
    );
  });
});

describe("kubectl apply view-last-applied and kubectl diff", () => {
  it("show what was applied, and what an apply would change", () => {
    const cluster = new MemoryCluster();
    cluster.kubectl("apply -f web.yaml", file(deployment("web")));
    expect(cluster.kubectl("apply view-last-applied deployment/web").output).toContain("  replicas: 3");
    expect(cluster.kubectl("diff -f web.yaml", file(deployment("web")))).toMatchObject({ exitCode: 0, output: [] });
    // A memory cluster stores what a dry run would have changed, so that the difference can be seen once.
    const { exitCode, output } = cluster.kubectl("diff -f web.yaml", file(deployment("web", { replicas: 5 })));
    expect(exitCode).toBe(1);
    expect(output[0]).toBe("diff -u -N LIVE/apps.v1.Deployment.default.web MERGED/apps.v1.Deployment.default.web");
    expect(output).toContain("-  replicas: 3");
    expect(output).toContain("+  replicas: 5");
    expect(cluster.identities).toContainEqual({ dryRun: true });
  });

  it("say where nothing was applied", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl("apply view-last-applied deployment/web").errors).toEqual([
      "error: no last-applied-configuration annotation found on resource: web",
    ]);
  });
});

describe("kubectl replace and create -f", () => {
  it("replace writes the whole object, --force deletes it first", () => {
    const cluster = new MemoryCluster([deployment("web", { paused: true })]);
    expect(cluster.kubectl("replace -f web.yaml", file(deployment("web"))).output).toEqual(["deployment.apps/web replaced"]);
    expect(cluster.read("Deployment", "default/web")!.spec.paused).toBeUndefined();
    expect(cluster.kubectl("replace --force -f web.yaml", file(deployment("web"))).output).toEqual([
      'deployment.apps "web" deleted from default namespace',
      "deployment.apps/web replaced",
    ]);
    expect(cluster.kubectl("replace -f x.yaml", file(deployment("gone"))).errors).toEqual([
      'Error from server (NotFound): error when replacing "web.yaml": deployments.apps "gone" not found',
    ]);
  });

  it("replace --force makes the new object when the old one has gone", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    cluster.keepsDeleted = true;
    const old = cluster.read("Deployment", "default/web") as Deployment;
    cluster.simulation.after(3.5 * SECOND, () => cluster.remove(old));
    expect(cluster.kubectl("replace --force -f web.yaml", file(deployment("web")))).toMatchObject({ exitCode: 0, errors: [] });
    expect(cluster.simulation.now / SECOND).toBeGreaterThan(3.5);
    expect(cluster.read("Deployment", "default/web")?.metadata.uid).not.toBe(old.metadata.uid);
  });

  it("create -f puts objects without a namespace into that of -n", () => {
    const cluster = new MemoryCluster();
    const { namespace, ...metadata } = (deployment("web") as Deployment).metadata;
    expect(namespace).toBe("default");
    cluster.kubectl("create -f web.yaml -n dev", file({ ...(deployment("web") as Deployment), metadata }));
    expect(cluster.read("Deployment", "dev/web")).toBeDefined();
  });
});

describe("kubectl patch", () => {
  it.each([
    [`-p '{"spec":{"replicas":5}}'`, 5],
    [`--type=merge -p '{"spec":{"replicas":6}}'`, 6],
    [`--type=json -p '[{"op":"replace","path":"/spec/replicas","value":7}]'`, 7],
  ])("%s", (flags, replicas) => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl(`patch deployment web ${flags}`).output).toEqual(["deployment.apps/web patched"]);
    expect(cluster.read("Deployment", "default/web")!.spec.replicas).toBe(replicas);
  });

  it("says so where nothing changes", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl(`patch deployment web -p '{"spec":{"replicas":3}}'`).output).toEqual([
      "deployment.apps/web patched (no change)",
    ]);
  });
});

describe("patches", () => {
  it("merge lists of named items strategically, and replace others", () => {
    const before = { containers: [{ name: "a", image: "1", ports: [{ containerPort: 1 }] }, { name: "b" }], tolerations: [{ key: "x" }] };
    expect(
      mergeStrategically(before, {
        containers: [
          { name: "a", image: "2" },
          { $patch: "delete", name: "b" },
        ],
        tolerations: [{ key: "y" }],
      }),
    ).toEqual({
      containers: [{ name: "a", image: "2", ports: [{ containerPort: 1 }] }],
      tolerations: [{ key: "y" }],
    });
    expect(
      mergeStrategically({ strategy: { type: "RollingUpdate", rollingUpdate: {} } }, { strategy: { $patch: "replace", type: "Recreate" } }),
    ).toEqual({ strategy: { type: "Recreate" } });
  });

  // The examples of RFC 7386, appendix A, that concern maps.
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  ])("merge %j with %j", (before, patch, after) => {
    expect(mergeJson(before, patch)).toEqual(after);
  });

  // The examples of RFC 6902, appendix A.
  it.each([
    [{ foo: "bar" }, { op: "add", path: "/baz", value: "qux" }, { foo: "bar", baz: "qux" }],
    [{ foo: ["bar", "baz"] }, { op: "add", path: "/foo/1", value: "qux" }, { foo: ["bar", "qux", "baz"] }],
    [{ foo: ["bar", "qux", "baz"] }, { op: "remove", path: "/foo/1" }, { foo: ["bar", "baz"] }],
    [{ foo: ["bar"] }, { op: "add", path: "/foo/-", value: ["abc", "def"] }, { foo: ["bar", ["abc", "def"]] }],
    [
      { "/": 9, "~1": 10 },
      { op: "test", path: "/~01", value: 10 },
      { "/": 9, "~1": 10 },
    ],
  ] as const)("apply %j, %j", (before, step, after) => {
    expect(applyJsonPatch(before, [step])).toEqual(after);
  });

  it("keep of a Deployment's strategy only what the manifest has", () => {
    expect(
      mergeThreeWays({}, { strategy: { type: "Recreate" } }, { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } }),
    ).toEqual({ strategy: { type: "Recreate" } });
  });
});
