/**
 * The scheduler beside the real one: the same workloads, in turn on the same machine, each in a process of its own.
 *
 * The peer is a Go program around kube-scheduler's own packages that prints one JSON line a run; this benchmark builds it from its source
 * folder, or takes a binary. Both do nothing but decide: from the pop of a pod until it is assumed.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { type Benchmark, type Row, UsageError } from "../benchmark.js";
import { peerBinary, SINGLE_THREADED, WHOLE_CYCLE } from "./peer-binary.js";

interface Figures {
  readonly scheduled: number;
  readonly pods_per_s: number;
  readonly pods_per_cpu_s: number;
}

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));
/** The peer scores all nodes of the largest workload at about 10 ms a pod: a sample is enough. */
const SAMPLE = { workload: "basic", percentage: 100, pods: 1_000 };
/** Both samplings of nodes: adaptive, and every feasible node scored. */
const PERCENTAGES = [0, 100];

export const peer: Benchmark = {
  name: "peer",
  needsOptions: true,
  description: "the scheduler beside kube-scheduler: --peer SOURCE|BINARY [--workloads DIR] [--only NAME,...]",
  run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        peer: { type: "string" },
        workloads: { type: "string", default: "../shared/golden/placement" },
        only: { type: "string" },
      },
    });
    if (values.peer === undefined) throw new UsageError("peer needs --peer, the peer's source folder or its binary");
    const folder = mkdtempSync(join(tmpdir(), "kubewarp-peer-"));
    try {
      const binary = peerBinary(values.peer, folder);
      const names = values.only?.split(",") ?? workloadsBelow(values.workloads);
      return names.flatMap((name) => compare(binary, join(values.workloads, name), name, folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function workloadsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Recorded decisions are those of the algorithm alone; a workload without them takes more than the algorithm. */
function hasDecisions(workload: string): boolean {
  return readdirSync(workload).some((file) => file.startsWith("decisions"));
}

function compare(binary: string, workload: string, name: string, folder: string): Row[] {
  const plain = join(folder, name);
  mkdirSync(plain);
  for (const file of ["nodes.jsonl", "pods.jsonl"])
    writeFileSync(join(plain, file), gunzipSync(readFileSync(join(workload, `${file}.gz`))));
  return PERCENTAGES.map((percentage) => {
    const limit = SAMPLE.workload === name && SAMPLE.percentage === percentage ? ["-limit", String(SAMPLE.pods)] : [];
    const loop = hasDecisions(workload) ? SINGLE_THREADED : WHOLE_CYCLE;
    const theirs = figures(binary, ["-in", plain, ...loop, "-percentage", String(percentage), ...limit]);
    const ours = figures(process.execPath, [
      MAIN,
      "scheduler",
      "--json",
      "--workload",
      plain,
      "--percentage",
      String(percentage),
      ...limit.map((word) => word.replace("-limit", "--limit")),
    ]);
    return {
      workload: name,
      percentage,
      scheduled: ours.scheduled,
      same_number: ours.scheduled === theirs.scheduled,
      peer_pods_per_s: Math.round(theirs.pods_per_s),
      pods_per_s: ours.pods_per_s,
      ratio: ours.pods_per_s / theirs.pods_per_s,
      peer_pods_per_cpu_s: Math.round(theirs.pods_per_cpu_s),
      pods_per_cpu_s: ours.pods_per_cpu_s,
      cpu_ratio: ours.pods_per_cpu_s / theirs.pods_per_cpu_s,
    };
  });
}

function figures(command: string, args: readonly string[]): Figures {
  return JSON.parse(execFileSync(command, args, { encoding: "utf8" })) as Figures;
}
