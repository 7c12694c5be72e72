/** Runs the compiled command as a user types it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const MAIN = join(ROOT, "dist/src/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws Error where the project is not compiled: `npm test` compiles first */
export function kubewarp(args: readonly string[], options: { readonly cwd?: string; readonly input?: string } = {}): Ended {
  if (!existsSync(MAIN)) throw new Error("dist/ is missing: run npm run build");
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd: ROOT, encoding: "utf8", ...options });
  return { code: status, stdout, stderr };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "kubewarp-cli-"));
}

export function fileWith(text: string | Uint8Array, name = "scenario.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** Names and contents of all files of a folder. */
export function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  );
}

export const WEB_ON_TWO_WORKERS = `
apiVersion: kubewarp.io/v1
kind: Scenario
metadata: {name: web}
duration: 2m
cluster:
  nodes: [{name: worker, count: 2, capacity: {cpu: 2, memory: 2Gi}}]
behaviors:
  - match: {labels: {app: web}}
    startup: {exponential: {mean: 2s}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 10
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: nginx, image: "nginx:1.27", resources: {requests: {cpu: 500m, memory: 64Mi}}}]
`;
