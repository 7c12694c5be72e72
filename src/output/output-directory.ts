/**
 * Result files that are there whole or not at all: everything is written to a temporary folder beside the target and renamed file by
 * file when the run has succeeded. A failed or killed run leaves the files of an earlier run as they were.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export class OutputDirectory {
  private readonly target: string;
  /** As the user named it. */
  private readonly shown: string;
  private readonly staging: string;

  /** Creates the staging folder. Throws the file system's error where the target's parent cannot be written. */
  constructor(target: string) {
    this.target = resolve(target);
    this.shown = target;
    mkdirSync(dirname(this.target), { recursive: true });
    this.staging = mkdtempSync(join(dirname(this.target), `.${basename(this.target)}-`));
  }

  /** Where a file may be written until {@link publish}. */
  path(file: string): string {
    return join(this.staging, file);
  }

  write(file: string, text: string): void {
    writeFileSync(this.path(file), text);
  }

  /** Moves all files to the target and returns their paths, sorted. */
  publish(): string[] {
    mkdirSync(this.target, { recursive: true });
    const files = readdirSync(this.staging).sort();
    for (const file of files) renameSync(join(this.staging, file), join(this.target, file));
    rmSync(this.staging, { recursive: true, force: true });
    return files.map((file) => join(this.shown, file));
  }

  /** Throws away what was written. */
  discard(): void {
    rmSync(this.staging, { recursive: true, force: true });
  }
}
