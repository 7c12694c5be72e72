/** Exit codes, and how an error reaches the user: one line each, no stack trace unless asked for. */
import { OutputDirectoryError } from "../output/output-directory.js";
import { InvalidInput } from "../scenario/mistake.js";
import { PluginModuleError } from "../scheduler/custom/plugin-module-error.js";
import { runningPlugin } from "../scheduler/custom/running-plugin.js";
import { PluginError } from "../scheduler/framework/plugin-error.js";

export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** Bad usage of the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The run ended, but something that was asked of it did not hold; what it was has been printed. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}

/** A command has said why it failed, and this is how it ends. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(readonly exitCode: number) {
    super(`exit code ${exitCode}`);
  }
}

/** System calls that fail because of what the user named: a missing file, a folder in place of a file, no permission. */
const USER_FILE_ERRORS: ReadonlySet<string> = new Set(["ENOENT", "EISDIR", "ENOTDIR", "EACCES", "EPERM", "EEXIST"]);

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && USER_FILE_ERRORS.has(String(error.code));
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed) return error.exitCode;
  return INPUT_ERRORS.some((kind) => error instanceof kind) || isFileError(error) ? EXIT.badInput : EXIT.failed;
}

/** Node.js's own exit code where nothing is left to do, and the module still waits for something. */
const WAITS_IN_VAIN = 13;

/** Tells why the process ends before the command has. Returns the exit code for that. */
export function reportUntimelyEnd(code: number): number {
  if (code === EXIT.interrupted) return code;
  const plugin = runningPlugin();
  const who = plugin === undefined ? "" : `${plugin.file}: plugin ${plugin.plugin} at ${plugin.point}: `;
  const what =
    code === WAITS_IN_VAIN
      ? "waits for something that never comes (an await that never ends)"
      : "the process was ended before the command had";
  process.stderr.write(`kubewarp: ${who}${what}\n`);
  // Only the import of a module is waited for, and that is before anything runs.
  return plugin === undefined ? EXIT.failed : EXIT.badInput;
}

/** Writes the error to stderr; with `debug` the stack trace too. */
export function reportError(error: unknown, debug: boolean): void {
  if (error instanceof CommandFailed) return;
  process.stderr.write(`${debug && error instanceof Error ? (error.stack ?? error.message) : lineOf(error)}\n`);
}

/** Errors of what the user gave. */
const INPUT_ERRORS = [InvalidInput, UsageError, OutputDirectoryError, PluginModuleError];

/** Errors whose message is the whole story. */
const PLAIN_ERRORS = [UsageError, RunFailed, PluginError, PluginModuleError, OutputDirectoryError];

function lineOf(error: unknown): string {
  if (error instanceof InvalidInput) return error.message;
  if (error instanceof Error && PLAIN_ERRORS.some((kind) => error instanceof kind)) return `kubewarp: ${error.message}`;
  if (isFileError(error)) return `kubewarp: ${error.path ?? ""}: ${FILE_ERROR_TEXTS[error.code ?? ""] ?? error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  return `kubewarp: the simulator failed: ${message} (--debug prints where; please report it)`;
}

const FILE_ERROR_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "is a directory where a file is needed",
  ENOTDIR: "is a file where a directory is needed",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EEXIST: "exists already",
};
