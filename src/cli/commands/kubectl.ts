/** `kubewarp kubectl -f FILE --at 400s COMMAND...`: any kubectl command line against the simulated cluster at a time. */
import type { Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { prepare } from "../../study/simulate.js";
import { kubectlAt, quoted } from "../kubectl-at.js";
import { durationOption, seedOption, settingOption, type Settings } from "../options.js";

interface KubectlFlags {
  readonly scenario: readonly string[];
  readonly at?: SimTime;
  readonly seed?: number | string;
  readonly set?: Settings;
}

export function addKubectl(program: Command): void {
  program
    .command("kubectl")
    .description("Run a kubectl command line against the simulated cluster at a time. Options for kubewarp go before the verb.")
    .argument("<word...>", "the command line, from the verb on")
    .requiredOption("--scenario <file...>", "a Scenario, with manifests beside it")
    .option("--at <duration>", "simulated time (default: the scenario's end)", durationOption)
    .option("--seed <seed>", "master seed, instead of the scenario's", seedOption)
    .option("--set <name=value>", "value of a parameter of the scenario (repeatable)", settingOption)
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (words: string[], { scenario: files, at, set = {}, seed }: KubectlFlags) => {
      const scenario = await prepare({ files, settings: set, ...(seed !== undefined && { seed }) });
      kubectlAt(scenario, at ?? scenario.duration, words.map(quoted).join(" "));
    });
}
