/** `kubewarp kubectl -f FILE --at 400s COMMAND...`: any kubectl command line against the simulated cluster at a time. */
import type { Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { prepare } from "../../study/simulate.js";
import { kubectlAt, quoted } from "../kubectl-at.js";
import { durationOption, scenarioOptions, type ScenarioFlags } from "../options.js";

interface KubectlFlags extends ScenarioFlags {
  readonly scenario: readonly string[];
  readonly at?: SimTime;
}

export function addKubectl(program: Command): void {
  const command = program
    .command("kubectl")
    .description("Run a kubectl command line against the simulated cluster at a time. Options for kubewarp go before the verb.")
    .argument("<word...>", "the command line, from the verb on")
    // One file each time, lest the command line that follows be taken for files.
    .requiredOption("--scenario <file>", "a Scenario; manifests beside it (repeatable)", (file, before?: readonly string[]) => [
      ...(before ?? []),
      file,
    ])
    .option("--at <duration>", "simulated time (default: the scenario's end)", durationOption);
  scenarioOptions(command)
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (words: string[], { scenario: files, at, set = {}, ...flags }: KubectlFlags) => {
      const scenario = await prepare({ files, settings: set, ...flags });
      kubectlAt(scenario, at ?? scenario.duration, words.map(quoted).join(" "));
    });
}
