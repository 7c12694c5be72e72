/** What -o asks for beside a table: names, JSON, YAML, templates and columns. */
import { encode } from "../../api/encode.js";
import type { ApiObject } from "../../api/types/meta.js";
import { parseJsonPath, parseJsonPathTemplate, renderJsonPath, textOf, valuesAt } from "./json-path.js";
import { jsonLines, yamlLines } from "./object-text.js";
import { displayNameOf } from "./session.js";
import { alignColumns } from "./table.js";
import { UsageError } from "./usage-error.js";

/** @param value what is written as JSON or YAML: the object's encoded form, or the List around all */
export type Print = (objects: readonly ApiObject[], value: unknown) => readonly string[];

/** Formats in the order in which kubectl names them. Source: the print flags of k8s.io/cli-runtime/pkg/genericclioptions */
const FORMATS = [
  "custom-columns",
  "custom-columns-file",
  "go-template",
  "go-template-file",
  "json",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
  "kyaml",
  "name",
  "template",
  "templatefile",
  "wide",
  "yaml",
];
/** Formats of `get` alone. */
const TABLE_FORMATS = new Set(["custom-columns", "custom-columns-file", "wide"]);
/** Formats that kubectl has and this does not, with what to use instead. */
const UNSERVED: ReadonlyMap<string, string> = new Map([
  ...["go-template", "go-template-file", "template", "templatefile"].map((name): [string, string] => [
    name,
    "Go templates are not simulated; use jsonpath",
  ]),
  ...["jsonpath-file", "custom-columns-file"].map((name): [string, string] => [
    name,
    "templates in files are not read; give the template itself",
  ]),
  ["kyaml", "use yaml"],
]);

/**
 * How -o wants objects printed; undefined for kubectl's own lines or table, plain or wide.
 *
 * @param hasTables whether the command has tables, as `get` does
 * @throws UsageError
 */
export function printerOf(output: string, hasTables: boolean): Print | undefined {
  if (output === "" || (output === "wide" && hasTables)) return undefined;
  if (output === "name") return (objects) => objects.map(displayNameOf);
  if (output === "json") return (_, value) => jsonLines(value);
  if (output === "yaml") return (_, value) => yamlLines(value);
  const equals = output.indexOf("=");
  const [format, template] = equals < 0 ? [output, undefined] : [output.slice(0, equals), output.slice(equals + 1)];
  const instead = UNSERVED.get(format);
  if (instead !== undefined) throw new UsageError(`-o ${format}: ${instead}`);
  if (format === "jsonpath" || format === "jsonpath-as-json") return jsonPathPrinter(format, template);
  if (format === "custom-columns" && hasTables) return customColumns(template);
  const allowed = FORMATS.filter((one) => hasTables || !TABLE_FORMATS.has(one));
  throw new UsageError(`unable to match a printer suitable for the output format "${format}", allowed formats are: ${allowed.join(",")}`);
}

function jsonPathPrinter(format: string, template: string | undefined): Print {
  if (template === undefined || template === "") throw new UsageError("template format specified but no template given");
  const parts = parseJsonPathTemplate(template);
  // A line is printed with its end: that of the text would be one too many.
  if (format === "jsonpath") return (_, value) => renderJsonPath(parts, value).replace(/\n$/, "").split("\n");
  return (_, value) => jsonLines(parts.flatMap((part) => ("path" in part ? valuesAt(part.path, value) : [])));
}

/** `NAME:.metadata.name,NODE:.spec.nodeName`. Source: kubectl/pkg/cmd/get/customcolumn.go. @throws UsageError */
function customColumns(spec: string | undefined): Print {
  if (spec === undefined || spec === "") throw new UsageError("custom-columns format specified but no custom columns given");
  const columns = spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon <= 0) throw new UsageError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { title: part.slice(0, colon), path: parseJsonPath(part.slice(colon + 1)) };
  });
  return (objects) => {
    const rows = objects.map((object) => {
      const encoded = encode(object);
      return columns.map(({ path }) => valuesAt(path, encoded).map(textOf).join(",") || "<none>");
    });
    return alignColumns([columns.map(({ title }) => title), ...rows]);
  };
}

/** The List in which objects are written that were not asked for by one name. */
export function listOf(objects: readonly ApiObject[]): unknown {
  return { apiVersion: "v1", items: objects.map(encode), kind: "List", metadata: { resourceVersion: "" } };
}
