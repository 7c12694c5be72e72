/** `kubewarp validate FILE...`: reads and checks, runs nothing. */
import type { Command } from "commander";
import { loadScenarios } from "../../scenario/load.js";
import { checkPlugins } from "../../study/simulate.js";
import { trafficNote } from "../traffic-note.js";
import { settingOption, type Settings } from "../options.js";

export function addValidate(program: Command): void {
  program
    .command("validate")
    .description("Check scenarios and manifests: each mistake as file:line:column: message, exit code 2 if any.")
    .argument("<file...>", "Scenarios and manifests; directories; - for stdin")
    .option("--set <name=value>", "value of a parameter of the scenario (repeatable)", settingOption)
    .action(async (files: string[], { set = {} }: { readonly set?: Settings }) => {
      const scenarios = loadScenarios(files, { parameters: new Map(Object.entries(set)) });
      await checkPlugins(scenarios);
      for (const scenario of scenarios) {
        const nodes = scenario.cluster.nodeGroups.reduce((sum, { count = 1 }) => sum + count, 0);
        process.stdout.write(
          `${scenario.name}: valid; ${scenario.manifests.length} objects, ${nodes} nodes, ${scenario.timeline.length} steps\n`,
        );
        process.stdout.write(trafficNote(scenario));
      }
    });
}
