/** Tables of all replications as one: the header once, then the rows of each replication in order. */
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Appends the CSV files of the folders to files of the same names; `path` tells where a file goes. */
export function mergeTables(folders: readonly string[], path: (file: string) => string): void {
  const files = new Set(folders.flatMap((folder) => readdirSync(folder)));
  for (const file of [...files].sort()) {
    let headerWritten = false;
    for (const folder of folders) {
      const source = join(folder, file);
      if (!existsSync(source)) continue;
      const bytes = readFileSync(source);
      // No column name holds a line break, so the header ends with the first one.
      appendFileSync(path(file), headerWritten ? bytes.subarray(bytes.indexOf(0x0a) + 1) : bytes);
      headerWritten = true;
    }
  }
}
