import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as quantity from "../conformance/quantity.js";
import * as validation from "../conformance/validation.js";

function cases(name: string): { id: string }[] {
  const file = new URL(`../conformance/golden/scheduler/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as { id: string });
}

describe("golden quantities", () => {
  it("are all read as Kubernetes reads them", () => {
    const found = cases("quantity");
    expect(found.length).toBeGreaterThan(300);
    expect(found.flatMap((one) => quantity.check(one))).toEqual([]);
  });
});

describe("golden answers to creations", () => {
  it("are all given as the API server gives them", () => {
    const found = cases("validation");
    expect(found.length).toBeGreaterThan(200);
    expect(found.flatMap((one) => validation.check(one).map((difference) => `${one.id}: ${difference}`))).toEqual([]);
  });
});
