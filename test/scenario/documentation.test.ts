import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VERBS } from "../../src/scenario/kubectl/verbs.js";
import { ScenarioSchema } from "../../src/scenario/schema/scenario.js";
import { loadTexts, mistakesOf } from "./text-scenario.js";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../docs/scenario.md"), "utf8");
const EXAMPLES = [...DOCUMENT.matchAll(/```yaml\n([\s\S]*?)```/g)]
  .map(([, text]) => text)
  .filter((text) => !text.startsWith("# yaml-language-server"));

/** What examples that are parts of a scenario stand in. */
function around(part: string): string {
  const inCluster = /^(nodes|latencies):/.test(part);
  const cluster = part.startsWith("cluster:")
    ? ""
    : `cluster:\n${part.startsWith("nodes:") ? "" : "  nodes: [{name: worker, count: 3, capacity: {cpu: 4, memory: 8Gi}, zones: [a, zone-a, zone-b]}]\n"}${inCluster ? part.replace(/^/gm, "  ") : ""}\n`;
  const traffic = "traffic: [{name: users, to: {service: web}, rate: 1}]\n";
  return `apiVersion: kubewarp.io/v1\nkind: Scenario\nduration: 20m\n${cluster}${traffic}${inCluster ? "" : part}`;
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

function wordsOf(schema: Schema, found: Set<string>): Set<string> {
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    found.add(name);
    wordsOf(part, found);
  }
  for (const part of schema.anyOf ?? []) wordsOf(part, found);
  if (schema.items !== undefined) wordsOf(schema.items, found);
  for (const value of [schema.const, ...(schema.enum ?? [])]) if (typeof value === "string") found.add(value);
  return found;
}

/** Settings that the document names by example only, since their owners document them. */
const BY_EXAMPLE =
  /^(concurrent-|horizontal-pod-autoscaler-|node-cidr-mask-|node-startup|allocate-node-cidrs|cluster-cidr|max-endpoints|resource-quota-sync|controllers$)/;

describe("docs/scenario.md", () => {
  it.each(EXAMPLES.map((text, index) => [index, text] as const))("example %i is right", (_, text) => {
    // Parts that stand for something else, or for files of the reader.
    if (text.includes("[...]") || text.startsWith("manifests:")) return;
    const scenario = text.includes("kind: Scenario") ? text : around(text);
    const given = text.includes("--set data=DIR") ? new Map([["data", "."]]) : new Map<string, string>();
    expect(mistakesOf(() => loadTexts({ "s.yaml": scenario }, { parameters: given }))).toEqual([]);
  });

  it("names every field, variant and fault", () => {
    const missing = [...wordsOf(ScenarioSchema as Schema, new Set())].filter((word) => !BY_EXAMPLE.test(word) && !DOCUMENT.includes(word));
    expect(missing).toEqual([]);
  });

  it("names every verb with every flag of its own", () => {
    const missing = [...new Set(VERBS.values())].flatMap((verb) => {
      const shared =
        /^(filename|selector|all|all-namespaces|namespace|recursive|validate|save-config|server-side|force-conflicts|chunk-size|skip-wait-for-delete-timeout|resource-version|stdin|tty|quiet|sort-by|external-ip|load-balancer-ip|current-replicas|cpu-percent|restart|wait|watch|timeout|output|container|subresource|for|env|revision|cascade|patch|type)$/;
      const flags = verb.flags
        .filter(({ name, refusal }) => refusal === undefined && !shared.test(name) && !DOCUMENT.includes(`--${name}`))
        .map(({ name }) => `${verb.name} --${name}`);
      return DOCUMENT.includes(verb.name.split(" ").at(-1)!) ? flags : [verb.name, ...flags];
    });
    expect(missing).toEqual([]);
  });
});
