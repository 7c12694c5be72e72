/**
 * Result files that are there whole or not at all: everything is written to a temporary folder beside the target and renamed file by
 * file when the run has succeeded. A failed or killed run leaves the files of an earlier run as they were.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** Results cannot be written where the user wants them; one line that names the place. */
export class OutputDirectoryError extends Error {
  override readonly name = "OutputDirectoryError";
}

export class OutputDirectory {
  private readonly target: string;
  /** As the user named it. */
  private readonly shown: string;
  private readonly staging: string;

  /**
   * Creates the staging folder, and clears away those of runs that were killed.
   *
   * @param makesParents whether folders above the target are made where they are missing
   * @throws OutputDirectoryError
   */
  constructor(target: string, { makesParents = true }: { readonly makesParents?: boolean } = {}) {
    this.target = resolve(target);
    this.shown = target;
    const parent = dirname(this.target);
    refuseFile(target);
    const prefix = `.${basename(this.target)}-${hostname()}-`;
    try {
      if (makesParents) mkdirSync(parent, { recursive: true });
      removeAbandoned(parent, prefix);
      this.staging = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
    } catch (error) {
      throw new OutputDirectoryError(`${target}: cannot write to ${parent}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    }
  }

  /** Where a file may be written until {@link publish}. */
  path(file: string): string {
    return join(this.staging, file);
  }

  write(file: string, text: string): void {
    writeFileSync(this.path(file), text);
  }

  /**
   * Moves all files to the target and returns their paths, sorted. Files of `family` that an earlier run left there and this one has not
   * written are removed, lest they be taken for its results.
   *
   * @throws OutputDirectoryError where a folder stands in the place of a file
   */
  publish(family: readonly string[] = []): string[] {
    mkdirSync(this.target, { recursive: true });
    const files = readdirSync(this.staging).sort();
    for (const file of [...files, ...family]) {
      if (statSync(join(this.target, file), { throwIfNoEntry: false })?.isDirectory() === true)
        throw new OutputDirectoryError(`${join(this.shown, file)}: is a directory where a file is to be written`);
    }
    for (const file of files) renameSync(join(this.staging, file), join(this.target, file));
    for (const file of family) if (!files.includes(file)) rmSync(join(this.target, file), { force: true });
    this.discard();
    return files.map((file) => join(this.shown, file));
  }

  /**
   * Publishes what `fill` has written, or throws it away where it fails. Returns what it returned, and the paths of the files.
   *
   * @param family as of {@link publish}
   */
  async filledBy<T>(
    fill: () => T | Promise<T>,
    family: readonly string[] = [],
  ): Promise<{ readonly result: T; readonly files: readonly string[] }> {
    try {
      const result = await fill();
      return { result, files: this.publish(family) };
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Throws away what was written. */
  discard(): void {
    rmSync(this.staging, { recursive: true, force: true });
  }
}

/** To be called before work of which the results are to go there. @throws OutputDirectoryError where the place, or what is above it, is a file */
export function refuseFile(target: string): void {
  const file = fileOnTheWay(resolve(target));
  if (file !== undefined) throw new OutputDirectoryError(`${target}: ${file} is a file, not a directory`);
}

/** The part of a path that exists and is no directory. */
function fileOnTheWay(path: string): string | undefined {
  let place = path;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return statSync(place).isDirectory() ? undefined : place;
}

/** Staging folders of processes on this machine that are no longer there: SIGKILL leaves no time to tidy up. */
function removeAbandoned(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
