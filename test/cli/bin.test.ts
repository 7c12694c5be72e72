import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kubewarp, ROOT } from "./kubewarp.js";

const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { bin: { kubewarp: string } };

describe("the command that npm links", () => {
  it("is in the checkout before anything is compiled, and may be executed", () => {
    const { status, stdout } = spawnSync("git", ["ls-files", "--stage", bin.kubewarp], { cwd: ROOT, encoding: "utf8" });
    // Where the project is no git checkout, the file's own mode tells.
    if (status === 0 && stdout !== "") expect(stdout).toMatch(/^100755 /);
    else expect(statSync(join(ROOT, bin.kubewarp)).mode & 0o111).not.toBe(0);
  });

  it("does what the compiled command does", () => {
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, bin.kubewarp), "--version"], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: kubewarp(["--version"]).stdout });
  });
});
