import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contents, fileWith, kubewarp, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

interface Step {
  readonly step: number;
  readonly state: string;
  readonly timeSeconds?: number;
  readonly component: string;
}

function podsOf(tables: Record<string, string>): { name: string; ran: boolean }[] {
  const [header = "", ...rows] = (tables["pods.csv"] ?? "").trim().split("\n");
  const columns = header.split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    return { name: cells[columns.indexOf("pod")] ?? "", ran: cells[columns.indexOf("started_seconds")] !== "" };
  });
}

describe("kubewarp run --trace", () => {
  const file = fileWith(WEB_ON_TWO_WORKERS);
  const plain = join(temporaryFolder(), "results");
  kubewarp(["run", file, "--out", plain]);
  const untraced = contents(plain);
  const traced = (pod: string, path = file) => {
    const out = join(temporaryFolder(), "results");
    const { code, stdout, stderr } = kubewarp(["run", path, "--trace", pod, "-o", "json", "--out", out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return { steps: (JSON.parse(stdout) as { trace: Step[] }).trace, tables: contents(out) };
  };

  it("tells the eleven steps in order, and leaves all other tables as they are", () => {
    const { steps, tables } = traced(podsOf(untraced).find(({ ran }) => ran)!.name);
    expect(steps.map(({ step, state, component }) => `${step} ${state} ${component}`)).toEqual([
      "1 done kubectl",
      "2 done etcd",
      "3 done kube-controller-manager",
      "4 done replicaset-controller",
      "5 done etcd",
      "6 done kube-scheduler",
      "7 done kube-scheduler",
      "8 done etcd",
      "9 done kubelet",
      "10 done kubelet",
      "11 done etcd",
    ]);
    const times = steps.map(({ timeSeconds }) => timeSeconds!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const { "trace.csv": trace, ...others } = tables;
    expect(trace.trim().split("\n")).toHaveLength(12);
    expect(others).toEqual(untraced);
  });

  it("shows steps that a pod without a place never reached", () => {
    const { steps } = traced(podsOf(untraced).find(({ ran }) => !ran)!.name);
    expect(steps.map(({ state }) => state)).toEqual([...Array<string>(6).fill("done"), ...Array<string>(5).fill("not reached")]);
  });

  it("leaves out the controller's steps for a pod that has none", () => {
    const bare = "\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: bare}\nspec: {containers: [{name: nginx, image: nginx}]}\n";
    const { steps } = traced("default/bare", fileWith(WEB_ON_TWO_WORKERS + bare));
    expect(steps.map(({ state }) => state)).toEqual(["done", "done", "not applicable", "not applicable", ...Array<string>(7).fill("done")]);
  });

  it("names similar pods where there is no such pod", () => {
    const { code, stderr } = kubewarp(["run", file, "--trace", "web", "--out", join(temporaryFolder(), "results")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no pod default\/web was created in the run; similar are default\/web-/);
  });
});
