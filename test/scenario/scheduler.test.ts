import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.js";
import { InvalidInput } from "../../src/scenario/mistake.js";
import { PluginError } from "../../src/scheduler/framework/plugin-error.js";
import { prepare, simulate } from "../../src/study/simulate.js";

const HEAD = `apiVersion: kubewarp.io/v1
kind: Scenario
metadata: {name: s}
duration: 1m
cluster:
  nodes:
    - {name: master, role: control-plane, capacity: {cpu: 2, memory: 4Gi}}
    - {name: worker, capacity: {cpu: 2, memory: 4Gi}}
workloads:
  - name: one
    arrivals: {interarrival: 1s, count: 1}
    template:
      apiVersion: v1
      kind: Pod
      spec: {containers: [{name: main, image: "registry.example/main:1"}]}
`;
const CONFIGURATION = ["apiVersion: kubescheduler.config.k8s.io/v1", "kind: KubeSchedulerConfiguration"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubewarp-scheduler-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function scenarioWith(scheduler: readonly string[]): string {
  return write("scenario.yaml", `${HEAD}scheduler:\n${scheduler.map((line) => `  ${line}\n`).join("")}`);
}

function withPlugin(file: string): string {
  return scenarioWith([
    ...CONFIGURATION,
    "profiles:",
    `- plugins: {multiPoint: {enabled: [{name: Mine}]}}`,
    `  pluginConfig: [{name: Mine, args: {modulePath: ./${file}}}]`,
  ]);
}

function mistakesOf(path: string): string[] {
  try {
    loadScenario([path]);
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.replaceAll(`${folder}/`, "").split("\n");
    throw error;
  }
  return [];
}

describe("a scenario's scheduler", () => {
  it("has its mistakes told with file, line and column before anything runs", () => {
    const path = scenarioWith([...CONFIGURATION, "parallelism: 0", "profiles:", "- percentageOfNodesToScore: 300"]);
    expect(mistakesOf(path)).toEqual([
      "scenario.yaml:19:16: scheduler.parallelism: Invalid value: 0: should be an integer value greater than zero",
      "scenario.yaml:21:31: scheduler.profiles[0].percentageOfNodesToScore: Invalid value: 300: not in valid range [0-100]",
    ]);
  });

  it("blames a file of its own that cannot be read for nothing else", () => {
    write("scheduler.yaml", `${CONFIGURATION.join("\n")}\nprofiles: []\nprofiles: []\n`);
    expect(mistakesOf(scenarioWith(["file: scheduler.yaml"]))).toEqual(['scheduler.yaml:4:1: profiles: duplicate field "profiles"']);
    write("scheduler.yaml", "kind: ConfigMap\n");
    expect(mistakesOf(scenarioWith(["file: scheduler.yaml"]))).toEqual([
      "scenario.yaml:17:9: scheduler.file: scheduler.yaml: holds no KubeSchedulerConfiguration",
    ]);
  });

  it("has them told at their place in a file of its own", () => {
    write("scheduler.yaml", `${CONFIGURATION.join("\n")}\nprofiles:\n- schedulerName: mine\n  plugin: {}\n`);
    expect(mistakesOf(scenarioWith(["file: scheduler.yaml"]))).toEqual([
      'scheduler.yaml:5:3: profiles[0].plugin: unknown field "profiles[0].plugin"',
    ]);
  });

  it("asks extenders with consent alone, since such a run cannot be repeated", async () => {
    const path = scenarioWith([...CONFIGURATION, "extenders: [{urlPrefix: http://127.0.0.1/, filterVerb: filter}]"]);
    expect(mistakesOf(path)).toEqual([]);
    await expect(prepare({ files: [path], settings: {} })).rejects.toThrow(
      /scenario\.yaml:19:3: scheduler\.extenders: Forbidden: .*--allow-extenders/,
    );
    const { cluster } = await prepare({ files: [path], settings: {}, allowExtenders: true });
    expect(cluster.schedulerExtenders?.map(({ settings }) => settings.name)).toEqual(["http://127.0.0.1/"]);
  });

  it("finds certificates of extenders from the file that names them, before anything runs", async () => {
    const extender = "extenders: [{urlPrefix: https://127.0.0.1/, filterVerb: filter, enableHTTPS: true, tlsConfig: {caFile: absent.pem}}]";
    const path = scenarioWith([...CONFIGURATION, extender]);
    await expect(prepare({ files: [path], settings: {}, allowExtenders: true })).rejects.toThrow(
      `extenders[0].tlsConfig.caFile: ${join(folder, "absent.pem")}: ENOENT`,
    );
  });

  it("breaks ties as it says, unless the run is told otherwise", async () => {
    const path = scenarioWith(["tieBreak: random"]);
    expect((await prepare({ files: [path], settings: {} })).cluster).toMatchObject({ schedulerTieBreak: "random" });
    expect((await prepare({ files: [path], settings: {}, tieBreak: "name" })).cluster).toMatchObject({ schedulerTieBreak: "name" });
    expect(
      (await prepare({ files: [scenarioWith([...CONFIGURATION, "tieBreak: upstream"])], settings: {} })).cluster.schedulerTieBreak,
    ).toBe("upstream");
    expect(mistakesOf(scenarioWith(["tieBreak: dice"]))).toEqual([
      'scenario.yaml:17:13: scheduler.tieBreak: Invalid value: "dice": must be one of upstream, name, random',
    ]);
  });

  it("tells of a plugin whose module is not there, or makes no plugin", async () => {
    await expect(prepare({ files: [withPlugin("absent.mjs")], settings: {} })).rejects.toThrow(
      /scheduler: plugin Mine: .*absent\.mjs: cannot be imported/,
    );
    write("nothing.mjs", "export default () => ({});\n");
    await expect(prepare({ files: [withPlugin("nothing.mjs")], settings: {} })).rejects.toThrow(
      /nothing\.mjs: the plugin has none of the methods/,
    );
    write("constant.mjs", "export default 3;\n");
    await expect(prepare({ files: [withPlugin("constant.mjs")], settings: {} })).rejects.toThrow(InvalidInput);
  });

  it("fails the run where a plugin breaks, with plugin, point, pod and node", async () => {
    write("broken.mjs", "export default () => ({ filter: () => null.missing });\n");
    const scenario = await prepare({ files: [withPlugin("broken.mjs")], settings: {} });
    await expect(simulate(scenario)).rejects.toThrow(PluginError);
    await expect(simulate(scenario)).rejects.toThrow(/plugin Mine at Filter for pod default\/one-\S* on node \S+: threw TypeError/);
  });
});
