import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import seedrandom from "seedrandom";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../src/scenario/mistake.js";
import { loadScenario } from "../../src/scenario/load.js";
import { fileWith, kubewarp, temporaryFolder, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

const PLACED_LINE = /^.+:\d+:\d+: .+$/;

/** Ways to damage a text, each drawing what it damages from the numbers given. */
const DAMAGES: readonly ((text: string, random: () => number) => string)[] = [
  // Cut in the middle of a line, so that a value is missing.
  (text, random) => {
    const lines = text.split("\n");
    const at = Math.floor(random() * (lines.length - 4)) + 2;
    return [...lines.slice(0, at), lines[at].slice(0, Math.max(1, lines[at].indexOf(":")))].join("\n");
  },
  // A field that nobody knows.
  (text, random) => {
    const lines = text.split("\n");
    const known = lines.flatMap((line, index) => (/^\s+[a-z]+: /.test(line) ? [index] : []));
    const at = known[Math.floor(random() * known.length)];
    return lines.with(at, `${/^\s*/.exec(lines[at])![0]}fieldNobodyKnows: 1\n${lines[at]}`).join("\n");
  },
  // A value of the wrong type.
  (text, random) =>
    text.replace(pick(["duration: 2m", "replicas: 10", "count: 2", "cpu: 500m"], random), (found) => `${found.split(":")[0]}: [{a: b}]`),
  // Bytes that are no text.
  (text, random) => {
    const at = Math.floor(random() * text.length);
    return `${text.slice(0, at)}\u0000\u0001\u0002${text.slice(at)}`;
  },
  // A quote that never ends.
  (text, random) => {
    const at = text.indexOf(": ", Math.floor(random() * (text.length - 80)));
    return `${text.slice(0, at + 2)}"${text.slice(at + 2)}`;
  },
];

function pick<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)];
}

describe("damaged files", () => {
  it("are each refused with the places of what is wrong", () => {
    const random = seedrandom("damage");
    for (let number = 0; number < 200; number++) {
      const damaged = DAMAGES[number % DAMAGES.length](WEB_ON_TWO_WORKERS, random);
      expect(damaged).not.toBe(WEB_ON_TWO_WORKERS);
      const file = fileWith(damaged);
      let refused: unknown;
      try {
        loadScenario([file]);
      } catch (error) {
        refused = error;
      }
      expect(refused, `accepted:\n${damaged}`).toBeInstanceOf(InvalidInput);
      for (const line of (refused as InvalidInput).message.split("\n")) expect(line).toMatch(PLACED_LINE);
    }
  });

  const folder = temporaryFolder();
  const named = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  mkdirSync(join(folder, "empty"));
  symlinkSync("loop.yaml", join(folder, "loop.yaml"));

  it.each([
    ["an empty file", named("empty.yaml", "")],
    [
      "binary",
      named(
        "binary.yaml",
        Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256),
      ),
    ],
    ["UTF-16", named("utf16.yaml", Buffer.from(WEB_ON_TWO_WORKERS, "utf16le"))],
    ["tabs", named("tabs.yaml", "kind: Scenario\n\tduration: 1m\n")],
    ["a duplicate key", named("duplicate.yaml", WEB_ON_TWO_WORKERS.replace("duration: 2m", "duration: 2m\nduration: 3m"))],
    [
      "an alias bomb",
      named(
        "bomb.yaml",
        `a: &a [x, x]\nb: &b [*a, *a]\n${"cdefghijklmnopqrstuvwxyz".replace(/./g, (c) => `${c}: &${c} [*${String.fromCharCode(c.charCodeAt(0) - 1)}, *${String.fromCharCode(c.charCodeAt(0) - 1)}]\n`)}`,
      ),
    ],
    ["deep nesting", named("deep.yaml", "[".repeat(100_000))],
    ["a directory without manifests", join(folder, "empty")],
    ["a missing file", join(folder, "missing.yaml")],
    ["a link to itself", join(folder, "loop.yaml")],
    ["a number", named("number.yaml", "42\n")],
    ["no nodes", named("nodes.yaml", WEB_ON_TWO_WORKERS.replace(/nodes: .*/, "nodes: []"))],
    ["ten to the twelve nodes", named("many-nodes.yaml", WEB_ON_TWO_WORKERS.replace(/count: 2/, "count: 1000000000000"))],
    ["a duration beyond the clock", named("long.yaml", WEB_ON_TWO_WORKERS.replace("duration: 2m", "duration: 9000000h"))],
    ["a device", "/dev/zero"],
    [
      "a period of no length",
      named(
        "period.yaml",
        WEB_ON_TWO_WORKERS.replace("cluster:", 'cluster:\n  controlPlane: { controllerManager: { node-monitor-period: "0s" } }'),
      ),
    ],
    [
      "address ranges that overlap",
      named("overlap.yaml", WEB_ON_TWO_WORKERS.replace("cluster:", "cluster:\n  network: { podCIDR: 10.96.0.0/16 }")),
    ],
    [
      "address ranges of two families",
      named("families.yaml", WEB_ON_TWO_WORKERS.replace("cluster:", 'cluster:\n  network: { podCIDR: "fd00::/48" }')),
    ],
    [
      "an address range of pods that is smaller than a node's",
      named("small.yaml", WEB_ON_TWO_WORKERS.replace("cluster:", "cluster:\n  network: { podCIDR: 10.9.0.0/30 }")),
    ],
    [
      "an impossible address range",
      named("range.yaml", WEB_ON_TWO_WORKERS.replace("cluster:", "cluster:\n  network: { podCIDR: 10.999.0.0/16 }")),
    ],
    [
      "requests faster than the clock",
      named(
        "requests.yaml",
        WEB_ON_TWO_WORKERS.replace("cluster:", "traffic:\n  - { name: users, to: { service: web }, rate: 1000000000 }\ncluster:"),
      ),
    ],
    ["a negative duration", named("negative.yaml", WEB_ON_TWO_WORKERS.replace("duration: 2m", "duration: -2m"))],
  ])("run as %s end with exit code 2, one clear line each, and nothing written", (_, file) => {
    const out = join(folder, "results");
    const { code, stdout, stderr } = kubewarp(["run", file, "--out", out]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.length).toBeLessThan(2_000);
    expect(stderr.split("\n")[0]).toContain(file);
    expect(existsSync(out)).toBe(false);
  });
});
