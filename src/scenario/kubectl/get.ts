/** kubectl get: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/ */
import { stringify } from "yaml";
import { encode } from "../../api/encode.js";
import { kindInfo, type Kind } from "../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import { columnsOf } from "./columns.js";
import { flag } from "./flags.js";
import { parseSelection, resolve, SELECTION_FLAGS } from "./selection.js";
import { type AnyObject, displayName, displayNameOf } from "./session.js";
import { alignColumns } from "./table.js";
import type { Verb } from "./verb.js";

export type OutputFormat = "" | "wide" | "name" | "json" | "yaml";

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
  const encoded = objects.map(encode);
  const value = asList ? { apiVersion: "v1", items: encoded, kind: "List", metadata: { resourceVersion: "" } } : encoded[0];
  return (format === "json" ? JSON.stringify(value, null, 4) : stringify(value).trimEnd()).split("\n");
}

export const get: Verb = {
  name: "get",
  flags: [
    ...SELECTION_FLAGS.filter(({ name }) => name !== "all"),
    flag("output", "text", { short: "o", values: ["wide", "name", "json", "yaml"] }),
    flag("no-headers", "boolean"),
    flag("show-labels", "boolean"),
    flag("ignore-not-found", "boolean"),
    flag("sort-by", "text"),
  ],
  prepare(given, context) {
    const selection = parseSelection(given, context, given.positional, true);
    const format = (given.text("output") ?? "") as OutputFormat;
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
      if (format === "name" || format === "json" || format === "yaml") {
        for (const line of printObjects(objects, format, selection.named.length !== 1)) session.print(line);
        return;
      }
      const byKind = new Map<Kind, AnyObject[]>();
      for (const object of objects) byKind.set(object.kind, [...(byKind.get(object.kind) ?? []), object]);
      let isFirst = true;
      for (const [kind, some] of byKind) {
        if (!isFirst) session.print("");
        isFirst = false;
        const options = {
          wide: format === "wide",
          namespaces: everywhere,
          typed: byKind.size > 1,
          headers: !given.isSet("no-headers"),
          labels: given.isSet("show-labels"),
        };
        for (const line of printTable(kind, sortedByName(some), session.clock, options)) session.print(line);
      }
    };
  },
};

/** The API server lists in the order of its keys: namespace, then name. */
function sortedByName(objects: readonly AnyObject[]): readonly AnyObject[] {
  const key = ({ metadata }: ApiObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

export function noneFound(namespace: string | undefined, isNamespaced: boolean): string {
  return namespace === undefined || !isNamespaced ? "No resources found" : `No resources found in ${namespace} namespace.`;
}
