// Everything that `npm test` checks after the build: lint, import directions, dead code, and all tests. Each static check counts as
// one test. The last line is `Tests: N passed, N failed`, with the skipped ones where there are any.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const report = join(tmpdir(), `kubewarp-tests-${process.pid}.json`);
const bin = (pkg, file) => join(root, "node_modules", pkg, file);

let passed = 0;
let failed = 0;
let skipped = 0;

function node(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

function check(name, args) {
  const ok = node(args);
  process.stdout.write(`${ok ? "ok" : "FAILED"}  ${name}\n`);
  if (ok) passed++;
  else failed++;
}

check("compiled with strict types", ["-e", "0"]); // `pretest` has compiled; npm stops before this line where that failed
check("lint", [bin("eslint", "bin/eslint.js"), "--cache", "--cache-location", "node_modules/.cache/eslint/", "--max-warnings", "0", "."]);
check("import directions", [bin("dependency-cruiser", "bin/dependency-cruise.mjs"), "--config", ".dependency-cruiser.cjs", "src"]);
check("no dead code", [bin("knip", "bin/knip.js"), "--no-progress"]);

const ran = node([bin("vitest", "vitest.mjs"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)]);
try {
  const counts = JSON.parse(readFileSync(report, "utf8"));
  passed += counts.numPassedTests;
  failed += counts.numFailedTests;
  skipped += counts.numPendingTests + counts.numTodoTests;
  // A file that could not be loaded fails without a single failed test in it.
  failed += counts.testResults.filter((file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed")).length;
} catch (error) {
  process.stdout.write(`no report of the tests: ${error.message}\n`);
  failed++;
}
if (!ran && failed === 0) failed++;
rmSync(report, { force: true });
process.stdout.write(`Tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
process.exit(failed === 0 ? 0 : 1);
