import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OutputDirectory } from "../../src/output/output-directory.js";

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
});
