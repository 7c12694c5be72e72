// Makes a checkout ready to run: installs the locked packages where they are missing, and compiles where a source is newer than
// the last build. Speaks on stderr only, so that commands after it keep stdout for their data. Needs nothing but Node.js and npm.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(root, ...parts);
const MINIMUM_NODE = [20, 19];

function run(command, args, purpose) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status === 0) return;
  process.stderr.write(`kubewarp: could not ${purpose}${error ? `: ${error.message}` : ""}\n`);
  process.exit(1);
}

function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newestSource(folder) {
  let newest = modifiedAt(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestSource(path) : modifiedAt(path));
  }
  return newest;
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  process.stderr.write(`kubewarp: needs Node.js ${MINIMUM_NODE.join(".")} or newer, this is ${process.versions.node}\n`);
  process.exit(1);
}

const installed = at("node_modules", ".package-lock.json");
if (lstatSync(at("node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() === true) {
  // npm ci empties the folder that the link leads to, which is another's.
  if (!existsSync(at("node_modules", "typescript", "bin", "tsc")) || !existsSync(installed)) {
    process.stderr.write("kubewarp: node_modules is a link to a folder without the packages; remove the link and run this again\n");
    process.exit(1);
  }
  if (modifiedAt(installed) < modifiedAt(at("package-lock.json")))
    process.stderr.write("kubewarp: node_modules is a link, so its packages are taken as they are\n");
} else if (modifiedAt(installed) < modifiedAt(at("package-lock.json"))) {
  process.stderr.write("Installing packages ...\n");
  run("npm", ["ci", "--no-audit", "--no-fund"], "install the packages");
}

const stamp = at("dist", ".built");
const sources = ["src", "bench", "test", "examples"].map((folder) => at(folder)).filter((folder) => existsSync(folder));
const newest = Math.max(...sources.map(newestSource), modifiedAt(at("tsconfig.json")), modifiedAt(installed));
if (process.argv.includes("--force-build") || modifiedAt(stamp) < newest) {
  process.stderr.write("Compiling ...\n");
  if (!existsSync(at("dist"))) rmSync(at("node_modules", ".cache", "tsconfig.tsbuildinfo"), { force: true });
  run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--pretty", "false"], "compile");
  mkdirSync(at("dist"), { recursive: true });
  writeFileSync(stamp, "");
}
