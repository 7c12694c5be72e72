/** Finds golden cases below a folder: JSON Lines and JSON files, plain or gzip-compressed, and folders of placed workloads. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Formats that report what the real thing cost: figures to know, nothing to agree with. */
const MEASUREMENTS: ReadonlySet<string> = new Set(["costs"]);

export interface GoldenCase {
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
}

/** Body of a case of kind `placement`: one file of decisions, beside its nodes and pods. */
export interface PlacementCase {
  readonly folder: string;
  readonly decisions: string;
}

export function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

export function readLines(path: string): unknown[] {
  return readText(path)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => parseFile(path, line));
}

/** All cases under a file or folder, in the order of their paths. */
export function* findCases(path: string): Generator<GoldenCase> {
  if (statSync(path).isFile()) {
    yield* casesOfFile(path);
    return;
  }
  for (const entry of readdirSync(path).sort()) yield* findCases(join(path, entry));
}

function* casesOfFile(path: string): Generator<GoldenCase> {
  const file = basename(path).replace(/\.gz$/, "");
  if (/^decisions.*\.jsonl$/.test(file)) {
    const folder = dirname(path);
    yield { kind: "placement", name: `${basename(folder)}/${file}`, body: { folder, decisions: path } satisfies PlacementCase };
  } else if (/^(nodes|pods)\.jsonl$/.test(file)) {
    // Inputs of the decisions beside them.
  } else if (file.endsWith(".jsonl")) {
    for (const body of readLines(path)) {
      const { kind, id, name } = body as { kind?: string; id?: string; name?: string };
      if (kind !== undefined) yield { kind, name: id ?? name ?? file, body };
    }
  } else if (file.endsWith(".json")) {
    yield* casesOfDocument(path, file.slice(0, -".json".length));
  }
}

/** @throws SyntaxError that names the file */
function parseFile(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${path}: ${(error as Error).message}`);
  }
}

function* casesOfDocument(path: string, name: string): Generator<GoldenCase> {
  const document = parseFile(path, readText(path)) as { format?: string; cases?: unknown[] };
  const format = document.format?.split("/")[0];
  if (format === undefined || MEASUREMENTS.has(format)) return;
  if (Array.isArray(document.cases)) {
    for (const [index, body] of document.cases.entries()) yield { kind: format, name: `${name}[${index}]`, body };
  } else {
    yield { kind: format, name, body: document };
  }
}
