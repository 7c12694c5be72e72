/** Paths below a directory, and the modes of files. Source: validateLocalDescendingPath and its kin in pkg/apis/core/validation/validation.go. */
import { invalid, required, type FieldError } from "./field-error.js";

const FILE_MODE_GREATEST = 0o777;

export function noBacksteps(field: string, path: string): FieldError[] {
  return path.split("/").includes("..") ? [invalid(field, path, "must not contain '..'")] : [];
}

/** A path below a directory: not absolute, and never going up. */
export function localPath(field: string, path: string): FieldError[] {
  const errors = path.startsWith("/") ? [invalid(field, path, "must be a relative path")] : [];
  return [...errors, ...noBacksteps(field, path)];
}

/** A path below a directory whose name does not look like a way up. */
export function localNonReservedPath(field: string, path: string): FieldError[] {
  const isReserved = path.startsWith("..") && !path.startsWith("../");
  return isReserved ? [...localPath(field, path), invalid(field, path, "must not start with '..'")] : localPath(field, path);
}

export function fileMode(field: string, mode: unknown): FieldError[] {
  const wrong = typeof mode === "number" && (mode < 0 || mode > FILE_MODE_GREATEST);
  return wrong ? [invalid(field, mode, "must be a number between 0 and 0777 (octal), both inclusive")] : [];
}

export interface KeyToPath {
  readonly key?: string;
  readonly path?: string;
  readonly mode?: number;
}

export function keyToPath(field: string, { key = "", path = "", mode }: KeyToPath): FieldError[] {
  return [
    ...(key === "" ? [required(`${field}.key`)] : []),
    ...(path === "" ? [required(`${field}.path`)] : []),
    ...localNonReservedPath(`${field}.path`, path),
    ...fileMode(`${field}.mode`, mode),
  ];
}
