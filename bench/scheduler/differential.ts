/** Decisions on random workloads, beside those of the real scheduler's code: each must be the same, node by node and count by count. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Benchmark, type Row, UsageError } from "../benchmark.js";
import { peerBinary, SINGLE_THREADED } from "./peer-binary.js";
import { Placement, type Decision } from "./placement.js";
import { randomWorkload } from "./random-workload.js";
import { readLines, readWorkload } from "./workload.js";

/** Both samplings of nodes: adaptive, and every feasible node scored. */
const PERCENTAGES = [0, 100];

export const differential: Benchmark = {
  name: "differential",
  needsOptions: true,
  description: "decisions on random workloads beside kube-scheduler's: --peer SOURCE|BINARY [--runs 20] [--seed 1]",
  run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        peer: { type: "string" },
        runs: { type: "string", default: "20" },
        seed: { type: "string", default: "1" },
      },
    });
    if (values.peer === undefined) throw new UsageError("differential needs --peer, the peer's source folder or its binary");
    const runs = Number(values.runs);
    if (!Number.isSafeInteger(runs) || runs < 1) throw new UsageError("--runs must be a whole number from 1 on");
    const folder = mkdtempSync(join(tmpdir(), "kubewarp-differential-"));
    try {
      const binary = peerBinary(values.peer, folder);
      const rows: Row[] = [];
      for (let run = 0; run < runs; run++)
        for (const percentage of PERCENTAGES) rows.push(compare(binary, `${values.seed}/${run}`, percentage, folder));
      const wrong = rows.filter(({ different }) => different !== 0);
      if (wrong.length > 0) throw new Error(`${wrong.length} of ${rows.length} runs differ from the peer's: ${JSON.stringify(wrong[0])}`);
      const decisions = rows.reduce((sum, row) => sum + (row.decisions as number), 0);
      return [{ runs: rows.length, decisions, different: 0 }];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function compare(binary: string, seed: string, percentage: number, folder: string): Row {
  const { nodes, pods } = randomWorkload(seed);
  const write = (file: string, objects: readonly unknown[]): void => {
    writeFileSync(join(folder, file), objects.map((object) => `${JSON.stringify(object)}\n`).join(""));
  };
  write("nodes.jsonl", nodes);
  write("pods.jsonl", pods);
  const file = join(folder, "decisions.jsonl");
  execFileSync(binary, ["-in", folder, ...SINGLE_THREADED, "-percentage", String(percentage), "-decisions", file]);
  const theirs = readLines(folder, "decisions.jsonl") as Decision[];
  const ours: Decision[] = [];
  new Placement(readWorkload(folder), { percentageOfNodesToScore: percentage }).run((decision) => void ours.push(decision));
  const first = theirs.findIndex((decision, index) => JSON.stringify(decision) !== JSON.stringify(ours[index]));
  const different = theirs.filter((decision, index) => JSON.stringify(decision) !== JSON.stringify(ours[index])).length;
  return {
    seed,
    percentage,
    decisions: theirs.length,
    different: different + Math.abs(ours.length - theirs.length),
    ...(first >= 0 && { theirs: theirs[first], ours: ours[first] }),
  };
}
