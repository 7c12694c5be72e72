import { describe, expect, it } from "vitest";
import { alignElastically } from "../../../../src/scenario/kubectl/describe/elastic-columns.js";

describe("elastic columns", () => {
  it("end where a line has no cell in them, and count no last cell", () => {
    expect(alignElastically(["a\tb", "long\tc", "x", "a\td"])).toEqual(["a     b", "long  c", "x", "a  d"]);
  });

  it("go over lines that share the first column but not the second", () => {
    expect(alignElastically(["Type\tStatus\tReason", "Available\tTrue\tYes", "OldReplicaSets:\t<none>"])).toEqual([
      "Type             Status  Reason",
      "Available        True    Yes",
      "OldReplicaSets:  <none>",
    ]);
  });
});
