import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { INVARIANTS } from "../../../src/cluster/invariants/invariants.js";

it("every invariant is named in docs/architecture.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/architecture.md"), "utf8");
  const section = text.slice(text.indexOf("## What holds in every run"), text.indexOf("## Dependencies"));
  const named = [...section.matchAll(/^\| .* \| (.*) \|$/gm)].flatMap(([, names]) => names.split(", "));
  expect(named.filter((name) => name.includes("-") && !name.startsWith("-")).sort()).toEqual(Object.keys(INVARIANTS).sort());
});
