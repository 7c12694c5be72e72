/** A scenario from its file to its CSV files, as `kubewarp run` does it, in this process. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { OutputDirectory } from "../../src/output/output-directory.js";
import { prepare, simulate } from "../../src/study/simulate.js";
import { type Benchmark, type Row, UsageError } from "../benchmark.js";

const DEFAULT_RUNS = 3;
const MICROSECONDS_PER_SECOND = 1_000_000;
const BYTES_PER_MIB = 1_048_576;

interface ScenarioBenchmark {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  /** Parameters that stand for folders that may be absent: the benchmark says so and measures nothing. */
  readonly folders?: Readonly<Record<string, string>>;
}

export function scenarioBenchmark({ name, description, file, folders = {} }: ScenarioBenchmark): Benchmark {
  return {
    name,
    description,
    run: async (options) => {
      const { values } = parseOptions(options, folders);
      const settings = Object.fromEntries(Object.keys(folders).map((parameter) => [parameter, values[parameter]]));
      const absent = Object.values(settings).filter((folder) => !existsSync(folder));
      if (absent.length > 0) return [{ skipped: `${absent.join(", ")} is not there; name it with --${Object.keys(folders).join(", --")}` }];
      const rows: Row[] = [];
      while (rows.length < Number(values.runs)) rows.push(await measure(file, settings));
      return rows;
    },
  };
}

function parseOptions(args: readonly string[], folders: Readonly<Record<string, string>>) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        runs: { type: "string" as const, default: String(DEFAULT_RUNS) },
        ...Object.fromEntries(
          Object.entries(folders).map(([parameter, folder]) => [parameter, { type: "string" as const, default: folder }]),
        ),
      },
    }) as { values: Record<string, string> };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function measure(file: string, settings: Readonly<Record<string, string>>): Promise<Row> {
  const parent = mkdtempSync(join(tmpdir(), "kubewarp-bench-"));
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const directory = new OutputDirectory(join(parent, "results"));
  const { figures, events, end } = await simulate(await prepare({ files: [file], settings }), { directory });
  directory.publish();
  const wall = (performance.now() - began) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  rmSync(parent, { recursive: true, force: true });
  const metric = new Map(figures.metrics.map((row) => [row.metric, Number(row.value)]));
  return {
    wall_s: wall,
    cpu_s: (cpu.user + cpu.system) / MICROSECONDS_PER_SECOND,
    simulated_s: end / MICROSECONDS_PER_SECOND,
    pods: metric.get("pods_created"),
    pods_started: metric.get("pods_started"),
    pods_per_s: (metric.get("pods_created") ?? 0) / wall,
    events_per_s: events / wall,
    rss_mib: process.memoryUsage().rss / BYTES_PER_MIB,
  };
}
