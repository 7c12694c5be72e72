#!/usr/bin/env node
/** The kubewarp command: one file per command under commands/, one place where errors become lines and exit codes. */
import { Command, CommanderError } from "commander";
import { addBench } from "./commands/bench.js";
import { addExplain } from "./commands/explain.js";
import { addGet } from "./commands/get.js";
import { addKubectl } from "./commands/kubectl.js";
import { addRun } from "./commands/run.js";
import { addStudy } from "./commands/study.js";
import { addValidate } from "./commands/validate.js";
import { EXIT, exitCodeOf, reportError } from "./exit.js";
import { version } from "./version.js";

function program(): Command {
  const command = new Command("kubewarp")
    .description("Simulates Kubernetes clusters in virtual time: real manifests on a described cluster, to CSV.")
    .version(version())
    .option("--debug", "print stack traces of errors")
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride();
  for (const add of [addRun, addStudy, addValidate, addExplain, addBench, addGet, addKubectl]) add(command);
  return command;
}

/** Runs the command line and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const command = program();
  try {
    await command.parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    // Commander has printed its own message already; help and version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    reportError(error, process.argv.includes("--debug"));
    return exitCodeOf(error);
  }
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
