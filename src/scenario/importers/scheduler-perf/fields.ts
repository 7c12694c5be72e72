/** Reads the fields of a map in a document; what is wrong is added to the mistakes, at its place, and something harmless returned. */
import type { ManifestDocument } from "../../../api/manifest/document.js";
import { pathFrom } from "../../files.js";
import { mistakeAt, type Mistake, type Path } from "../../mistake.js";
import { suggestion } from "../../suggestion.js";

type Plain = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export class Fields {
  readonly values: Plain;

  constructor(
    readonly document: ManifestDocument,
    value: unknown,
    readonly path: Path,
    readonly mistakes: Mistake[],
  ) {
    this.values = isMap(value) ? value : {};
    if (!isMap(value)) this.wrong([], "must be a map");
  }

  wrong(field: Path, message: string, at: "key" | "value" | "parent" = "value"): void {
    this.mistakes.push(mistakeAt(this.document, { path: [...this.path, ...field], message, at }));
  }

  /** Fields of other names are mistakes. */
  allow(names: readonly string[]): void {
    for (const name of Object.keys(this.values))
      if (!names.includes(name)) this.wrong([name], `unknown field: ${suggestion(name, names)}`, "key");
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  child(name: string, index?: number): Fields {
    const value = this.values[name];
    return index === undefined
      ? new Fields(this.document, value, [...this.path, name], this.mistakes)
      : new Fields(this.document, (value as readonly unknown[])[index], [...this.path, name, index], this.mistakes);
  }

  list(name: string): readonly unknown[] {
    const value = this.values[name] ?? [];
    if (Array.isArray(value)) return value;
    this.wrong([name], "must be a list");
    return [];
  }

  map(name: string): Plain {
    const value = this.values[name] ?? {};
    if (isMap(value)) return value;
    this.wrong([name], "must be a map");
    return {};
  }

  texts(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(this.map(name)).map(([key, value]) => [key, String(value)]));
  }

  text(name: string, fallback?: string): string {
    const value = this.values[name] ?? fallback;
    if (typeof value === "string" && value !== "") return value;
    this.wrong([name], "Required value: must be a text", this.has(name) ? "value" : "parent");
    return "";
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  /** A path, from the file in which it stands. */
  optionalPath(name: string): string | undefined {
    return this.has(name) ? pathFrom(this.document.file, this.text(name)) : undefined;
  }

  flag(name: string): boolean {
    const value = this.values[name] ?? false;
    if (typeof value !== "boolean") this.wrong([name], `Invalid value: ${JSON.stringify(value)}: must be true or false`);
    return value === true;
  }

  optionalNumber(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (typeof value === "number") return value;
    this.wrong([name], `Invalid value: ${JSON.stringify(value)}: must be a number`);
    return undefined;
  }
}
