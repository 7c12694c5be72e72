import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, temporaryFolder } from "./kubewarp.js";

/** A checkout whose node_modules is a link to a folder with these files, all older than the lock file. */
function setUp(files: readonly string[]): { readonly code: number | null; readonly stderr: string; readonly kept: boolean } {
  const folder = temporaryFolder();
  for (const name of ["checkout/scripts", "checkout/src", "shared/typescript/bin"]) mkdirSync(join(folder, name), { recursive: true });
  const checkout = join(folder, "checkout");
  copyFileSync(join(ROOT, "scripts/setup.mjs"), join(checkout, "scripts/setup.mjs"));
  for (const name of ["package.json", "package-lock.json", "tsconfig.json"]) writeFileSync(join(checkout, name), "{}");
  for (const name of files) {
    writeFileSync(join(folder, "shared", name), "");
    utimesSync(join(folder, "shared", name), 1, 1);
  }
  symlinkSync(join(folder, "shared"), join(checkout, "node_modules"));
  const { status, stderr } = spawnSync(process.execPath, ["scripts/setup.mjs"], { cwd: checkout, encoding: "utf8" });
  return { code: status, stderr, kept: files.every((name) => existsSync(join(folder, "shared", name))) };
}

describe("setting up where node_modules is a link", () => {
  it("takes the packages as they are", () => {
    const { code, stderr, kept } = setUp([".package-lock.json", "typescript/bin/tsc"]);
    expect({ code, kept }).toEqual({ code: 0, kept: true });
    expect(stderr).toContain("node_modules is a link, so its packages are taken as they are");
  });

  it("fails where they are not there", () => {
    const { code, stderr } = setUp([".package-lock.json"]);
    expect(code).toBe(1);
    expect(stderr).toContain("node_modules is a link to a folder without the packages");
  });
});
