import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExtenderServer } from "../scheduler/support/extender-server.js";
import { fileWith, kubewarp, temporaryFolder } from "./kubewarp.js";

interface Args {
  readonly NodeNames: readonly string[];
}

let server: ExtenderServer;
beforeAll(async () => {
  server = await ExtenderServer.start();
  await server.answer("filter", ({ NodeNames }: Args) => ({
    NodeNames: NodeNames.filter((name) => name !== "worker-1"),
    FailedNodes: { "worker-1": "is kept free" },
  }));
  await server.answer("prioritize", () => [{ Host: "worker-3", Score: 10 }]);
});
afterAll(() => server.close());

const CONSENT = "--allow-extenders";

function scenario(): string {
  return fileWith(`apiVersion: kubewarp.io/v1
kind: Scenario
metadata: {name: outside}
duration: 1m
cluster:
  nodes: [{name: worker, count: 3, capacity: {cpu: 2, memory: 4Gi}}]
scheduler:
  apiVersion: kubescheduler.config.k8s.io/v1
  kind: KubeSchedulerConfiguration
  extenders:
    - {urlPrefix: "${server.url}", filterVerb: filter, prioritizeVerb: prioritize, weight: 5, nodeCacheCapable: true}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: main, image: "registry.example/web:1"}]}
`);
}

describe("extenders on the command line", () => {
  it.each([
    ["run", (file: string) => [file, "--out", temporaryFolder()]],
    ["explain", (file: string) => [file, "web"]],
    ["get", (file: string) => ["pods", "-f", file]],
    ["study", (file: string) => [file, "--replications", "1", "--out", temporaryFolder()]],
  ])("%s asks nobody outside without consent", async (command, args) => {
    const file = scenario();
    const { code, stdout, stderr } = kubewarp([command, ...args(file)]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^\S*:10:3: scheduler\.extenders: Forbidden: .*--allow-extenders/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect((await server.seen()).requests).toEqual([]);
  });

  it("validate takes them: it runs nothing", () => {
    expect(kubewarp(["validate", scenario()])).toMatchObject({ code: 0, stderr: "" });
  });

  it("run says in all its outputs that it cannot be repeated", () => {
    const out = temporaryFolder();
    const text = kubewarp(["run", scenario(), CONSENT, "--out", out, "-q"]);
    expect(text).toMatchObject({ code: 0 });
    expect(text.stdout).toContain(`not reproducible: the scheduler asked extenders outside of the simulation (${server.url})`);
    expect(readFileSync(join(out, "summary.csv"), "utf8")).toContain("scheduler_extenders,1");
    const json = kubewarp(["run", scenario(), CONSENT, "--out", temporaryFolder(), "-q", "-o", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ reproducible: false, extenders: [server.url] });
  });

  it("explain gives each extender columns of its own, and asks it no more than the run", async () => {
    await server.seen();
    const { stdout } = kubewarp(["explain", scenario(), "web", CONSENT]);
    expect(stdout).toContain("not reproducible:");
    expect(stdout).toMatch(new RegExp(`NODE .* extender ${server.url} +RESULT`));
    expect(stdout).toMatch(/worker-1 .* no +extender http\S+: is kept free/);
    expect(stdout).toMatch(new RegExp(`extender ${server.url} x5 +TOTAL`));
    expect(stdout).toMatch(/worker-3 .* 10 > 100 > 500/);
    expect((await server.seen()).requests.map(({ url }) => url)).toEqual(["/scheduler/filter", "/scheduler/prioritize"]);
    const { explained } = JSON.parse(kubewarp(["explain", scenario(), "web", CONSENT, "-o", "json"]).stdout) as {
      explained: { nodes: { node: string }[] }[];
    };
    expect(explained[0].nodes.find(({ node }) => node === "worker-1")).toMatchObject({
      fate: "rejected",
      rejectedBy: `extender ${server.url}`,
      reasons: ["is kept free"],
    });
  });

  it("bench scheduler compares a configuration with extenders with one without", () => {
    const out = temporaryFolder();
    const args = ["bench", "scheduler", scenario(), "-c", "default", "--replications", "2", "--workers", "1", "--out", out];
    expect(kubewarp(args)).toMatchObject({ code: 2 });
    const { code, stdout } = kubewarp([...args, CONSENT]);
    expect(code).toBe(0);
    // Only the scenario's own configuration has extenders, and it does not take part.
    expect(stdout).not.toContain("not reproducible");
    expect(kubewarp(["bench", "scheduler", scenario(), "--replications", "2", "--workers", "1", "--out", out, CONSENT]).stdout).toContain(
      "not reproducible",
    );
  });
});

describe("--tie-break", () => {
  it("is refused where it is no rule", () => {
    const { code, stderr } = kubewarp(["explain", scenario(), "web", "--tie-break", "dice"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Allowed choices are upstream, name, random");
  });

  it("is told by explain", () => {
    const { stdout } = kubewarp(["explain", scenario(), "web", CONSENT, "--tie-break", "name", "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ explained: [{ choice: { tieBreak: "name" } }] });
  });
});
