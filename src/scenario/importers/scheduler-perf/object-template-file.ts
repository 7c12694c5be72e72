/**
 * A file from which a workload makes objects: a manifest that may hold `{{.Index}}`, `{{.Count}}` and parameters of its own, `{{.NAME}}`.
 *
 * Of Go's text/template only such fields are known; the project simulates no other part of it.
 */
import { decode } from "../../../api/decode.js";
import { readDocuments } from "../../../api/manifest/document.js";
import type { ApiObject } from "../../../api/types/meta.js";
import { FileError, readBytes } from "../../files.js";
import type { Mistake } from "../../mistake.js";

const FIELD = /\{\{-?\s*\.(\w+)\s*-?\}\}/g;
const ACTION = /\{\{(?!-?\s*\.\w+\s*-?\}\}).*?\}\}/;

export type TemplateParameters = Readonly<Record<string, string | number | boolean>>;

type Plain = Readonly<Record<string, unknown>>;

export class ObjectTemplateFile {
  private made: ApiObject | undefined;

  private constructor(
    readonly file: string,
    private readonly text: string,
    private readonly parameters: TemplateParameters,
  ) {}

  /** Reads a file and makes its first object, to see whether that works. Mistakes are added to the list; undefined then. */
  static read(file: string, parameters: TemplateParameters, mistakes: Mistake[]): ObjectTemplateFile | undefined {
    const before = mistakes.length;
    try {
      const text = new TextDecoder().decode(readBytes(file));
      const action = ACTION.exec(text);
      if (action !== null) {
        const line = text.slice(0, action.index).split("\n").length;
        mistakes.push({ file, line, column: 1, message: `${action[0]}: is not supported; must be a field such as {{.Index}}` });
        return undefined;
      }
      const template = new ObjectTemplateFile(file, text, parameters);
      template.parse(0, 1, mistakes);
      return mistakes.length > before ? undefined : template;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      mistakes.push({ file, line: 1, column: 1, message: error.message });
      return undefined;
    }
  }

  /** A template that needs no file. */
  static builtIn(text: string): ObjectTemplateFile {
    return new ObjectTemplateFile("<built in>", text, {});
  }

  /** The object of an index. Objects of one template share their parts, unless the text depends on the index. */
  make(index: number, count: number, name: (generateName: string) => string, namespace?: string): ApiObject {
    const object = FIELD.test(this.text) ? this.parse(index, count, []) : (this.made ??= this.parse(index, count, []));
    FIELD.lastIndex = 0;
    const { name: own, generateName, ...metadata } = (object?.metadata ?? {}) as ApiObject["metadata"] & { readonly generateName?: string };
    const named = own === undefined || own === "" ? name(generateName ?? `${object!.kind.toLowerCase()}-`) : own;
    return { ...object!, metadata: { ...metadata, name: named, ...(namespace !== undefined && { namespace }) } };
  }

  private parse(index: number, count: number, mistakes: Mistake[]): ApiObject | undefined {
    const values: TemplateParameters = { ...this.parameters, Index: index, Count: count };
    const text = this.text.replace(FIELD, (_, field: string) => {
      if (!Object.hasOwn(values, field))
        mistakes.push({ file: this.file, line: 1, column: 1, message: `{{.${field}}}: there is no such parameter` });
      return String(values[field]);
    });
    const documents = readDocuments(this.file, text, mistakes);
    const value = documents[0]?.value;
    if (documents.length !== 1 || typeof value !== "object" || value === null) {
      if (mistakes.length === 0) mistakes.push({ file: this.file, line: 1, column: 1, message: "must hold one object" });
      return undefined;
    }
    const manifest = value as Plain;
    const metadata = (manifest["metadata"] ?? {}) as Plain;
    try {
      return decode({ ...manifest, metadata: { ...metadata, ...(metadata["name"] === undefined && { name: "" }) } });
    } catch (error) {
      mistakes.push({ file: this.file, line: 1, column: 1, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }
}
