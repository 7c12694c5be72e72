/** Scheduling throughput on a workload, one thread: from the pop of a pod to its assumption on a node. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { median } from "simple-statistics";
import { UsageError, type Benchmark } from "../benchmark.js";
import { Placement, type Decision } from "./placement.js";
import { readWorkload } from "./workload.js";

/** Runs on fresh schedulers before the measured ones, so that the code is compiled: so many, and for so long (ms), at least. */
const WARM_UPS = 5;
const WARM_UP_TIME = 1_000;
/** Measured runs, each on a fresh scheduler; the median counts. One run takes less than a tenth of a second. */
const RUNS = 15;

/** Greatest memory that the process held so far; 0 where the system does not tell. */
function peakRssMib(): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

export const scheduler: Benchmark = {
  name: "scheduler",
  needsOptions: true,
  description: "pods placed per second: --workload DIR [--percentage 100] [--limit N] [--decisions FILE] [--runs N] [--warm-ups N]",
  run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        workload: { type: "string" },
        percentage: { type: "string", default: "0" },
        limit: { type: "string" },
        decisions: { type: "string" },
        runs: { type: "string", default: String(RUNS) },
        "warm-ups": { type: "string", default: String(WARM_UPS) },
      },
    });
    const { workload: folder, decisions: file } = values;
    if (folder === undefined) throw new UsageError("scheduler needs --workload DIR, a folder with nodes.jsonl and pods.jsonl");
    const percentage = Number(values.percentage);
    const workload = readWorkload(folder, values.limit === undefined ? undefined : Number(values.limit));
    const configuration = { percentageOfNodesToScore: percentage };
    const began = performance.now();
    for (let i = 0; i < Number(values["warm-ups"]) || performance.now() - began < WARM_UP_TIME; i++)
      new Placement(workload, configuration).run();

    const perSecond: number[] = [];
    const perCpuSecond: number[] = [];
    let scheduled = 0;
    for (let i = 0; i < Number(values.runs); i++) {
      const placement = new Placement(workload, configuration);
      const [wall, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
      scheduled = placement.run();
      const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9;
      const { user, system } = process.cpuUsage(cpu);
      perSecond.push(scheduled / wallSeconds);
      perCpuSecond.push(scheduled / ((user + system) / 1e6));
    }
    if (file !== undefined) {
      const lines: string[] = [];
      new Placement(workload, configuration).run((decision: Decision) => void lines.push(`${JSON.stringify(decision)}\n`));
      writeFileSync(file, lines.join(""));
    }
    return [
      {
        workload: folder,
        percentage,
        nodes: workload.nodes.length,
        pods: workload.pending.length,
        scheduled,
        pods_per_s: Math.round(median(perSecond)),
        pods_per_cpu_s: Math.round(median(perCpuSecond)),
        best_pods_per_s: Math.round(Math.max(...perSecond)),
        runs: perSecond.length,
        peak_rss_mib: peakRssMib(),
      },
    ];
  },
};
