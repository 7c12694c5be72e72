/** kubectl get: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/ */
import { stringify } from "yaml";
import { encode } from "../../api/encode.js";
import { kindInfo, type Kind } from "../../api/kinds.js";
import { compareQuantities } from "../../api/quantity.js";
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import { columnsOf } from "./columns.js";
import { flag } from "./flags.js";
import { type JsonPath, parseJsonPath, parseJsonPathTemplate, renderJsonPath, textOf, valuesAt } from "./json-path.js";
import { FIELD_SELECTOR_FLAG, parseSelection, resolve, SELECTION_FLAGS } from "./selection.js";
import { type AnyObject, displayName, displayNameOf } from "./session.js";
import { alignColumns } from "./table.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

type Print = (objects: readonly AnyObject[], isList: boolean) => readonly string[];

/** What -o asks for beside the table: how objects are printed; undefined for the table, plain or wide. @throws UsageError */
function printerOf(output: string): Print | undefined {
  if (output === "" || output === "wide") return undefined;
  if (output === "name" || output === "json" || output === "yaml") return (objects, isList) => printObjects(objects, output, isList);
  const [format, template] = [output.slice(0, output.indexOf("=")), output.slice(output.indexOf("=") + 1)];
  if (format === "jsonpath") {
    const parts = parseJsonPathTemplate(template);
    return (objects, isList) => renderJsonPath(parts, isList ? listOf(objects) : encode(objects[0])).split("\n");
  }
  if (format === "custom-columns") return customColumns(template);
  throw new UsageError(
    `unable to match a printer suitable for the output format "${output}", allowed formats are: custom-columns,json,jsonpath,name,wide,yaml`,
  );
}

/** `NAME:.metadata.name,NODE:.spec.nodeName`. @throws UsageError */
function customColumns(spec: string): Print {
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

function listOf(objects: readonly ApiObject[]): unknown {
  return { apiVersion: "v1", items: objects.map(encode), kind: "List", metadata: { resourceVersion: "" } };
}

export interface TableOptions {
  readonly wide?: boolean;
  /** With a NAMESPACE column. */
  readonly namespaces?: boolean;
  /** Names as TYPE/NAME, where several kinds are listed. */
  readonly typed?: boolean;
  readonly headers?: boolean;
  readonly labels?: boolean;
}

/** The table of objects of one kind, line by line. */
export function printTable(kind: Kind, objects: readonly ApiObject[], now: Timestamp, options: TableOptions = {}): readonly string[] {
  const info = kindInfo(kind)!;
  const columns = columnsOf(kind, options.wide === true);
  const isNamespaced = options.namespaces === true && info.namespaced;
  const titles = [
    ...(isNamespaced ? ["NAMESPACE"] : []),
    ...columns.map(({ title }) => title),
    ...(options.labels === true ? ["LABELS"] : []),
  ];
  const rows = objects.map((object) => [
    ...(isNamespaced ? [object.metadata.namespace ?? ""] : []),
    ...columns.map((column) =>
      column.title === "NAME" && options.typed === true ? displayName(info, object.metadata.name) : column.value(object, now),
    ),
    ...(options.labels === true ? [labelText(object)] : []),
  ]);
  return alignColumns(options.headers === false ? rows : [titles, ...rows]).map((line) => line.trimEnd());
}

function labelText({ metadata }: ApiObject): string {
  const labels = Object.entries(metadata.labels ?? {});
  return labels.length === 0
    ? "<none>"
    : labels
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(",");
}

/** Objects in the form that -o asks for, line by line. */
export function printObjects(objects: readonly ApiObject[], format: "name" | "json" | "yaml", asList: boolean): readonly string[] {
  if (format === "name") return objects.map(displayNameOf);
  const value = asList ? listOf(objects) : encode(objects[0]);
  return (format === "json" ? JSON.stringify(value, null, 4) : stringify(value).trimEnd()).split("\n");
}

export const get: Verb = {
  name: "get",
  flags: [
    ...SELECTION_FLAGS.filter(({ name }) => name !== "all"),
    FIELD_SELECTOR_FLAG,
    flag("output", "text", { short: "o" }),
    flag("no-headers", "boolean"),
    flag("show-labels", "boolean"),
    flag("ignore-not-found", "boolean"),
    flag("sort-by", "text"),
  ],
  prepare(given, context) {
    const selection = parseSelection(given, context, given.positional, true);
    const output = given.text("output") ?? "";
    const print = printerOf(output);
    const sortBy = given.text("sort-by");
    const order = sortBy === undefined || sortBy === "" ? byKey : byPath(parseJsonPath(sortBy));
    const everywhere = given.isSet("all-namespaces");
    return function* (session) {
      const objects = yield* resolve(session, selection);
      if (objects.length === 0) {
        if (session.errors.length === 0 && !given.isSet("ignore-not-found"))
          session.print(
            noneFound(
              selection.namespace,
              selection.kinds.some(({ namespaced }) => namespaced),
            ),
          );
        return;
      }
      if (print !== undefined) {
        const ordered = sortBy === undefined ? objects : [...objects].sort(order);
        for (const line of print(ordered, selection.named.length !== 1)) session.print(line);
        return;
      }
      const byKind = new Map<Kind, AnyObject[]>();
      for (const object of objects) byKind.set(object.kind, [...(byKind.get(object.kind) ?? []), object]);
      let isFirst = true;
      for (const [kind, some] of byKind) {
        if (!isFirst) session.print("");
        isFirst = false;
        const options = {
          wide: output === "wide",
          namespaces: everywhere,
          typed: byKind.size > 1,
          headers: !given.isSet("no-headers"),
          labels: given.isSet("show-labels"),
        };
        for (const line of printTable(kind, [...some].sort(order), session.clock, options)) session.print(line);
      }
    };
  },
};

/** The API server lists in the order of its keys: namespace, then name. */
function byKey(a: ApiObject, b: ApiObject): number {
  const key = ({ metadata }: ApiObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
  return compare(key(a), key(b));
}

/** By the value at a path, objects without one first. Numbers and quantities go by their size. */
function byPath(path: JsonPath): (a: ApiObject, b: ApiObject) => number {
  return (a, b) => {
    const [left] = valuesAt(path, encode(a));
    const [right] = valuesAt(path, encode(b));
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined) || byKey(a, b);
    if (typeof left === "number" && typeof right === "number") return left - right || byKey(a, b);
    return (isQuantity(left) && isQuantity(right) ? compareQuantities(left, right) : compare(textOf(left), textOf(right))) || byKey(a, b);
  };
}

function isQuantity(value: unknown): value is string {
  return typeof value === "string" && /^\d+(\.\d+)?([munkMGTPE]|[KMGTPE]i)?$/.test(value);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function noneFound(namespace: string | undefined, isNamespaced: boolean): string {
  return namespace === undefined || !isNamespaced ? "No resources found" : `No resources found in ${namespace} namespace.`;
}
