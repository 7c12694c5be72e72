import { describe, expect, it } from "vitest";
import { parseJsonPath, parseJsonPathTemplate, renderJsonPath, valuesAt } from "../../../src/scenario/kubectl/json-path.js";

// The object and most of the expressions are those of https://kubernetes.io/docs/reference/kubectl/jsonpath/
const LIST = {
  kind: "List",
  items: [
    {
      kind: "None",
      metadata: { name: "127.0.0.1", labels: { "kubernetes.io/hostname": "127.0.0.1" } },
      status: { capacity: { cpu: "4" }, addresses: [{ type: "LegacyHostIP", address: "127.0.0.1" }] },
    },
    {
      kind: "None",
      metadata: { name: "127.0.0.2" },
      status: {
        capacity: { cpu: "8" },
        addresses: [
          { type: "LegacyHostIP", address: "127.0.0.2" },
          { type: "another", address: "127.0.0.3" },
        ],
      },
    },
  ],
  users: [
    { name: "myself", user: {} },
    { name: "e2e", user: { username: "admin", password: "secret" } },
  ],
};

describe("JSONPath", () => {
  it.each([
    ["{.kind}", ["List"]],
    [".kind", ["List"]],
    ["kind", ["List"]],
    ["{['kind']}", ["List"]],
    ["{..name}", ["127.0.0.1", "127.0.0.2", "myself", "e2e"]],
    ["{.items[*].metadata.name}", ["127.0.0.1", "127.0.0.2"]],
    ["{.users[0].name}", ["myself"]],
    ["{.users[-1].name}", ["e2e"]],
    ["{.users[0:1].name}", ["myself"]],
    ["{.items[*]['metadata.name', 'kind']}", ["None", "None"]],
    ['{.users[?(@.name=="e2e")].user.password}', ["secret"]],
    ["{.users[?(@.user.username)].name}", ["e2e"]],
    ["{.items[0].metadata.labels.kubernetes\\.io/hostname}", ["127.0.0.1"]],
    ["{.items[?(@.status.capacity.cpu>'4')].metadata.name}", ["127.0.0.2"]],
    ["{.nowhere}", []],
  ])("%s", (path, values) => {
    expect(valuesAt(parseJsonPath(path), LIST)).toEqual(values);
  });

  it.each([
    ["{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"],
    ["{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}", '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] '],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.status.capacity.cpu}{"\\n"}{end}', "127.0.0.1\t4\n127.0.0.2\t8\n"],
    ["{range .items[*]}{range .status.addresses[*]}{.address};{end}{end}", "127.0.0.1;127.0.0.2;127.0.0.3;"],
    ["kind is {.kind}", "kind is List"],
  ])("the template %s", (template, text) => {
    expect(renderJsonPath(parseJsonPathTemplate(template), LIST)).toBe(text);
  });

  it.each(["{.items[abc]}", "{range .items[*]}{.name}", "{.a}{end}", "{.a"])("refuses %s", (template) => {
    expect(() => parseJsonPathTemplate(template)).toThrow(/error parsing jsonpath/);
  });
});
