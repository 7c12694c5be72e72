import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileWith, MAIN, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

/** A device on which there is never room: https://man7.org/linux/man-pages/man4/full.4.html */
const FULL = "/dev/full";

function shell(line: string) {
  const command = `"${process.execPath}" "${MAIN}" run -q "${fileWith(WEB_ON_TWO_WORKERS)}" --out "${join(temporaryFolder(), "results")}" ${line}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `set -o pipefail; ${command}`], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe.skipIf(process.platform === "win32")("standard output", () => {
  it.skipIf(!existsSync(FULL))("that is full ends the command with a line and exit code 1", () => {
    expect(shell(`> ${FULL}`)).toEqual({ status: 1, stdout: "", stderr: "kubewarp: cannot write to the standard output: ENOSPC\n" });
  });

  it("whose reader has seen enough is no error", () => {
    expect(shell("-o json | head -1")).toEqual({ status: 0, stdout: "{\n", stderr: "" });
  });
});
