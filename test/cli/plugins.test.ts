import { dirname, join } from "node:path";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fileWith, kubewarp, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

const WITH_PLUGIN = WEB_ON_TWO_WORKERS.replace(
  "\nbehaviors:",
  `
scheduler:
  apiVersion: kubescheduler.config.k8s.io/v1
  kind: KubeSchedulerConfiguration
  profiles:
    - plugins: {multiPoint: {enabled: [{name: Mine}]}}
      pluginConfig: [{name: Mine, args: {modulePath: ./mine.mjs}}]
behaviors:`,
);

/** A scenario whose scheduler has the plugin of that module. */
function scenarioWith(module: string): string {
  const file = fileWith(WITH_PLUGIN);
  writeFileSync(join(dirname(file), "mine.mjs"), module);
  return file;
}

const run = (file: string, ...more: readonly string[]) =>
  kubewarp(["run", "-q", file, "--out", join(temporaryFolder(), "results"), ...more]);

describe("a plugin of the user's own", () => {
  it.each([
    ["that is not there", undefined, /mine\.mjs: cannot be imported/],
    [
      "that registers unknown events",
      "export default () => ({filter() {}, eventsToRegister: () => [{resource: 'Nodes', actions: []}]})",
      /mine\.mjs: eventsToRegister unknown resource "Nodes"/,
    ],
    ["that ends the process when it is imported", "process.exit(0)", /mine\.mjs: cannot be imported: called process\.exit$/],
    [
      "that ends the process when it is made",
      "export default () => process.exit(0)",
      /mine\.mjs: its default export threw Error: called process\.exit$/,
    ],
    [
      "that waits for ever",
      "await new Promise(() => {}); export default () => ({filter() {}})",
      /^kubewarp: .*mine\.mjs: plugin Mine at import: waits for something that never comes/,
    ],
  ])("%s is bad input, to validate as to run", (_what, module, message) => {
    const file = module === undefined ? fileWith(WITH_PLUGIN) : scenarioWith(module);
    for (const ended of [kubewarp(["validate", file]), run(file)]) {
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      const lines = ended.stderr.trimEnd().split("\n");
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(message);
    }
  });

  it("cannot end the process in the middle of a run, nor of a replication", () => {
    const file = scenarioWith("export default () => ({filter() { process.exit(0); }})");
    const line =
      /^kubewarp: \S+mine\.mjs: plugin Mine at Filter for pod default\/web-\S+ on node worker-1: threw Error: called process\.exit\n$/;
    const { code, stderr } = run(file);
    expect(code).toBe(1);
    expect(stderr).toMatch(line);
    const study = kubewarp(["study", file, "--replications", "2", "--workers", "2", "--out", join(temporaryFolder(), "results")]);
    expect(study.code).toBe(1);
    expect(study.stderr).toMatch(/^replication 0 \(seed 1\) failed: \S+mine\.mjs: plugin Mine at Filter .*called process\.exit$/m);
    expect(study.stderr).toMatch(/^kubewarp: 2 of 2 replications failed$/m);
  });

  it("that breaks after it has answered fails the run in one line", () => {
    const { code, stderr } = run(
      scenarioWith("export default () => ({filter() { setTimeout(() => { throw new Error('too late'); }, 0); }})"),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kubewarp: .*too late.*\n$/);
  });

  it.each([
    ["permit: () => ({status: {code: 'Wait'}, timeout: 600e6})", "a node is chosen, but it is held back by Permit plugin Mine"],
    ["preBind: () => {}", "a node is chosen, but it is not bound yet"],
    ["preEnqueue: () => 'later'", "PreEnqueue plugin Mine keeps it out of the queue"],
  ])("with %s: the report says where its pods stand", (method, reason) => {
    const { stdout } = run(
      scenarioWith(`export default () => ({filter: (s, p, node) => node.name === 'worker-2' ? undefined : 'elsewhere', ${method}})`),
      "-o",
      "json",
    );
    const { neverRan } = JSON.parse(stdout) as { neverRan: readonly { reason: string; pods: number }[] };
    expect(neverRan.map((one) => one.reason)).toContain(reason);
  });

  it("of another scheduler's name leaves its pods to nobody", () => {
    const file = fileWith(WEB_ON_TWO_WORKERS.replace("      containers:", "      schedulerName: other\n      containers:"));
    const { stdout } = run(file, "-o", "json");
    expect(JSON.parse(stdout)).toMatchObject({ neverRan: [{ reason: "no scheduler is called other", pods: 10 }] });
  });
});
