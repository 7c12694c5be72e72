#!/usr/bin/env node
/** The kubewarp command: one file per command under commands/, one place where errors become lines and exit codes. */
import { Command, CommanderError, Option } from "commander";
import { addBench } from "./commands/bench.js";
import { addExplain } from "./commands/explain.js";
import { addGet } from "./commands/get.js";
import { addKubectl } from "./commands/kubectl.js";
import { addRun } from "./commands/run.js";
import { addStudy } from "./commands/study.js";
import { addValidate } from "./commands/validate.js";
import { EXIT, exitCodeOf, reportError, reportUntimelyEnd } from "./exit.js";
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
  takeDebugAfterVerb(command);
  return command;
}

/** Options stand after the verb, so that --debug may too. */
function takeDebugAfterVerb(command: Command): void {
  for (const verb of command.commands) {
    verb.addOption(new Option("--debug").hideHelp());
    takeDebugAfterVerb(verb);
  }
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
    reportError(error, DEBUG);
    return exitCodeOf(error);
  }
}

const DEBUG = process.argv.includes("--debug");
let isDone = false;

/** A reader that has seen enough (`| head`) is no error; what else keeps the output back is. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.stderr.write(`kubewarp: cannot write to the standard output: ${error.code ?? error.message}\n`);
  process.exitCode = EXIT.failed;
  // The command's own code does not count any more.
  isDone = true;
}

process.stdout.on("error", outputFailed);
process.stderr.on("error", () => undefined);
process.on("uncaughtException", (error) => {
  isDone = true;
  reportError(error, DEBUG);
  process.exit(EXIT.failed);
});
process.on("exit", (code) => {
  if (!isDone) process.exitCode = reportUntimelyEnd(Number(process.exitCode ?? code));
});

const code = await main(process.argv.slice(2));
if (!isDone) process.exitCode = code;
isDone = true;
