/**
 * The documents of a YAML or JSON text as plain values, with the place of every field.
 *
 * Scalars are read as Kubernetes' tools read them (YAML 1.1 without its times and dates); keys become text.
 */
import type { Alias } from "yaml";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node, type Pair, type Tags } from "yaml";
import { formatPath, type FieldPath } from "../decode-problem.js";
import type { ManifestMistake } from "./mistake.js";

/** What JavaScript says when a recursion goes too deep: the parser passes it on as an error of the text. */
const STACK_EXHAUSTED = "Maximum call stack size exceeded";

/** After a few, errors of syntax are mostly consequences of the first. */
const MOST_SYNTAX_ERRORS = 5;

/** Nesting beyond this is a broken file; no API type comes near. */
const DEEPEST_NESTING = 200;
/** Values that aliases may add to a document, so that a few lines cannot grow to fill the memory. */
const MOST_ALIASED_VALUES = 100_000;

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** Thrown inside the reader for one document that cannot be read. */
class Unreadable extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** One document of a text. */
export class ManifestDocument {
  constructor(
    readonly file: string,
    readonly value: unknown,
    private readonly root: Node | null,
    private readonly lines: LineCounter,
    private readonly anchors: ReadonlyMap<string, Node>,
  ) {}

  /**
   * Where a field stands; where it is not there, where the nearest field around it stands.
   *
   * @param at whether the field's name or its value is meant
   */
  locate(path: FieldPath, at: "key" | "value" = "value"): Position {
    let node: unknown = this.root;
    let offset = this.root?.range?.[0] ?? 0;
    for (const [depth, part] of path.entries()) {
      if (isAlias(node)) node = this.anchors.get(node.source);
      if (isMap(node)) {
        // Of a key given twice the later one counts.
        const pair = node.items.findLast((item) => keyText(item.key) === String(part));
        if (pair === undefined) break;
        const key = (pair.key as Node).range?.[0] ?? offset;
        const value = (pair.value as Node | null)?.range?.[0];
        const wantsValue = at === "value" && depth === path.length - 1 && isScalar(pair.value) && pair.value.value !== null;
        offset = wantsValue && value !== undefined ? value : key;
        node = pair.value;
      } else if (isSeq(node) && typeof part === "number") {
        const item: unknown = node.items[part];
        if (item === undefined) break;
        offset = (item as Node).range?.[0] ?? offset;
        node = item;
      } else break;
    }
    return this.position(offset);
  }

  /** The keys of a top-level field as they are written, by the text that they became: YAML 1.1 takes n, y, on and off for truth values. */
  writtenKeys(field: string): ReadonlyMap<string, string> {
    const pair = isMap(this.root) ? this.root.items.findLast(({ key }) => keyText(key) === field) : undefined;
    const items = isMap(pair?.value) ? pair.value.items : [];
    return new Map(items.map(({ key }) => [keyText(key), (isScalar(key) && key.source) || keyText(key)]));
  }

  /** Where the document starts. */
  get start(): Position {
    return this.position(this.root?.range?.[0] ?? 0);
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return "";
  // The parser gives the merge key a symbol of its own.
  return typeof key.value === "symbol" ? "<<" : String(key.value);
}

/** Values of one document, with a check on everything that plain data cannot hold. */
class Reader {
  readonly anchors = new Map<string, Node>();
  private aliased = 0;
  private insideAlias = 0;

  constructor(private readonly duplicates: (path: FieldPath, key: Node) => void) {}

  read(node: unknown, path: FieldPath): unknown {
    if (path.length > DEEPEST_NESTING) throw new Unreadable(`nested more than ${DEEPEST_NESTING} levels deep`, offsetOf(node));
    if (this.insideAlias > 0 && ++this.aliased > MOST_ALIASED_VALUES) {
      throw new Unreadable(`aliases stand for more than ${MOST_ALIASED_VALUES} values`, offsetOf(node));
    }
    if (isAlias(node)) return this.alias(node, path);
    const anchor = (node as Node | null)?.anchor;
    if (typeof anchor === "string") this.anchors.set(anchor, node as Node);
    if (isMap(node)) return this.map(node.items, path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]));
    return isScalar(node) ? plain(node.value) : null;
  }

  private alias(node: Alias, path: FieldPath): unknown {
    const target = this.anchors.get(node.source);
    if (target === undefined) throw new Unreadable(`unknown anchor '${node.source}' referenced`, offsetOf(node));
    this.insideAlias++;
    const value = this.read(target, path);
    this.insideAlias--;
    return value;
  }

  private map(items: readonly Pair[], path: FieldPath): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const set = (name: string, value: unknown): void => {
      // defineProperty, so that a key such as "__proto__" is data like any other.
      Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
    };
    const merged: Record<string, unknown>[] = [];
    for (const { key, value } of items) {
      if (!isScalar(key)) throw new Unreadable("a key must be a plain text", offsetOf(key));
      const name = keyText(key);
      if (name === "<<" && key.type === "PLAIN") {
        const source = this.read(value, path);
        for (const one of Array.isArray(source) ? (source as unknown[]) : [source]) {
          if (typeof one !== "object" || one === null || Array.isArray(one))
            throw new Unreadable("map merge requires map or sequence of maps as the value", offsetOf(key));
          merged.push(one as Record<string, unknown>);
        }
        continue;
      }
      if (Object.hasOwn(result, name)) this.duplicates([...path, name], key);
      set(name, this.read(value, [...path, name]));
    }
    for (const source of merged) for (const [name, value] of Object.entries(source)) if (!Object.hasOwn(result, name)) set(name, value);
    return result;
  }
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : (value ?? null);
}

/** Without sexagesimal numbers, dates and the collection types of YAML 1.1, none of which Kubernetes' tools know. */
function kubernetesTags(tags: Tags): Tags {
  const unwanted = /:(timestamp|binary|omap|pairs|set)$/;
  return tags.filter((tag) => typeof tag === "string" || !(unwanted.test(tag.tag) || (tag as { format?: string }).format === "TIME"));
}

function decodeText(bytes: Uint8Array): { readonly text: string } | { readonly wrong: string; readonly line: number } {
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    return { wrong: "is a binary file; must be YAML or JSON text", line: bytes.subarray(0, zero).filter((byte) => byte === 10).length + 1 };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { wrong: "is not UTF-8 text; must be YAML or JSON text", line: 1 };
  }
}

function parseYaml(text: string, lines: LineCounter): readonly Document[] {
  // The type of parseAllDocuments has a second form for a text without any document.
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    version: "1.1",
    merge: false,
    customTags: kubernetesTags,
    logLevel: "silent",
  } as const;
  return [...parseAllDocuments(text, options)] as readonly Document[];
}

/**
 * Reads all documents of a file; empty ones are left out. Mistakes of the text itself are added to the list, and the documents
 * that have them are left out.
 */
export function readDocuments(file: string, content: Uint8Array | string, mistakes: ManifestMistake[]): ManifestDocument[] {
  const decoded = typeof content === "string" ? decodeText(Buffer.from(content, "utf8")) : decodeText(content);
  if ("wrong" in decoded) {
    mistakes.push({ file, line: decoded.line, column: 1, message: decoded.wrong });
    return [];
  }
  const lines = new LineCounter();
  const at = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    mistakes.push({ file, line: Math.max(line, 1), column: Math.max(col, 1), message: firstLine(message) });
  };
  let documents: readonly Document[];
  try {
    documents = parseYaml(decoded.text, lines);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The parser recurses; a text that is too deep for it is too deep for anyone.
    at(0, error instanceof RangeError ? "is nested too deeply" : `error parsing YAML: ${error.message}`);
    return [];
  }
  const found: ManifestDocument[] = [];
  for (const document of documents) {
    const before = mistakes.length;
    if (document.errors.some(({ message }) => message.includes(STACK_EXHAUSTED))) at(document.errors[0].pos[0], "is nested too deeply");
    else for (const error of document.errors.slice(0, MOST_SYNTAX_ERRORS)) at(error.pos[0], `error parsing YAML: ${error.message}`);
    if (mistakes.length > before) continue;
    const reader = new Reader((path, key) => {
      at(offsetOf(key), `${formatPath(path)}: duplicate field ${JSON.stringify(formatPath(path))}`);
    });
    try {
      const value = reader.read(document.contents, []);
      if (value !== null && mistakes.length === before) {
        found.push(new ManifestDocument(file, value, document.contents, lines, reader.anchors));
      }
    } catch (error) {
      if (error instanceof Unreadable) at(error.offset, error.message);
      else if (error instanceof RangeError) at(offsetOf(document.contents), "is nested too deeply");
      else throw error;
    }
  }
  return found;
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/)[0];
}
