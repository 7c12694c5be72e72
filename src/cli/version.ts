import { readFileSync } from "node:fs";

/** The package's version, from its package.json: beside src/ in a checkout, beside dist/ where it is compiled. */
export function version(): string {
  for (const up of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (name === "kubewarp" && found !== undefined) return found;
    } catch {
      // Not at this level: look one further up.
    }
  }
  return "unknown";
}
