import { Ajv } from "ajv";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { scenarioJsonSchema } from "../../src/scenario/json-schema.js";

const FILE = join(import.meta.dirname, "../../scenarios/scenario.schema.json");

describe("the JSON Schema for editors", () => {
  it("is what the sources say; vitest -u writes it anew", async () => {
    await expect(scenarioJsonSchema()).toMatchFileSnapshot(FILE);
  });

  const validate = new Ajv({ strict: false, validateSchema: false }).compile(JSON.parse(scenarioJsonSchema()) as object);

  it.each(readdirSync(dirname(FILE)).filter((file) => file.endsWith(".yaml")))("takes %s", (file) => {
    // Manifests may stand beside the scenario.
    const [scenario] = parseAllDocuments(readFileSync(join(dirname(FILE), file), "utf8"));
    expect(validate(scenario.toJS()) ? [] : validate.errors).toEqual([]);
  });

  it("refuses unknown fields and wrong values", () => {
    const scenario = parse(readFileSync(join(import.meta.dirname, "../../scenarios/drain.yaml"), "utf8")) as object;
    expect(validate({ ...scenario, seed: "${seed}", duration: "${time}" })).toBe(true);
    expect(validate({ ...scenario, duration: "soon" })).toBe(false);
    expect(validate({ ...scenario, durations: "5m" })).toBe(false);
  });
});
