import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../src/api/unified-diff.js";

const lines = (text: string): string => text.split(" ").join("\n");

// What Python's difflib.unified_diff gives for the same lines, without its two lines of heading.
describe("a difference in the unified format", () => {
  it("is nothing between equal texts, and a range without count where one line is concerned", () => {
    expect(unifiedDiff("a", "a")).toBe("");
    expect(unifiedDiff("a", "b")).toBe("@@ -1 +1 @@\n-a\n+b\n");
  });

  it("shows three lines around changes, and those near each other together", () => {
    expect(unifiedDiff(lines("a b c d e f g h"), lines("a X c d e f g h i"))).toBe(
      "@@ -1,8 +1,9 @@\n a\n-b\n+X\n c\n d\n e\n f\n g\n h\n+i\n",
    );
  });

  it("has two hunks where more than six lines lie between changes", () => {
    expect(unifiedDiff(lines("1 a b c d e f 2"), lines("one a b c d e f two"))).toBe(
      "@@ -1,8 +1,8 @@\n-1\n+one\n a\n b\n c\n d\n e\n f\n-2\n+two\n",
    );
    expect(unifiedDiff(lines("1 a b c d e f g 2"), lines("one a b c d e f g two"))).toBe(
      "@@ -1,4 +1,4 @@\n-1\n+one\n a\n b\n c\n@@ -6,4 +6,4 @@\n e\n f\n g\n-2\n+two\n",
    );
  });

  it("keeps the longest run of lines that both have, and not as many lines as possible", () => {
    const item = (name: string): string => `{\nname: ${name}\nsize: 1\nmode: 2\n}`;
    expect(unifiedDiff(`[\n${item("x")}\n]`, `[\n${item("x")},\n${item("y")}\n]`)).toBe(
      "@@ -3,5 +3,10 @@\n name: x\n size: 1\n mode: 2\n+},\n+{\n+name: y\n+size: 1\n+mode: 2\n }\n ]\n",
    );
  });
});
