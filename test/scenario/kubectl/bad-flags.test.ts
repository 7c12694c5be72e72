import { describe, expect, it } from "vitest";
import { parseKubectl } from "../../../src/scenario/kubectl/command.js";
import { UsageError } from "../../../src/scenario/kubectl/usage-error.js";
import { deployment, MemoryCluster } from "../memory-cluster.js";

const QUANTITIES = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function linesOf(line: string): readonly string[] {
  try {
    parseKubectl(line, () => []);
  } catch (error) {
    if (error instanceof UsageError) return error.lines;
    throw error;
  }
  throw new Error(`${line} is taken`);
}

// Source of the texts: kubectl/pkg/cmd/create, run, autoscale, scale; kubectl/pkg/generate.
describe("values of flags that kubectl does not take", () => {
  it.each([
    ["create quota q --hard=pods=abc", QUANTITIES],
    ["create quota q --hard=pods", "invalid argument syntax pods, expected <resource>=<value>"],
    ["create configmap c --from-literal=a", "invalid literal source a, expected key=value"],
    ["create pdb p --selector=a=b --min-available=1 --max-unavailable=1", "min-available and max-unavailable cannot be both specified"],
    ["autoscale deploy web --max=3 --cpu=abc", "invalid resource cpu value: abc"],
    ["autoscale deploy web --max=3 --memory=x%", "invalid percentage value: x"],
    ["autoscale deploy web --max=3 --cpu=50% --cpu-percent=50", "--cpu-percent and --cpu are mutually exclusive"],
    ["autoscale deploy web", 'required flag(s) "max" not set'],
    ["scale deploy web", 'required flag(s) "replicas" not set'],
    ["run web", 'required flag(s) "image" not set'],
    [
      `run web --image=nginx --overrides='{"spec":{"containers":1}}'`,
      "json: cannot unmarshal number into Go struct field PodSpec.spec.containers of type []v1.Container",
    ],
    ["run web --image=nginx --labels=bad", "unexpected label spec: bad"],
    ["run web --image=nginx --env=bad", "invalid env: bad"],
    ["run web --image=nginx --env=1=2", "invalid env: 1=2"],
    ["run web --image='Bad Image'", 'Invalid image name "Bad Image": invalid reference format'],
    ["run web --image=Nginx", 'Invalid image name "Nginx": invalid reference format'],
    ["apply -f empty.yaml", "no objects passed to apply"],
    ["create -f empty.yaml", "no objects passed to create"],
  ])("%s", (line, message) => {
    expect(linesOf(line)).toEqual([`error: ${message}`]);
  });

  it.each(["nginx", "nginx:1.26", "registry.example:5000/shop/front:2", "REG.example/a__b/c", `a@sha256:${"0".repeat(64)}`])(
    "run takes the image %s",
    (image) => {
      expect(new MemoryCluster().kubectl(`run web --image=${image}`).exitCode).toBe(0);
    },
  );
});

describe("what kubectl warns of", () => {
  it("verbs that no resource knows", () => {
    expect(new MemoryCluster().kubectl("create role r --verb=fly --resource=pods")).toMatchObject({
      exitCode: 0,
      stderr: ["Warning: 'fly' is not a standard resource verb"],
    });
  });

  it("--cpu-percent, which counts as a percentage, where a plain --cpu counts millicores", () => {
    const cluster = new MemoryCluster([deployment("web"), deployment("old")]);
    expect(cluster.kubectl("autoscale deploy old --max=3 --cpu-percent=50").output).toEqual([
      "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
      "horizontalpodautoscaler.autoscaling/old autoscaled",
    ]);
    cluster.kubectl("autoscale deploy web --max=3 --cpu=500");
    const targetOf = (name: string) =>
      cluster.read("HorizontalPodAutoscaler", `default/${name}`)?.spec.metrics?.map(({ resource }) => resource?.target);
    expect(targetOf("old")).toEqual([{ type: "Utilization", averageUtilization: 50 }]);
    expect(targetOf("web")).toEqual([{ type: "AverageValue", averageValue: "500m" }]);
  });
});
