/** `kubewarp get KIND [NAME] --at 400s -f FILE`: kubectl's table of the simulated cluster at a time. */
import type { Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { prepare } from "../../study/simulate.js";
import { kubectlAt, quoted } from "../kubectl-at.js";
import { durationOption, scenarioOptions, type ScenarioFlags } from "../options.js";

interface GetFlags extends ScenarioFlags {
  readonly filename: readonly string[];
  readonly at?: SimTime;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly sortBy?: string;
  readonly output?: string;
}

export function addGet(program: Command): void {
  const command = program
    .command("get")
    .description("Print objects of the simulated cluster at a time, as kubectl get does.")
    .argument("<kind>", "pods, nodes, deployments, ...; kubectl's short names and lists with commas too")
    .argument("[name...]", "names of objects")
    .requiredOption("-f, --filename <file...>", "a Scenario, with manifests beside it")
    .option("--at <duration>", "simulated time (default: the scenario's end)", durationOption);
  scenarioOptions(command)
    .option("-n, --namespace <namespace>", "namespace")
    .option("-A, --all-namespaces", "objects of all namespaces")
    .option("-l, --selector <selector>", "label selector")
    .option("--field-selector <selector>", "field selector, such as status.phase=Running")
    .option("--sort-by <path>", "path of the field to sort by, such as .metadata.creationTimestamp")
    .option("-o, --output <format>", "wide, name, json, yaml, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,...")
    .action(get);
}

async function get(
  kind: string,
  names: string[],
  { filename, at, set = {}, namespace, allNamespaces, selector, fieldSelector, sortBy, output, ...flags }: GetFlags,
): Promise<void> {
  const scenario = await prepare({ files: filename, settings: set, ...flags });
  const words = ["get", kind, ...names];
  if (namespace !== undefined) words.push("--namespace", namespace);
  if (allNamespaces === true) words.push("--all-namespaces");
  if (selector !== undefined) words.push("--selector", selector);
  if (fieldSelector !== undefined) words.push("--field-selector", fieldSelector);
  if (sortBy !== undefined) words.push("--sort-by", sortBy);
  if (output !== undefined) words.push("--output", output);
  kubectlAt(scenario, at ?? scenario.duration, words.map(quoted).join(" "));
}
