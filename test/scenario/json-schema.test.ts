import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { scenarioJsonSchema } from "../../src/scenario/json-schema.js";

const FILE = join(import.meta.dirname, "../../scenarios/scenario.schema.json");

describe("the JSON Schema for editors", () => {
  it("is what the sources say; vitest -u writes it anew", async () => {
    await expect(scenarioJsonSchema()).toMatchFileSnapshot(FILE);
  });

  it("takes a scenario that ships, and refuses it with an unknown field", () => {
    const validate = new Ajv({ strict: false, validateSchema: false }).compile(JSON.parse(scenarioJsonSchema()) as object);
    const scenario = parse(readFileSync(join(import.meta.dirname, "../../scenarios/drain.yaml"), "utf8")) as object;
    expect(validate(scenario)).toBe(true);
    expect(validate({ ...scenario, durations: "5m" })).toBe(false);
  });
});
