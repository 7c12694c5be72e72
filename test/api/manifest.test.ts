import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ManifestError } from "../../src/api/manifest/mistake.js";
import { loadManifests, parseManifests } from "../../src/api/manifest/load.js";
import type { ConfigMap, Deployment } from "../../src/api/types/index.js";

function mistakes(text: string | Uint8Array): string[] {
  try {
    parseManifests([{ file: "m.yaml", content: text }]);
    return [];
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
}

function objects(text: string): unknown[] {
  return parseManifests([{ file: "m.yaml", content: text }]).map(({ object }) => object);
}

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: main
    image: nginx
`;

describe("a manifest as beginners write it", () => {
  const text = `# retired version, containers no list, fields one level too high
apiVersion: apps/v1beta2
kind: Deployment
metadata:
  name: sample
spec:
  selector:
    matchLabels:
      app: sample
  template:
    metadata:
      labels:
        app: sample
    spec:
      containers:
        name: sample
        image: sample:1.0
      resources:
        requests:
          cpu: 500m
      ports:
        - containerPort: 8000
`;

  it("gives one line for each mistake, with place, field and Kubernetes' words", () => {
    expect(mistakes(text)).toEqual([
      'm.yaml:2:13: apiVersion: no matches for kind "Deployment" in version "apps/v1beta2" (served up to Kubernetes 1.15, now use apps/v1)',
      "m.yaml:15:7: spec.template.spec.containers: json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
      'm.yaml:18:7: spec.template.spec.resources: unknown field "spec.template.spec.resources" (it belongs in "spec.template.spec.containers[*].resources")',
      'm.yaml:21:7: spec.template.spec.ports: unknown field "spec.template.spec.ports" (it belongs in "spec.template.spec.containers[*].ports")',
    ]);
  });

  it("may set resources for the whole pod in a version that is served", () => {
    expect(mistakes(text.replace("apps/v1beta2", "apps/v1")).some((line) => line.includes("resources"))).toBe(false);
  });
});

describe("places", () => {
  it("are those of values that are refused, or of what surrounds a missing one", () => {
    expect(mistakes(pod.replace("image: nginx", "image: nginx\n    ports:\n    - containerPort: 70000"))).toEqual([
      "m.yaml:10:22: spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
    ]);
    expect(mistakes(pod.replace("    image: nginx\n", ""))).toEqual(["m.yaml:7:5: spec.containers[0].image: Required value"]);
  });

  it("count through several documents, lists and keys with dots", () => {
    const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata: {name: n1}
  status: {capacity: {nvidia.com/gpu: 500m}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: c}
  data: {"a b": x}
`;
    expect(mistakes(`${pod}---\n${list}`).map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
      // Allocatable is made of the capacity, so that it stands nowhere itself.
      "m.yaml:16:3: status.allocatable.nvidia.com/gpu",
      "m.yaml:16:39: status.capacity.nvidia.com/gpu",
      "m.yaml:20:17: data[a b]",
    ]);
  });

  it("suggest the field that was meant", () => {
    expect(mistakes(pod.replace("containers:", "container:"))).toEqual([
      'm.yaml:6:3: spec.container: unknown field "spec.container" (did you mean "containers"?)',
    ]);
    expect(mistakes(pod.replace("kind: Pod", "kind: Pood"))).toEqual([
      'm.yaml:2:7: kind: no matches for kind "Pood" in version "v1" (did you mean "Pod"?)',
    ]);
  });
});

describe("broken texts", () => {
  it.each([
    [
      "a key given twice",
      `${pod}    image: other\n`,
      /^m.yaml:9:5: spec.containers\[0\].image: duplicate field "spec.containers\[0\].image"$/,
    ],
    [
      "a tab as indentation",
      pod.replace("  name: web", "\tname: web"),
      /^m.yaml:4:1: error parsing YAML: Tabs are not allowed as indentation/,
    ],
    ["wrong indentation", pod.replace("    image", "   image"), /^m.yaml:\d+:\d+: /],
    ["an unclosed bracket", "a: [1, 2", /^m.yaml:1:\d+: error parsing YAML/],
    ["an unknown anchor", "a: *b", /^m.yaml:1:\d+: .*b/],
    ["a bare text", "hello", /^m.yaml:1:1: must be an object with apiVersion and kind$/],
    ["no kind", "apiVersion: v1", /^m.yaml:1:1: Object 'Kind' is missing$/],
    ["no apiVersion", "kind: Pod", /^m.yaml:1:1: Object 'apiVersion' is missing$/],
  ])("%s", (_what, text, expected) => {
    const lines = mistakes(text);
    expect(lines[0]).toMatch(expected);
  });

  it("that are binary or no UTF-8 are named as such", () => {
    expect(mistakes(new Uint8Array([97, 10, 0, 1]))).toEqual(["m.yaml:2:1: is a binary file; must be YAML or JSON text"]);
    expect(mistakes(new Uint8Array([0xff, 0xfe, 0x41]))).toEqual(["m.yaml:1:1: is not UTF-8 text; must be YAML or JSON text"]);
  });

  it("cannot exhaust memory or stack", () => {
    const bomb = ["a0: &a0 [x, x]"];
    for (let depth = 1; depth < 30; depth++) bomb.push(`a${depth}: &a${depth} [${`*a${depth - 1}, `.repeat(9)}*a${depth - 1}]`);
    expect(mistakes(bomb.join("\n"))[0]).toMatch(/aliases stand for more than/);
    expect(mistakes("[".repeat(20_000))[0]).toMatch(/^m.yaml:1:\d+: /);
    expect(mistakes(`{"a":`.repeat(5_000))[0]).toMatch(/^m.yaml:1:\d+: /);
    expect(mistakes("- ".repeat(20_000))[0]).toMatch(/^m.yaml:1:\d+: /);
    expect(mistakes("a: &a [*a]")[0]).toMatch(/^m.yaml:1:\d+: /);
  });
});

describe("scalars", () => {
  it("are read as kubectl reads them", () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata: {name: c, creationTimestamp: null}
immutable: yes
data: {a: "on", time: '12:30', date: "2026-01-01"}
`;
    expect(objects(text)).toEqual([
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "c" },
        immutable: true,
        data: { a: "on", time: "12:30", date: "2026-01-01" },
      },
    ]);
    // Unquoted, these are a truth value and a number, which no label takes; times and dates stay texts.
    const lines = mistakes(text.replace('"on"', "on").replace("'12:30'", "12:30").replace('"2026-01-01"', "2026-01-01"));
    expect(lines).toEqual(["m.yaml:5:11: data.a: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string"]);
  });

  it("keep keys that JavaScript knows as plain keys", () => {
    const [map] = objects("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {__proto__: x, constructor: z}\n") as [ConfigMap];
    expect(Object.entries(map.data ?? {})).toEqual([
      ["__proto__", "x"],
      ["constructor", "z"],
    ]);
  });

  it("are shared by anchors and merged by <<", () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: d, labels: &labels {app: d}}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: {<<: *labels, tier: web}}
    spec: {containers: [{name: c, image: i}]}
`;
    const [deployment] = objects(text) as [Deployment];
    expect(deployment.spec.template.metadata?.labels).toEqual({ app: "d", tier: "web" });
  });
});

describe("files", () => {
  const folder = mkdtempSync(join(tmpdir(), "kubewarp-manifests-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("of a directory are read in the order of their names, others than YAML and JSON left out", () => {
    writeFileSync(join(folder, "b.json"), JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "b" } }));
    writeFileSync(join(folder, "a.yaml"), "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
    writeFileSync(join(folder, "notes.txt"), "not: a manifest");
    expect(loadManifests([folder]).map(({ object, line }) => [object.metadata.name, line])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  it("that do not exist are said to", () => {
    expect(() => loadManifests([join(folder, "none.yaml")])).toThrow(/none.yaml:1:1: the path ".*none.yaml" does not exist$/);
  });
});
