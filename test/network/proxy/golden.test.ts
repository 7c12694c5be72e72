/** The rules that real kube-proxies wrote, case by case. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { check } from "../../conformance/network-proxy.js";

const file = new URL("../../conformance/golden/network/proxy.jsonl.gz", import.meta.url);
const cases = gunzipSync(readFileSync(file))
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { name: string });

describe("kube-proxy 1.36", () => {
  test.each(cases.map((body) => [body.name, body] as const))("%s", (_name, body) => {
    expect(check(body)).toEqual([]);
  });
});
