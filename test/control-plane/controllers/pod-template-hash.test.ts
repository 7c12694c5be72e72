import { describe, expect, it } from "vitest";
import { fnv1a32 } from "../../../src/api/fnv.js";
import { podTemplateHash, safeEncode } from "../../../src/control-plane/controllers/pod-template-hash.js";
import { template } from "./manifests.js";

describe("a template's hash", () => {
  it("is FNV-1a, in letters and digits that make no words", () => {
    // Test vectors of http://www.isthe.com/chongo/src/fnv/test_fnv.c
    expect(fnv1a32(new TextEncoder().encode(""))).toBe(0x811c9dc5);
    expect(fnv1a32(new TextEncoder().encode("foobar"))).toBe(0xbf9cf968);
    // Code points of the digits 0 to 9 are 48 to 57, of which 54 is twice the size of the alphabet.
    expect(safeEncode("0123456789")).toBe("456789bcdf");
  });

  it("does not depend on the order of fields, but on their values and on the count of collisions", () => {
    const web = template({ a: "1", b: "2" });
    expect(podTemplateHash(template({ b: "2", a: "1" }))).toBe(podTemplateHash(web));
    const hashes = [podTemplateHash(web), podTemplateHash(web, 0), podTemplateHash(web, 1), podTemplateHash(template({ a: "1", b: "3" }))];
    expect(new Set(hashes).size).toBe(4);
  });
});
