import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubewarp, ROOT, temporaryFolder } from "../cli/kubewarp.js";

const EXAMPLE = join(ROOT, "examples/extender");

let extender: ChildProcess;
let folder: string;
beforeAll(async () => {
  extender = spawn(process.execPath, [join(EXAMPLE, "extender.mjs"), "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(extender.stdout!, "data")) as [Buffer];
  const url = said.toString().trim().replace("listening on ", "");
  folder = temporaryFolder();
  cpSync(EXAMPLE, folder, { recursive: true });
  const configuration = join(folder, "scheduler.yaml");
  writeFileSync(configuration, readFileSync(configuration, "utf8").replace("http://127.0.0.1:8888", url));
});
afterAll(() => extender.kill());

describe("the example of an extender, examples/extender", () => {
  it("does what its scenario expects of it", () => {
    const { code, stderr } = kubewarp(["run", join(folder, "scenario.yaml"), "--allow-extenders", "-q", "--out", join(folder, "results")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("tells why no node takes the pod of a tenant without nodes", () => {
    const { stdout } = kubewarp(["explain", join(folder, "scenario.yaml"), "green", "--allow-extenders"]);
    expect(stdout).toContain("4 node(s) belonged to another tenant than green.");
  });
});
