/** kubectl get: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/ */
import { encode } from "../../api/encode.js";
import type { Kind } from "../../api/kinds.js";
import { type Arguments, flag } from "./flags.js";
import { tableLines, type TableOptions } from "./object-table.js";
import { listOf, printerOf } from "./printers.js";
import { parseSelection, resolve } from "./selection.js";
import { EVERYWHERE_FLAG, FIELD_SELECTOR_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import type { AnyObject, KubectlSession } from "./session.js";
import { type Sort, sortByKey, sorterOf } from "./sort-by.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import { watchObjects } from "./watch.js";

const NO_TYPE = `Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).`;

export const get: Verb = {
  name: "get",
  flags: [
    ...OBJECT_FILE_FLAGS,
    EVERYWHERE_FLAG,
    SELECTOR_FLAG,
    FIELD_SELECTOR_FLAG,
    flag("output", "text", { short: "o" }),
    flag("no-headers", "boolean"),
    flag("show-labels", "boolean"),
    flag("show-kind", "boolean"),
    flag("show-managed-fields", "boolean"),
    flag("label-columns", "list", { short: "L" }),
    flag("ignore-not-found", "boolean"),
    flag("sort-by", "text"),
    flag("chunk-size", "integer"),
    flag("server-print", "boolean"),
    flag("allow-missing-template-keys", "boolean"),
    flag("template", "text", { refusal: "Go templates are not built; use -o jsonpath=TEMPLATE" }),
    flag("raw", "text", { refusal: "there are no paths to ask for; name a resource" }),
    flag("subresource", "text", { refusal: "use -o jsonpath={.status} or -o yaml of the object itself" }),
    flag("watch", "boolean", { short: "w" }),
    flag("watch-only", "boolean"),
    flag("output-watch-events", "boolean"),
  ],
  prepare(given, context) {
    const watches = given.isSet("watch") || given.isSet("watch-only");
    if (given.positional.length === 0 && !given.has("filename")) throw missingType();
    const selection = parseSelection(given, context, given.positional, true);
    const output = given.text("output") ?? "";
    const print = printerOf(output, true);
    if (given.isSet("show-labels") && output !== "" && output !== "wide")
      throw new UsageError(`--show-labels option cannot be used with ${output} printer`);
    if (given.isSet("output-watch-events") && !watches)
      throw new UsageError("--output-watch-events option can only be used with --watch or --watch-only", undefined, {
        pointer: "arguments",
      });
    const sortBy = given.text("sort-by") ?? "";
    const isSorted = sortBy !== "" && !watches;
    const sort = isSorted ? sorterOf(sortBy) : sortByKey;
    const options = tableOptions(given);
    if (watches) {
      return (session) => {
        if (sortBy !== "") session.warn("warning: --watch or --watch-only requested, --sort-by will be ignored");
        return watchObjects(session, selection, {
          showsFirst: !given.isSet("watch-only"),
          tellsEvents: given.isSet("output-watch-events"),
          table: options,
          ...(given.duration("request-timeout") !== undefined && { lasts: given.duration("request-timeout")! }),
          ...(print !== undefined && { print }),
        });
      };
    }
    return function* (session) {
      const objects = yield* resolve(session, { ...selection, mayBeMissing: given.isSet("ignore-not-found") });
      if (objects.length === 0 && (print === undefined || selection.named.length > 0)) {
        if (session.hasFailed || given.isSet("ignore-not-found")) return;
        const allNamespaced = selection.kinds.every(({ namespaced }) => namespaced);
        session.warn(noneFound(selection.namespace, allNamespaced));
        return;
      }
      if (print !== undefined) {
        const ordered = isSorted ? sort(objects) : objects;
        const value = selection.named.length === 1 ? encode(ordered[0]) : listOf(ordered);
        for (const line of print(ordered, value)) session.print(line);
      } else printTables(session, objects, sort, selection.kinds.length > 1 ? { ...options, typed: true } : options);
    };
  },
};

/** Source: kubectl/pkg/cmd/get/get.go Validate and Complete */
function missingType(): UsageError {
  const error = new UsageError(NO_TYPE, undefined, { pointer: "arguments" });
  error.before = [noTypeToShow("get"), ""];
  return error;
}

/** Source: kubectl/pkg/cmd/util/helpers.go SuggestAPIResources */
export function noTypeToShow(verb: string): string {
  return `You must specify the type of resource to ${verb}. Use "kubectl api-resources" for a complete list of supported resources.`;
}

function tableOptions(given: Arguments): TableOptions {
  return {
    wide: given.text("output") === "wide",
    namespaces: given.isSet("all-namespaces"),
    typed: given.isSet("show-kind"),
    headers: !given.isSet("no-headers"),
    labels: given.isSet("show-labels"),
    labelColumns: given.list("label-columns"),
  };
}

/** A table for each kind, an empty line between them. Of several kinds, asked for or found, each name tells which. */
function printTables(session: KubectlSession, objects: readonly AnyObject[], sort: Sort, options: TableOptions): void {
  const byKind = new Map<Kind, AnyObject[]>();
  for (const object of objects) byKind.set(object.kind, [...(byKind.get(object.kind) ?? []), object]);
  const typed = options.typed === true || byKind.size > 1;
  let isFirst = true;
  for (const [kind, some] of byKind) {
    const lines = tableLines(kind, sort(some), session.clock, { ...options, typed });
    if (!isFirst && options.headers !== false) session.print("");
    isFirst = false;
    for (const line of lines) session.print(line);
  }
}

/** Source: kubectl/pkg/cmd/get/get.go Run */
export function noneFound(namespace: string | undefined, isNamespaced: boolean): string {
  return namespace === undefined || !isNamespaced ? "No resources found" : `No resources found in ${namespace} namespace.`;
}
