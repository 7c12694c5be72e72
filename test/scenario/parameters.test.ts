import { describe, expect, it } from "vitest";
import { load, mistakesOf } from "./text-scenario.js";

const lines = 'parameters: {seed: 3, who: web, dir: null}\nseed: ${seed}\nmetadata: {description: "for ${who}-${seed}"}\n';
const set = (values: Record<string, string>) => ({ parameters: new Map(Object.entries(values)) });

describe("parameters", () => {
  it("stand for their values, with their types where they are the whole text", () => {
    const scenario = load(lines.replace(", dir: null", ""));
    expect(scenario.seed).toBe(3);
    expect(scenario.description).toBe("for web-3");
  });

  it("take values from the command line, in the type of what they replace", () => {
    const scenario = load(lines, set({ seed: "8", who: "1.30", dir: "x" }));
    expect(scenario.seed).toBe(8);
    expect(scenario.description).toBe("for 1.30-8");
  });

  it.each(["n", "y", "on", "no"])("may be called %s, though YAML 1.1 takes that for a truth value", (name) => {
    const text = `parameters: {${name}: 3}\nseed: \${${name}}\n`;
    expect(load(text).seed).toBe(3);
    expect(load(text, set({ [name]: "8" })).seed).toBe(8);
  });

  it("must be known, and have a value where they are used", () => {
    expect(mistakesOf(() => load(lines, set({ sed: "8" })))).toEqual([
      expect.stringContaining('--set sed: unknown parameter; did you mean "seed"?'),
    ]);
    expect(mistakesOf(() => load(`${lines}manifests: ["\${dir}/a.yaml"]\n`))).toEqual([
      expect.stringMatching(/12:13: manifests\[0\]: parameter dir has no value; give it with --set dir=VALUE/),
    ]);
    expect(mistakesOf(() => load(`${lines}manifests: ["\${drr}/a.yaml"]\n`))[0]).toContain('unknown parameter drr; did you mean "dir"?');
  });

  it("leave the references of others alone in templates", () => {
    const template =
      "workloads:\n  - name: w\n    arrivals: {times: [0s]}\n    template: {apiVersion: v1, kind: Pod, spec: {containers: [{name: c, image: i, args: ['${HOME}/${who}']}]}}\n";
    const [workload] = load(lines + template).workloads;
    expect(JSON.stringify(workload)).toContain("${HOME}/web");
  });
});
