import { describe, expect, it } from "vitest";
import { Cluster } from "../../src/cluster/cluster.js";
import { ScenarioRun } from "../../src/scenario/run.js";
import { load, loadTexts, mistakesOf, scenarioText } from "./text-scenario.js";

const SPEC = "{restartPolicy: Never, containers: [{name: c, image: nginx}]}";
const SERVED = SPEC.replace("Never", "Always");

const pod = (annotations: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    ${annotations}\nspec: ${SPEC}\n`;

const template = (annotations: string, spec: string) => `{metadata: {labels: {app: a}, annotations: {${annotations}}}, spec: ${spec}}`;

/** A manifest of each kind that makes pods. */
const WORKLOADS: readonly (readonly [string, (annotations: string) => string])[] = [
  ["apps/v1 Deployment", (a) => `{selector: {matchLabels: {app: a}}, template: ${template(a, SERVED)}}`],
  ["apps/v1 ReplicaSet", (a) => `{selector: {matchLabels: {app: a}}, template: ${template(a, SERVED)}}`],
  ["apps/v1 DaemonSet", (a) => `{selector: {matchLabels: {app: a}}, template: ${template(a, SERVED)}}`],
  ["apps/v1 StatefulSet", (a) => `{serviceName: a, selector: {matchLabels: {app: a}}, template: ${template(a, SERVED)}}`],
  ["v1 ReplicationController", (a) => `{selector: {app: a}, template: ${template(a, SERVED)}}`],
  ["batch/v1 Job", (a) => `{template: ${template(a, SPEC)}}`],
  ["batch/v1 CronJob", (a) => `{schedule: "* * * * *", jobTemplate: {spec: {template: ${template(a, SPEC)}}}}`],
];

const mistakes = (manifest: string) => mistakesOf(() => loadTexts({ "s.yaml": scenarioText("manifests: [m.yaml]\n"), "m.yaml": manifest }));

describe("annotations that say how a pod behaves", () => {
  it.each([
    ["kubewarp.io/run-duration: abc", 'Invalid value: "abc": must be a duration such as "90s"'],
    ['kubewarp.io/start-duration: "5"', 'Invalid value: "5": must be a duration such as "90s"'],
    ["kubewarp.io/stop-duration: -5s", 'Invalid value: "-5s": must be a duration such as "90s"'],
    ["kubewarp.io/run-duration: 1000000h", 'Invalid value: "1000000h": must be a duration such as "90s"'],
    ["kubewarp.io/cpu: abc", 'Invalid value: "abc": must be a quantity such as "250m"'],
    ['kubewarp.io/cpu: "-1"', 'Invalid value: "-1": must be a quantity such as "250m"'],
    ["kubewarp.io/memory: 64MB", 'Invalid value: "64MB": must be a quantity such as "64Mi"'],
    ["kubewarp.io/exit-code: x", 'Invalid value: "x": must be a whole number from 0 to 255'],
    ['kubewarp.io/exit-code: "256"', 'Invalid value: "256": must be a whole number from 0 to 255'],
    ["kubewarp.io/run-time: 5s", 'Invalid value: "5s": unknown annotation of a pod; must be one of kubewarp.io/run-duration,'],
  ])("are refused as %s, where they stand", (annotation, message) => {
    const found = mistakes(pod(annotation));
    expect(found).toEqual([expect.stringContaining(`metadata.annotations[${annotation.split(":")[0]}]: ${message}`)]);
    expect(found[0]).toMatch(/^m\.yaml:6:\d+: /);
  });

  it.each(WORKLOADS)("are refused in the template of %s", (name, spec) => {
    const [apiVersion, kind] = name.split(" ");
    const manifest = (annotation: string) => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec(annotation)}\n`;
    expect(mistakes(manifest("kubewarp.io/run-duration: 5s"))).toEqual([]);
    expect(mistakes(manifest("kubewarp.io/run-duration: soon"))).toEqual([expect.stringMatching(/^m\.yaml:4:\d+: .*must be a duration/)]);
  });

  it("are refused by the API server in the midst of a run, which goes on", () => {
    const scenario = load(`timeline:
  - {at: 1m, kubectl: run good --image=nginx --annotations=kubewarp.io/run-duration=5m}
  - {at: 2m, kubectl: run bad --image=nginx --annotations=kubewarp.io/run-duration=abc}
  - {at: 3m, kubectl: annotate pod good --overwrite kubewarp.io/run-duration=abc}
  - {at: 4m, kubectl: 'patch pod good -p "{\\"metadata\\":{\\"annotations\\":{\\"kubewarp.io/exit-code\\":\\"x\\"}}}"'}
`);
    const cluster = new Cluster(scenario.cluster, { epoch: scenario.epoch, seed: scenario.seed });
    const run = new ScenarioRun(cluster, scenario);
    run.start();
    cluster.simulation.run(scenario.duration);
    expect(run.finish().problems).toEqual([
      expect.stringContaining(
        'at 2m0s kubectl run bad --image=nginx --annotations=kubewarp.io/run-duration=abc: The Pod "bad" is invalid: ',
      ),
      expect.stringContaining('The Pod "good" is invalid: metadata.annotations[kubewarp.io/run-duration]: Invalid value: "abc"'),
      expect.stringContaining('metadata.annotations[kubewarp.io/exit-code]: Invalid value: "x"'),
    ]);
  });
});
