import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadScenario, type LoadOptions } from "../../src/scenario/load.js";
import { formatMistake, InvalidInput } from "../../src/scenario/mistake.js";
import type { Scenario } from "../../src/scenario/scenario.js";

/** Writes files into a folder of their own, and loads the first of them. */
export function loadTexts(files: Readonly<Record<string, string | Uint8Array>>, options?: LoadOptions): Scenario {
  const directory = mkdtempSync(join(tmpdir(), "kubewarp-scenario-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    return loadScenario([join(directory, Object.keys(files)[0])], options);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(
      error.mistakes.map((mistake) => ({
        ...mistake,
        file: mistake.file.replace(`${directory}/`, ""),
        message: mistake.message.replaceAll(`${directory}/`, ""),
      })),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A small scenario; the lines are added to it. */
export function scenarioText(lines = ""): string {
  return `apiVersion: kubewarp.io/v1
kind: Scenario
duration: 10m
cluster:
  nodes:
    - name: worker
      count: 2
      capacity: {cpu: 2, memory: 4Gi}
${lines}`;
}

export function load(lines = "", options?: LoadOptions): Scenario {
  return loadTexts({ "scenario.yaml": scenarioText(lines) }, options);
}

/** The mistakes that loading finds, as the user reads them. */
export function mistakesOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInput) return error.mistakes.map(formatMistake);
    throw error;
  }
  return [];
}
