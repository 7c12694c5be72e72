import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OutputDirectory, OutputDirectoryError } from "../../src/output/output-directory.js";

function folder(): string {
  return mkdtempSync(join(tmpdir(), "kubewarp-out-"));
}

describe("an output directory", () => {
  it("shows no file before it is published, and then all of them", () => {
    const target = join(folder(), "results");
    const directory = new OutputDirectory(target);
    directory.write("a.csv", "whole");
    expect(existsSync(target)).toBe(false);
    expect(directory.publish()).toEqual([join(target, "a.csv")]);
    expect(readFileSync(join(target, "a.csv"), "utf8")).toBe("whole");
  });

  it("leaves an earlier result alone when it is discarded, and nothing beside it", () => {
    const parent = folder();
    const target = join(parent, "results");
    const first = new OutputDirectory(target);
    first.write("a.csv", "first");
    first.publish();
    const second = new OutputDirectory(target);
    second.write("a.csv", "half of the sec");
    second.discard();
    expect(readFileSync(join(target, "a.csv"), "utf8")).toBe("first");
    expect(readdirSync(parent)).toEqual(["results"]);
  });

  it("names a folder that stands in the place of a file, and leaves all as it was", async () => {
    const target = join(folder(), "results");
    mkdirSync(join(target, "events.csv"), { recursive: true });
    const directory = new OutputDirectory(target);
    const filled = directory.filledBy(() => {
      directory.write("a.csv", "a");
      directory.write("events.csv", "b");
    });
    await expect(filled).rejects.toThrow(
      new OutputDirectoryError(`${join(target, "events.csv")}: is a directory where a file is to be written`),
    );
    expect(readdirSync(target)).toEqual(["events.csv"]);
  });

  it("is published when it has been filled, and thrown away when filling fails", async () => {
    const parent = folder();
    const target = join(parent, "results");
    const first = new OutputDirectory(target);
    expect(await first.filledBy(() => first.write("a.csv", "first"))).toEqual({ result: undefined, files: [join(target, "a.csv")] });
    const second = new OutputDirectory(target);
    const failing = second.filledBy(() => {
      second.write("a.csv", "half");
      throw new Error("disk full");
    });
    await expect(failing).rejects.toThrow("disk full");
    expect(readFileSync(join(target, "a.csv"), "utf8")).toBe("first");
    expect(readdirSync(parent)).toEqual(["results"]);
  });

  it("takes away what an earlier run of its family left and this one has not written, and nothing else", () => {
    const target = join(folder(), "results");
    const first = new OutputDirectory(target);
    for (const file of ["a.csv", "trace.csv", "notes.txt"]) first.write(file, "first");
    first.publish();
    const second = new OutputDirectory(target);
    second.write("a.csv", "second");
    second.publish(["a.csv", "trace.csv"]);
    expect(readdirSync(target).sort()).toEqual(["a.csv", "notes.txt"]);
  });

  it("clears away the staging folder of a killed run, not that of one that still goes on", () => {
    const parent = folder();
    const dead = spawnSync(process.execPath, ["--version"]).pid;
    mkdirSync(join(parent, `.results-${hostname()}-${dead}-abc`));
    mkdirSync(join(parent, `.results-${hostname()}-${process.pid}-abc`));
    mkdirSync(join(parent, `.results-elsewhere-${dead}-abc`));
    new OutputDirectory(join(parent, "results")).publish();
    expect(readdirSync(parent).sort()).toEqual(
      [`.results-${hostname()}-${process.pid}-abc`, `.results-elsewhere-${dead}-abc`, "results"].sort(),
    );
  });

  it("says which part of its path is a file", () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    for (const target of [file, join(file, "results")]) {
      expect(() => new OutputDirectory(target)).toThrow(new OutputDirectoryError(`${target}: ${file} is a file, not a directory`));
    }
  });
});
