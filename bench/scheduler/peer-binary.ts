/** The peer's program: a Go program around kube-scheduler's own packages that prints one JSON line a run. */
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../benchmark.js";

/** Builds the peer from its source folder into `folder`, or takes the binary that `path` names. @throws UsageError */
export function peerBinary(path: string, folder: string): string {
  if (!existsSync(path)) throw new UsageError(`${path}: no such file or folder`);
  if (!statSync(path).isDirectory()) return resolve(path);
  const binary = join(folder, "kube-scheduler-inproc");
  execFileSync("go", ["build", "-trimpath", "-o", binary, "."], { cwd: path, stdio: ["ignore", "inherit", "inherit"] });
  return binary;
}

const ONE_THREAD = ["-parallelism", "1", "-gomaxprocs", "1"];
/** Options under which the peer decides in one thread, and so the same way in every run. */
export const SINGLE_THREADED = ["-loop", "algo", ...ONE_THREAD];
/** The same with all that happens around a decision: the algorithm alone makes no second attempt after a preemption. */
export const WHOLE_CYCLE = ["-loop", "cycle", ...ONE_THREAD];
