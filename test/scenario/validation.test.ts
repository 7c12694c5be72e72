import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../src/scenario/mistake.js";
import { load, loadTexts, mistakesOf, scenarioText } from "./text-scenario.js";

const wrong = (lines: string) => mistakesOf(() => load(lines));

describe("mistakes in a scenario", () => {
  it("name the place, what is wrong and what would be right", () => {
    expect(wrong("timeline:\n  - at: 60\n    kubectl: get pods\n")).toEqual([
      'scenario.yaml:10:9: timeline[0].at: Invalid value: 60: must be a duration such as "90s", "15m" or "1h30m", at most "99999h"; did you mean "60s"?',
    ]);
  });

  it("suggest the field that was meant, and do not call it missing as well", () => {
    expect(wrong("timeline:\n  - at: 1m\n    kubctl: get pods\n")).toEqual([
      'scenario.yaml:11:5: timeline[0].kubctl: unknown field; did you mean "kubectl"?',
    ]);
  });

  it("are all listed, in the order of the file", () => {
    const found = mistakesOf(() =>
      loadTexts({ "s.yaml": scenarioText("sed: 3\noutputs:\n  interval: soon\n  file: [pods]\n").replace("duration: 10m\n", "") }),
    );
    expect(found.map((one) => one.replace(/^s\.yaml:/, "").replace(/ .*/, ""))).toEqual(["1:1:", "8:1:", "10:13:", "11:3:"]);
    expect(found[0]).toContain("duration: Required value: must be a duration");
    expect(found[1]).toContain('sed: unknown field; did you mean "seed"?');
  });

  it("choose the variant of a step by its fault", () => {
    expect(wrong("timeline:\n  - {at: 1m, fault: nodePowerOf, node: worker-1}\n")[0]).toContain(
      "must be one of nodePowerOff, nodePowerOn, kubeletStop",
    );
    expect(wrong("timeline:\n  - {at: 1m, fault: nodePowerOf, node: worker-1}\n")[0]).toMatch(/did you mean "nodePowerOff"\?$/);
    expect(wrong("timeline:\n  - {at: 1m, fault: nodePowerOff, zone: a}\n")).toEqual(
      [expect.stringContaining("timeline[0].zone: unknown field"), expect.stringContaining("timeline[0].node: Required value")].reverse(),
    );
  });

  it("choose the variant of a distribution by its name", () => {
    const arrivals = (text: string) =>
      wrong(
        `workloads:\n  - name: w\n    arrivals: {interarrival: ${text}, count: 1}\n    template: {apiVersion: v1, kind: Pod, spec: {containers: [{name: c, image: i}]}}\n`,
      );
    expect(arrivals("{exponental: {mean: 5s}}")[0]).toMatch(/interarrival\.exponental: unknown field; did you mean "exponential"\?$/);
    expect(arrivals("{exponential: {mean: 5}}")[0]).toMatch(/interarrival\.exponential\.mean: Invalid value: 5: must be a duration/);
    expect(arrivals("{uniform: {min: 5s}}")[0]).toMatch(/interarrival\.uniform\.max: Required value/);
    expect(arrivals("{uniform: {min: 5s, max: 1s}}")[0]).toMatch(/interarrival\.uniform/);
    expect(arrivals("{lognormal: {mean: 5s, standardDeviation: 1s}}")).toEqual([]);
  });

  it("include names that the cluster does not have", () => {
    expect(wrong("timeline:\n  - {at: 1m, fault: kubeletStop, node: worker-3}\n")).toEqual([
      'scenario.yaml:10:40: timeline[0].node: Invalid value: "worker-3": there is no such node; did you mean "worker-1"?',
    ]);
    expect(wrong("timeline:\n  - {at: 1m, fault: zoneOutage, zone: a}\n")[0]).toContain("there is no such zone; the cluster has none");
    expect(wrong("timeline:\n  - {at: 1m, fault: etcdMemberLoss, member: etcd-2}\n")[0]).toContain(
      'there is no such etcd member; did you mean "etcd-1"?',
    );
    expect(wrong("expect:\n  - {at: end, answers: {code: 41}}\n")[0]).toContain("must be an HTTP status code, such as 410");
    expect(wrong("expect:\n  - {at: end, requests: {generator: users, outcome: failed}, count: 0}\n")[0]).toContain(
      "there is no such traffic; the scenario has none",
    );
  });

  it("include steps and expectations after the end of the run", () => {
    expect(wrong("timeline:\n  - {at: 11m, kubectl: get pods}\n")[0]).toContain("must not be later than the end of the run");
    expect(wrong("expect:\n  - {at: 11m, pods: {}, count: 0}\n")[0]).toContain("must not be later than the end of the run");
  });

  it("include kubectl command lines, with the column of the word", () => {
    const text = "timeline:\n  - at: 1m\n    kubectl: scale deployment/web --replica=5\n";
    expect(wrong(text)).toEqual([
      `scenario.yaml:11:${14 + "scale deployment/web ".length}: timeline[0].kubectl: unknown flag: --replica; did you mean "--replicas"?`,
    ]);
  });

  it("include the files that kubectl command lines name", () => {
    const files = (web: string) => ({ "s.yaml": scenarioText("timeline:\n  - {at: 1m, kubectl: apply -f web.yaml}\n"), "web.yaml": web });
    expect(mistakesOf(() => loadTexts(files("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")))).toEqual([]);
    expect(mistakesOf(() => loadTexts(files("apiVersion: v1\nkind: ConfigMap\nmetadata: {nme: a}\n")))[0]).toMatch(/^web\.yaml:3:12: /);
    expect(mistakesOf(() => loadTexts({ "s.yaml": files("")["s.yaml"] }))).toEqual([
      expect.stringMatching(/^s\.yaml:10:23: timeline\[0\]\.kubectl: web\.yaml: no such file$/),
    ]);
  });

  it("include manifests beside the scenario, in Kubernetes' words", () => {
    const pod =
      "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: c\n      image: i\n      resources: {requests: {cpu: -1}}\n";
    expect(mistakesOf(() => loadTexts({ "s.yaml": scenarioText(pod) }))[0]).toMatch(
      /^s\.yaml:\d+:\d+: spec\.containers\[0\]\.resources\.requests.*: Invalid value: "?-1"?: must be greater than or equal to 0$/,
    );
  });

  it("include files that are not there", () => {
    expect(wrong("manifests: [web.yaml]\n")).toEqual(["scenario.yaml:9:13: manifests[0]: web.yaml: no such file"]);
  });

  it("include two scenarios at once, and none", () => {
    expect(mistakesOf(() => loadTexts({ "s.yaml": `${scenarioText()}---\n${scenarioText()}` }))[0]).toContain("there is another Scenario");
    expect(mistakesOf(() => loadTexts({ "s.yaml": "" }))).toEqual(["s.yaml:1:1: is empty; must hold a Scenario or manifests"]);
  });

  it("are said of binary files and of broken YAML", () => {
    expect(mistakesOf(() => loadTexts({ "s.yaml": new Uint8Array([1, 0, 2]) }))).toEqual([
      "s.yaml:1:1: is a binary file; must be YAML or JSON text",
    ]);
    expect(mistakesOf(() => loadTexts({ "s.yaml": new Uint8Array([0xff, 0xfe, 0x41]) }))).toEqual([
      "s.yaml:1:1: is not UTF-8 text; must be YAML or JSON text",
    ]);
    expect(mistakesOf(() => loadTexts({ "s.yaml": "a: [1, 2\nb: 3\n" }))[0]).toMatch(/^s\.yaml:2:1: error parsing YAML: /);
    expect(mistakesOf(() => loadTexts({ "s.yaml": `a: ${"[".repeat(500)}${"]".repeat(500)}` }))[0]).toContain(
      "nested more than 200 levels deep",
    );
  });
});

describe("mutilated scenarios", () => {
  const whole = scenarioText(`seed: 7
timeline:
  - at: 60s
    kubectl: scale deployment/web --replicas=5
  - {at: 2m, fault: nodePowerOff, node: worker-1, for: 30s}
behaviors:
  - match: {labels: {app: web}}
    runDuration: {exponential: {mean: 5s}}
traffic:
  - {name: users, to: {service: web}, rate: 5}
expect:
  - {at: 90s, pods: {selector: app=web}, count: {atLeast: 1}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: i}]
`);

  it("are whole before", () => {
    expect(mistakesOf(() => loadTexts({ "s.yaml": whole }))).toEqual([]);
  });

  /** Either it still is a scenario, or every mistake has one line and a place. */
  function isHandled(text: string | Uint8Array): void {
    try {
      loadTexts({ "s.yaml": text });
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      for (const line of (error as InvalidInput).message.split("\n")) expect(line).toMatch(/^s\.yaml:\d+:\d+: ./);
    }
  }

  it("are loaded or refused with places, never by an exception of another kind", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(30),
        fc.constantFrom("", "[]", "{}", "null", "- ", "\t", ": ", "&a *a", "!!binary x", "\u0007", "1e999", "'", "|"),
        (start, length, inserted) => {
          isHandled(whole.slice(0, start) + inserted + whole.slice(start + length));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are refused where a value has another type", { timeout: 120_000 }, () => {
    const lines = whole.split("\n");
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.constantFrom("[1, 2]", "{a: b}", "null", "true", "-1", "text"), (index, value) => {
        isHandled(lines.map((line, at) => (at === index ? line.replace(/: .*$/, `: ${value}`) : line)).join("\n"));
      }),
      { numRuns: 200 },
    );
  });
});
