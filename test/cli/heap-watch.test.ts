import { describe, expect, it } from "vitest";
import { heapWarning } from "../../src/cli/heap-watch.js";

const GIB = 2 ** 30;

describe("heapWarning", () => {
  it("comes when four fifths of the limit are in use, and names the option", () => {
    expect(heapWarning(3.1 * GIB, 4 * GIB)).toBeUndefined();
    expect(heapWarning(3.25 * GIB, 4 * GIB)).toBe(
      "kubewarp: 3328 of the 4096 MiB that Node.js lets the run have are in use; NODE_OPTIONS=--max-old-space-size=MIB gives it more\n",
    );
  });
});
