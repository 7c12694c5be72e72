import { describe, expect, it } from "vitest";
import { parseRequirements } from "../../src/api/selector-text.js";

// Grammar and wording of k8s.io/apimachinery/pkg/labels/selector.go.
describe("the text of a label selector", () => {
  it.each([
    ["", []],
    ["app", [{ key: "app", operator: "Exists" }]],
    ["!app", [{ key: "app", operator: "DoesNotExist" }]],
    ["app=", [{ key: "app", operator: "In", values: [""] }]],
    ["in in (in,notin)", [{ key: "in", operator: "In", values: ["in", "notin"] }]],
    [
      "a in (z, y,z),b!=2",
      [
        { key: "a", operator: "In", values: ["y", "z"] },
        { key: "b", operator: "NotIn", values: ["2"] },
      ],
    ],
    ["a in ()", [{ key: "a", operator: "In", values: [""] }]],
    ["a in (x,)", [{ key: "a", operator: "In", values: ["", "x"] }]],
    ["a notin (,x)", [{ key: "a", operator: "NotIn", values: ["", "x"] }]],
    [
      "cores>4,cores<8",
      [
        { key: "cores", operator: "Gt", values: ["4"] },
        { key: "cores", operator: "Lt", values: ["8"] },
      ],
    ],
  ])("%j is read", (text, requirements) => {
    expect(parseRequirements(text)).toEqual(requirements);
  });

  const label =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

  it.each([
    ["app in (web", "unable to parse requirement: found '', expected: ',' or ')'"],
    ["app in web", "unable to parse requirement: found 'web' expected: '('"],
    ["app in", "unable to parse requirement: found '' expected: '('"],
    ["app in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ["app in (web,", "unable to parse requirement: found '', expected: ',', or identifier"],
    ["app in (a b)", "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a=b c", "found 'c', expected: ',' or 'end of string'"],
    ["a,", "found '', expected: identifier after ','"],
    ["=a", "found '=', expected: !, identifier, or 'end of string'"],
    ["!=a", "found '!=', expected: !, identifier, or 'end of string'"],
    ["!", "unable to parse requirement: found '', expected: identifier"],
    ["a==(", "unable to parse requirement: found '(', expected: identifier"],
    ["a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ["app=-x", `unable to parse requirement: values[0][app]: Invalid value: "-x": ${label}`],
    [
      "app in (-x,-y)",
      `unable to parse requirement: [values[0][app]: Invalid value: "-x": ${label}, values[1][app]: Invalid value: "-y": ${label}]`,
    ],
    ["/web", 'unable to parse requirement: <nil>: Invalid value: "/web": prefix part must be non-empty'],
  ])("%j is refused", (text, message) => {
    expect(() => parseRequirements(text)).toThrow(expect.objectContaining({ name: "SelectorError", message }) as Error);
  });
});
