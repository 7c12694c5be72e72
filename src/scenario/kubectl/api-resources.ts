/** kubectl api-resources and api-versions: what the simulated API server serves. */
import { KINDS, type KindInfo } from "../../api/kinds.js";
import { compare } from "./compare.js";
import { type Arguments, flag } from "./flags.js";
import { ALL_KINDS } from "./selection.js";
import { groupOf } from "./session.js";
import { alignColumns } from "./table.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** What can be done with every kind here. */
const VERBS = "create,delete,deletecollection,get,list,patch,update,watch";

export const apiResources: Verb = {
  name: "api-resources",
  flags: [
    flag("output", "text", { short: "o" }),
    flag("namespaced", "boolean"),
    flag("api-group", "text"),
    flag("no-headers", "boolean"),
    flag("sort-by", "text"),
    flag("cached", "boolean"),
    flag("verbs", "list"),
  ],
  prepare(given) {
    if (given.positional.length > 0)
      throw new UsageError(`unexpected arguments: [${given.positional.map(({ text }) => text).join(" ")}]`, undefined, {
        pointer: "arguments",
      });
    const output = given.text("output") ?? "";
    if (!["", "wide", "name"].includes(output)) throw new UsageError(`--output ${output} is not available`);
    const order = orderOf(given.text("sort-by") ?? "");
    const kinds = KINDS.filter((info) => isMeant(info, given)).sort(order);
    return function* (session) {
      yield* [];
      if (output === "name") {
        for (const info of kinds) session.print(groupOf(info) === "" ? info.resource : `${info.resource}.${groupOf(info)}`);
        return;
      }
      const titles = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", ...(output === "wide" ? ["VERBS", "CATEGORIES"] : [])];
      const rows = kinds.map(({ resource, shortNames, apiVersion, namespaced, kind }) => [
        resource,
        shortNames.join(","),
        apiVersion,
        String(namespaced),
        kind,
        ...(output === "wide" ? [VERBS, ALL_KINDS.includes(kind) ? "all" : ""] : []),
      ]);
      for (const line of alignColumns(given.isSet("no-headers") ? rows : [titles, ...rows])) session.print(line);
    };
  },
};

function isMeant(info: KindInfo, given: Arguments): boolean {
  const group = given.text("api-group");
  if (given.has("namespaced") && info.namespaced !== given.isSet("namespaced")) return false;
  if (group !== undefined && groupOf(info) !== group) return false;
  return given.list("verbs").every((verb) => VERBS.split(",").includes(verb));
}

/** Source: kubectl/pkg/cmd/apiresources/apiresources.go. @throws UsageError */
function orderOf(sortBy: string): (a: KindInfo, b: KindInfo) => number {
  const byGroup = (a: KindInfo, b: KindInfo) => compare(groupOf(a), groupOf(b)) || compare(a.resource, b.resource);
  if (sortBy === "") return byGroup;
  if (sortBy === "name") return (a, b) => compare(a.resource, b.resource);
  if (sortBy === "kind") return (a, b) => compare(a.kind, b.kind);
  throw new UsageError("--sort-by accepts only name or kind");
}

export const apiVersions: Verb = {
  name: "api-versions",
  flags: [],
  prepare() {
    return function* (session) {
      yield* [];
      for (const version of [...new Set(KINDS.map(({ apiVersion }) => apiVersion))].sort()) session.print(version);
    };
  },
};
