/** Files that a command line names for what is in them, such as those of --from-file. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "./usage-error.js";

/** A path as the command line has it, and where it leads. */
export interface NamedPath {
  readonly text: string;
  readonly path: string;
}

/** What Go says of a system call that fails. Source: https://pkg.go.dev/syscall#Errno */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
};

function reasonOf(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

/** @throws UsageError made of Go's words for what is wrong */
export function readNamed({ text, path }: NamedPath, wrong: (why: string) => string): Buffer {
  let call = "open";
  try {
    const file = statSync(path);
    if (!file.isDirectory() && !file.isFile()) throw new UsageError(`${text}: is a device; must be a file`);
    if (file.isDirectory()) call = "read";
    return readFileSync(path);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(wrong(`${call} ${text}: ${reasonOf(error)}`));
  }
}

/** A file and the name under which its content is kept. */
export interface NamedContent {
  readonly key: string;
  readonly content: Buffer;
}

/**
 * The files of `[KEY=]FILE`; those of a directory are kept under their own names.
 *
 * Source: kubectl/pkg/util/util.go ParseFileSource, kubectl/pkg/cmd/create/create_configmap.go
 *
 * @throws UsageError
 */
export function readSource(source: string, pathOf: (path: string) => string): readonly NamedContent[] {
  const parts = source.split("=");
  if (parts.length > 2) throw new UsageError("key names or file paths cannot contain '='");
  if (parts.length === 2 && parts[0] === "") throw new UsageError(`key name for file path ${parts[1]} missing`);
  if (parts.length === 2 && parts[1] === "") throw new UsageError(`file path for key name ${parts[0]} missing`);
  const text = parts[parts.length - 1];
  const path = pathOf(text);
  if (!isDirectory(text, path)) {
    const key = parts.length === 2 ? parts[0] : basename(text);
    return [{ key, content: readNamed({ text, path }, (why) => why) }];
  }
  if (parts.length === 2) throw new UsageError("cannot give a key name for a directory path");
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()
    .map((key) => ({ key, content: readNamed({ text: join(text, key), path: join(path, key) }, (why) => why) }));
}

/** Lines `NAME=VALUE`; empty ones and those that begin with # are passed over. Source: kubectl/pkg/cmd/util/env_file.go. @throws UsageError */
export function readEnvironmentFile(
  text: string,
  pathOf: (path: string) => string,
  refusal: string,
): readonly (readonly [string, string])[] {
  const path = pathOf(text);
  if (isDirectory(text, path)) throw new UsageError(refusal);
  return readNamed({ text, path }, (why) => why)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): readonly [string, string] => {
      const equals = line.indexOf("=");
      // The value of a name that stands alone is that of the environment, which has none of them.
      return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    });
}

function isDirectory(text: string, path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new UsageError(`error reading ${text}: ${reasonOf(error)}`);
  }
}
