/** One random scenario, held to the invariants: from its number to what was found. The task of a worker thread. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepare, simulate } from "../../src/study/simulate.js";
import { violationLines } from "../../src/study/violation-report.js";
import { randomScenario } from "./random-scenario.js";

export interface FuzzOrder {
  readonly seed: number | string;
  readonly number: number;
  /** Folder for the scenarios in which something was found; absent: none is kept. */
  readonly keep?: string;
}

export interface FuzzOutcome {
  readonly number: number;
  readonly pods: number;
  readonly steps: number;
  readonly faults: number;
  readonly events: number;
  /** Lines about invariants that did not hold, or about the simulator's failure; empty where all is as it should be. */
  readonly found: readonly string[];
  /** The kept scenario. */
  readonly file?: string;
}

/** Commands and faults of random scenarios may be out of place; that they fail is no mistake. */
export async function fuzzRun({ seed, number, keep }: FuzzOrder): Promise<FuzzOutcome> {
  const { text, steps, faults } = randomScenario(seed, number);
  const folder = mkdtempSync(join(tmpdir(), "kubewarp-fuzz-"));
  try {
    const scenario = join(folder, "scenario.yaml");
    writeFileSync(scenario, text);
    const { found, pods, events } = await check(scenario);
    if (found.length === 0 || keep === undefined) return { number, pods, steps, faults, events, found };
    mkdirSync(keep, { recursive: true });
    const file = join(keep, `fuzz-${seed}-${number}.yaml`);
    writeFileSync(file, text);
    return { number, pods, steps, faults, events, found, file };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function check(file: string): Promise<Pick<FuzzOutcome, "found" | "pods" | "events">> {
  try {
    const { invariants, figures, events } = await simulate(await prepare({ files: [file], settings: {} }), { check: true });
    const pods = Number(figures.metrics.find(({ metric }) => metric === "pods_created")?.value ?? 0);
    return { found: violationLines(invariants!), pods, events };
  } catch (error) {
    const causes: string[] = [];
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) causes.push(cause.message);
    return { found: [`failed: ${causes.join(": ")}`], pods: 0, events: 0 };
  }
}
