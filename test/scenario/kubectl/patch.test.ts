import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/scenario/kubectl/usage-error.js";
import { deployment, MemoryCluster, node } from "../memory-cluster.js";

const bad = (line: string) => {
  const cluster = new MemoryCluster([deployment("web"), node("w-1")]);
  const before = [...cluster.objects.values()];
  const { exitCode, output } = cluster.kubectl(line);
  expect(exitCode).toBe(1);
  expect([...cluster.objects.values()]).toEqual(before);
  return output;
};

// Source of the texts: k8s.io/apiserver/pkg/endpoints/handlers/patch.go, k8s.io/apimachinery/pkg/runtime/converter.go.
describe("a patch whose result is no object of the kind", () => {
  it.each([
    ['deploy web -p {"spec":{"replicas":"five"}}', "map[spec:map[replicas:five]]", "unrecognized type: int32"],
    ['deploy web -p {"spec":{"replicas":2.5}}', "map[spec:map[replicas:2.5]]", "cannot convert float64 to int32"],
    [
      'deploy web -p {"spec":null,"metadata":{"labels":[1,true]}}',
      "map[metadata:map[labels:[1 true]] spec:<nil>]",
      "cannot restore map from slice",
    ],
    ['deploy web -p {"metadata":{"labels":{"a":1}}}', "map[metadata:map[labels:map[a:1]]]", "cannot convert int64 to string"],
    ['deploy web -p {"spec":"x"}', "map[spec:x]", "cannot restore struct from: string"],
    [
      'deploy web -p {"spec":{"template":{"spec":{"containers":"x"}}}}',
      "map[spec:map[template:map[spec:map[containers:x]]]]",
      "cannot restore slice from string",
    ],
    ['node w-1 -p {"spec":{"unschedulable":"yes"}}', "map[spec:map[unschedulable:yes]]", "unrecognized type: bool"],
    [
      'node w-1 --subresource=status -p {"status":{"capacity":{"cpu":"abc"}}}',
      "map[status:map[capacity:map[cpu:abc]]]",
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])("strategic: %s", (words, shown, why) => {
    expect(bad(`patch ${words.replace(/(\{.*\})/, "'$1'")}`)).toEqual([`The request is invalid: patch: Invalid value: "${shown}": ${why}`]);
  });

  it.each([
    [
      "--type=merge",
      '{"spec":{"template":{"spec":{"containers":"x"}}}}',
      "DeploymentSpec.spec.template.spec.containers of type []v1.Container",
    ],
    ["--type=json", '[{"op":"replace","path":"/spec/replicas","value":"five"}]', "DeploymentSpec.spec.replicas of type int32"],
  ])("%s is told what the decoder says, with the whole result", (type, patch, field) => {
    const [line, ...more] = bad(`patch deploy web ${type} -p '${patch}'`);
    expect(more).toEqual([]);
    expect(line).toMatch(/^The request is invalid: patch: Invalid value: "\{\\"apiVersion\\":\\"apps\/v1\\"/);
    expect(line).toContain("json: cannot unmarshal string into Go struct field ");
    expect(line.endsWith(field.slice(field.indexOf(".")))).toBe(true);
  });

  it("of a scale is refused as well", () => {
    expect(bad(`patch deploy web --subresource=scale -p '{"spec":{"replicas":"x"}}'`)).toEqual([
      'The request is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
    ]);
  });

  it.each(['{"op":"remove","path":"/spec/nothing"}', '{"op":"fly","path":"/spec"}', '{"op":"move","from":"/no","path":"/spec"}'])(
    "a step that does not fit: %s",
    (step) => {
      expect(bad(`patch deploy web --type=json -p '[${step}]'`)).toEqual([
        "The request is invalid: the server rejected our request due to an error in our request",
      ]);
    },
  );
});

// Wording: k8s.io/apiserver/pkg/endpoints/handlers/patch.go, encoding/json, go-yaml; kubectl/pkg/cmd/patch/patch.go.
describe("texts that are no patch", () => {
  const linesOf = (line: string): readonly string[] => {
    try {
      new MemoryCluster([deployment("web")]).kubectl(line);
    } catch (error) {
      if (error instanceof UsageError) return error.lines;
      throw error;
    }
    return [];
  };

  it.each([
    ["-p {", 'error: unable to parse "{": yaml: line 1: did not find expected node content'],
    [`-p '{"spec": {}'`, `error: unable to parse "{\\"spec\\": {}": yaml: line 1: did not find expected ',' or '}'`],
    // What a shell leaves of JSON whose quotes are not quoted: to Go's library the colon belongs to the word before the bracket.
    ["-p {spec:{replicas:3}}", `error: unable to parse "{spec:{replicas:3}}": yaml: line 1: did not find expected ',' or '}'`],
    [`-p '"spec'`, 'error: unable to parse "\\"spec": yaml: found unexpected end of stream'],
    ["-p spec", "Error from server (BadRequest): json: cannot unmarshal string into Go value of type map[string]interface {}"],
    ["-p '[1]'", "Error from server (BadRequest): json: cannot unmarshal array into Go value of type map[string]interface {}"],
    [
      "-p 3 --type=Merge",
      "Error from server (BadRequest): error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}",
    ],
    [
      `-p '{"a":1}' --type=json`,
      "Error from server (BadRequest): error decoding patch: json: cannot unmarshal object into Go value of type []map[string]interface {}",
    ],
    [
      "-p '[true]' --type=json",
      "Error from server (BadRequest): error decoding patch: json: cannot unmarshal bool into Go value of type map[string]interface {}",
    ],
    ["", "error: must specify --patch or --patch-file containing the contents of the patch"],
    ["-p {} --patch-file=x", "error: cannot specify --patch and --patch-file together"],
    ["--patch-file=/nosuch/x", "error: unable to read patch file: open /nosuch/x: no such file or directory"],
    ["-p {} --local", "error: --local is not simulated: it works on files and changes no cluster; use --dry-run=client"],
  ])("patch deploy web %s", (flags, text) => {
    expect(linesOf(`patch deploy web ${flags}`)).toEqual([text]);
  });
});

describe("kubectl patch", () => {
  it("warns of unknown fields and drops them", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl(`patch deploy web -p '{"spec":{"foo":1}}'`)).toMatchObject({
      exitCode: 0,
      output: ['Warning: unknown field "spec.foo"', "deployment.apps/web patched (no change)"],
      stderr: ['Warning: unknown field "spec.foo"'],
    });
  });

  it("changes the scale", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    expect(cluster.kubectl(`patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":7}}'`).output).toEqual([
      "scale.autoscaling/web patched",
    ]);
    expect(cluster.read("Deployment", "default/web")?.spec.replicas).toBe(7);
  });

  it("moves and copies", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    const steps =
      '[{"op":"copy","from":"/metadata/labels/app","path":"/metadata/labels/b"},{"op":"move","from":"/metadata/labels/app","path":"/metadata/labels/c"}]';
    cluster.kubectl(`patch deploy web --type=json -p '${steps}'`);
    expect(cluster.read("Deployment", "default/web")?.metadata.labels).toEqual({ b: "web", c: "web" });
  });

  it("shares with the stored object what it does not change", () => {
    const cluster = new MemoryCluster([deployment("web")]);
    const before = cluster.read("Deployment", "default/web")!;
    cluster.kubectl(`patch deploy web -p '{"spec":{"replicas":9}}'`);
    expect(cluster.read("Deployment", "default/web")!.spec.template).toBe(before.spec.template);
  });
});
