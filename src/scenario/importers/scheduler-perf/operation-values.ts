/** The values of an operation's fields, with the parameters of one workload filled in. */
import { parseDuration, TimeFormatError } from "../../../api/duration.js";
import type { ManifestDocument } from "../../../api/manifest/document.js";
import type { SimTime } from "../../../engine/simulation.js";
import { pathFrom } from "../../files.js";
import { mistakeAt, type Mistake, type Path } from "../../mistake.js";
import type { Fields } from "./fields.js";
import { ObjectTemplateFile, type TemplateParameters } from "./object-template-file.js";

/** Of an operation that counts. */
export const COUNT_FIELDS = ["count", "countParam"];

export class OperationValues {
  constructor(
    private readonly document: ManifestDocument,
    private readonly params: Readonly<Record<string, unknown>>,
    /** Of the workload. */
    private readonly workload: Path,
    readonly defaultPodTemplate: string | undefined,
    private readonly mistakes: Mistake[],
  ) {}

  /** The value of `NAME` or, by `NAMEParam: $name`, that of a parameter. */
  private value(fields: Fields, name: string): unknown {
    const reference = fields.values[`${name}Param`];
    return reference === undefined ? fields.values[name] : this.param(fields, [`${name}Param`], reference);
  }

  param(fields: Fields, field: Path, reference: unknown): unknown {
    if (typeof reference !== "string" || !reference.startsWith("$")) {
      fields.wrong(field, `Invalid value: ${JSON.stringify(reference)}: must be the name of a parameter after a $`);
      return undefined;
    }
    const name = reference.slice(1);
    if (Object.hasOwn(this.params, name)) return this.params[name];
    this.mistakes.push(
      mistakeAt(this.document, {
        path: [...this.workload, "params"],
        at: "value",
        message: `has no parameter "${name}", which an operation asks for`,
      }),
    );
    return undefined;
  }

  count(fields: Fields, fallback?: number): number {
    const value = this.value(fields, "count") ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    if (value !== undefined) fields.wrong(["count"], `Invalid value: ${JSON.stringify(value)}: must be a whole number`);
    else if (!fields.has("countParam")) fields.wrong(["count"], "Required value: must be given, or countParam", "parent");
    return 0;
  }

  /** A whole number of `NAME` or a parameter; undefined where there is neither. */
  optionalCount(fields: Fields, name: string): number | undefined {
    const value = this.value(fields, name);
    if (value === undefined || (typeof value === "number" && Number.isInteger(value) && value >= 0)) return value;
    fields.wrong([name], `Invalid value: ${JSON.stringify(value)}: must be a whole number`);
    return undefined;
  }

  flag(fields: Fields, name: string): boolean {
    const value = this.value(fields, name) ?? false;
    if (typeof value !== "boolean") fields.wrong([name], `Invalid value: ${JSON.stringify(value)}: must be true or false`);
    return value === true;
  }

  duration(fields: Fields): SimTime {
    const value = this.value(fields, "duration");
    try {
      if (typeof value === "string") return parseDuration(value);
    } catch (error) {
      if (!(error instanceof TimeFormatError)) throw error;
    }
    fields.wrong(["duration"], `Invalid value: ${JSON.stringify(value)}: must be a duration such as 5s`);
    return 0;
  }

  template(fields: Fields, name: string, fallback?: string): ObjectTemplateFile | undefined {
    const path = fields.optionalPath(name) ?? fallback;
    if (path === undefined) {
      fields.wrong([name], "Required value: must be the path of a manifest", "parent");
      return undefined;
    }
    const parameters = Object.entries(fields.map("templateParams")).map(([key, value]) => [
      key,
      typeof value === "string" && value.startsWith("$") ? this.param(fields, ["templateParams", key], value) : value,
    ]);
    return ObjectTemplateFile.read(path, Object.fromEntries(parameters) as TemplateParameters, this.mistakes);
  }

  templates(fields: Fields, name: string): readonly ObjectTemplateFile[] {
    const paths = fields.list(name);
    if (paths.length === 0) fields.wrong([name], "Required value: must name at least one manifest", "parent");
    return paths.flatMap((path) => ObjectTemplateFile.read(pathFrom(this.document.file, String(path)), {}, this.mistakes) ?? []);
  }
}
