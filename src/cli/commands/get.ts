/** `kubewarp get KIND [NAME] --at 400s -f FILE`: kubectl's table of the simulated cluster at a time. */
import { Option, type Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { prepare } from "../../study/simulate.js";
import { kubectlAt, quoted } from "../kubectl-at.js";
import { durationOption, seedOption, settingOption, type Settings } from "../options.js";

interface GetFlags {
  readonly filename: readonly string[];
  readonly at?: SimTime;
  readonly seed?: number | string;
  readonly set?: Settings;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly output?: string;
}

export function addGet(program: Command): void {
  program
    .command("get")
    .description("Print objects of the simulated cluster at a time, as kubectl get does.")
    .argument("<kind>", "pods, nodes, deployments, ...; kubectl's short names and lists with commas too")
    .argument("[name...]", "names of objects")
    .requiredOption("-f, --filename <file...>", "a Scenario, with manifests beside it")
    .option("--at <duration>", "simulated time (default: the scenario's end)", durationOption)
    .option("--seed <seed>", "master seed, instead of the scenario's", seedOption)
    .option("--set <name=value>", "value of a parameter of the scenario (repeatable)", settingOption)
    .option("-n, --namespace <namespace>", "namespace")
    .option("-A, --all-namespaces", "objects of all namespaces")
    .option("-l, --selector <selector>", "label selector")
    .addOption(new Option("-o, --output <format>", "output format").choices(["wide", "name", "json", "yaml"]))
    .action(get);
}

async function get(
  kind: string,
  names: string[],
  { filename, at, set = {}, seed, namespace, allNamespaces, selector, output }: GetFlags,
): Promise<void> {
  const scenario = await prepare({ files: filename, settings: set, ...(seed !== undefined && { seed }) });
  const words = ["get", kind, ...names];
  if (namespace !== undefined) words.push("--namespace", namespace);
  if (allNamespaces === true) words.push("--all-namespaces");
  if (selector !== undefined) words.push("--selector", selector);
  if (output !== undefined) words.push("--output", output);
  kubectlAt(scenario, at ?? scenario.duration, words.map(quoted).join(" "));
}
