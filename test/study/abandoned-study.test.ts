import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { abandonStudy } from "../../src/study/study.js";

function studyFolder(...replications: readonly string[]): string {
  const output = join(mkdtempSync(join(tmpdir(), "kubewarp-study-")), "out");
  for (const name of replications) {
    mkdirSync(join(output, "replications", name), { recursive: true });
    writeFileSync(join(output, "replications", name, "pods.csv"), "pod\n");
  }
  return output;
}

describe("a study that is broken off", () => {
  it("keeps the tables of finished replications and nothing half written", () => {
    const output = studyFolder("000000", ".000001-host-7-abc");
    expect(abandonStudy(output)).toBe(join(output, "replications"));
    expect(readdirSync(join(output, "replications"))).toEqual(["000000"]);
  });

  it("leaves no folders of its own where none has finished", () => {
    const output = studyFolder(".000000-host-7-abc");
    expect(abandonStudy(output)).toBeUndefined();
    expect(existsSync(output)).toBe(false);
  });

  it("leaves what an earlier study has written", () => {
    const output = studyFolder(".000000-host-7-abc");
    writeFileSync(join(output, "study.csv"), "earlier");
    expect(abandonStudy(output)).toBeUndefined();
    expect(readdirSync(output)).toEqual(["study.csv"]);
  });

  it("finds nothing to do where nothing has begun", () => {
    expect(abandonStudy(studyFolder())).toBeUndefined();
  });
});
