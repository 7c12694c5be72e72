/** Files that a scenario names: paths relative to the file in which they are written. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const MANIFEST_FILE = /\.(ya?ml|json)$/;
/** First bytes of a gzip file. Source: https://www.rfc-editor.org/rfc/rfc1952 */
const GZIP_MAGIC: readonly [number, number] = [0x1f, 0x8b];
/** What `-` is called in messages. */
export const STANDARD_INPUT = "<stdin>";

/** A file cannot be read; one line. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** Where a path written in `from` leads. */
export function pathFrom(from: string, path: string): string {
  if (isAbsolute(path) || from === STANDARD_INPUT) return path;
  return join(dirname(from), path);
}

/** Standard input can be read once, but is asked for as often as a file. */
let stdin: Buffer | undefined;

/** The bytes of a file, unpacked where it is packed with gzip; `-` reads stdin. @throws FileError */
export function readBytes(path: string): Uint8Array {
  try {
    if (path !== "-" && statSync(path).isCharacterDevice()) throw new FileError("is a device; must be a file");
    const bytes = path === "-" ? (stdin ??= readFileSync(0)) : readFileSync(path);
    return bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1] ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(reason(error));
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "no such file";
  if (code === "EISDIR") return "is a directory";
  if (code === "EACCES") return "permission denied";
  return error instanceof Error ? error.message.split("\n")[0] : String(error);
}

/**
 * The files that a path means: itself, all manifests of a directory and those below it, or what the pattern (`*`, `?`, `**`) matches;
 * in order of their names.
 *
 * @throws FileError where there is none
 */
export function expandPath(path: string): readonly string[] {
  if (path === "-") return [path];
  if (/[*?]/.test(path)) {
    const found = matching(path);
    if (found.length === 0) throw new FileError("no file matches");
    return found;
  }
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    throw new FileError(reason(error));
  }
  if (!isDirectory) return [path];
  const found = filesBelow(path).filter((file) => MANIFEST_FILE.test(file));
  if (found.length === 0) throw new FileError("no .yaml, .yml or .json file in this directory");
  return found;
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function matching(pattern: string): readonly string[] {
  const fixed = pattern
    .split("/")
    .slice(
      0,
      pattern.split("/").findIndex((part) => /[*?]/.test(part)),
    )
    .join("/");
  const root = fixed === "" ? (pattern.startsWith("/") ? "/" : ".") : fixed;
  const expression = new RegExp(`^${resolve(root, pattern.slice(fixed.length).replace(/^\//, "")).split("/").map(segment).join("/")}$`);
  try {
    return filesBelow(root).filter((file) => expression.test(resolve(file)));
  } catch {
    return [];
  }
}

function segment(text: string): string {
  if (text === "**") return ".*";
  return text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
}
