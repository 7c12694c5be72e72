import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jsonLines, yamlLines } from "../../../src/scenario/kubectl/object-text.js";

describe("YAML as kubectl writes it", () => {
  // Source of the quoting: gopkg.in/yaml.v2 encode.go stringv and emitterc.go, which sigs.k8s.io/yaml uses.
  it.each([
    ["2026-01-01T00:00:00Z", '"2026-01-01T00:00:00Z"'],
    ["true", '"true"'],
    ["on", '"on"'],
    ["1", '"1"'],
    ["1e3", '"1e3"'],
    ["", '""'],
    ["null", '"null"'],
    ["*", "'*'"],
    ["a: b", "'a: b'"],
    ["it's: x", "'it''s: x'"],
    ["#x", "'#x'"],
    ["8286208Ki", "8286208Ki"],
    ["10.244.0.1", "10.244.0.1"],
    ["it's", "it's"],
  ])("%s", (text, written) => {
    expect(yamlLines({ key: text })).toEqual([`key: ${written}`]);
  });

  it("sorts fields, and does not indent lists", () => {
    expect(yamlLines({ b: [{ d: 1, c: [] }], a: { z: {}, y: null } })).toEqual(["a:", '  "y": null', "  z: {}", "b:", "- c: []", "  d: 1"]);
  });

  it("writes several lines as a block", () => {
    expect(yamlLines({ note: '{"a":1}\n' })).toEqual(["note: |", '  {"a":1}']);
  });

  it("can be read again, whatever it holds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.oneof(fc.string(), fc.integer(), fc.boolean())), (value) => {
        expect(parse(yamlLines(value).join("\n"), { version: "1.1" })).toEqual(value);
      }),
    );
  });
});

describe("JSON as kubectl writes it", () => {
  it("sorts fields, indents by four, and escapes what HTML would read", () => {
    expect(jsonLines({ b: [{}, "a<b>&c"], a: {} })).toEqual([
      "{",
      '    "a": {},',
      '    "b": [',
      "        {},",
      '        "a\\u003cb\\u003e\\u0026c"',
      "    ]",
      "}",
    ]);
  });

  it("can be read again, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(jsonLines(value).join("\n"))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
