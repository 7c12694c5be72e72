/** The YAML documents of a file, with the place of every field. */
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document as YamlDocument, type Node as YamlNode } from "yaml";
import type { Finding } from "./validation.js";
import { formatPath, type Mistake, type Path } from "./mistake.js";

/** Nesting beyond this is a broken file, not a scenario. */
const DEEPEST_NESTING = 200;

export class SourceDocument {
  constructor(
    readonly file: string,
    /** The document as plain data. */
    readonly value: unknown,
    private readonly root: YamlNode | null,
    private readonly lines: LineCounter,
    private readonly start: number,
  ) {}

  /** The mistake that a finding is, at its place in the file. */
  mistake({ path, message, at }: Finding): Mistake {
    return { file: this.file, ...this.locate(path, at), field: formatPath(path), message };
  }

  /** Line and column of a field, from 1; of the nearest field around it where it is not there. */
  locate(path: Path, at: Finding["at"] = "value"): { line: number; column: number } {
    const { line, col } = this.lines.linePos(this.offsetOf(path, at) ?? this.start);
    return { line, column: col };
  }

  private offsetOf(path: Path, at: Finding["at"]): number | undefined {
    let node: unknown = this.root;
    let offset = this.root?.range?.[0];
    for (const [depth, part] of path.entries()) {
      const last = depth === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
        if (pair === undefined) return offset;
        const keyStart = (pair.key as YamlNode).range?.[0];
        const valueStart = (pair.value as YamlNode | null)?.range?.[0] ?? keyStart;
        offset = last && at === "value" ? valueStart : keyStart;
        node = pair.value;
      } else if (isSeq(node) && typeof part === "number") {
        node = node.items[part];
        offset = (node as YamlNode | undefined)?.range?.[0] ?? offset;
      } else return offset;
    }
    return offset;
  }
}

/** Reads all documents of a text; empty ones are left out. Mistakes of the YAML itself are added to the list. */
export function readDocuments(file: string, bytes: Uint8Array, mistakes: Mistake[]): readonly SourceDocument[] {
  const text = decode(file, bytes, mistakes);
  if (text === undefined) return [];
  const lines = new LineCounter();
  let documents: readonly YamlDocument[];
  try {
    // The type of parseAllDocuments has a second form for a text without any document.
    documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" })] as readonly YamlDocument[];
  } catch (error) {
    mistakes.push({ file, line: 1, column: 1, field: "", message: `is no YAML: ${firstLine(error)}` });
    return [];
  }
  const found: SourceDocument[] = [];
  for (const document of documents) {
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0]);
      mistakes.push({ file, line, column: col, field: "", message: `is no YAML: ${firstLine(error)}` });
    }
    if (document.errors.length > 0) continue;
    const start = document.contents?.range?.[0] ?? 0;
    try {
      const value: unknown = document.toJS({ maxAliasCount: 1_000 });
      if (value === null || value === undefined) continue;
      if (depthOf(value) > DEEPEST_NESTING) throw new RangeError(`nested more than ${DEEPEST_NESTING} levels deep`);
      found.push(new SourceDocument(file, value, document.contents, lines, start));
    } catch (error) {
      const { line, col } = lines.linePos(start);
      mistakes.push({ file, line, column: col, field: "", message: `cannot be read: ${firstLine(error)}` });
    }
  }
  return found;
}

function decode(file: string, bytes: Uint8Array, mistakes: Mistake[]): string | undefined {
  const wrong = (message: string) => {
    mistakes.push({ file, line: 1, column: 1, field: "", message });
    return undefined;
  };
  if (bytes.includes(0)) { wrong("is a binary file; must be YAML or JSON text"); return; }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    wrong("is not UTF-8 text; must be YAML or JSON text"); return;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let deepest = 0;
  for (const part of Object.values(value)) deepest = Math.max(deepest, depthOf(part));
  return deepest + 1;
}
