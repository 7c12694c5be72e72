/** kubectl auth can-i: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_auth/kubectl_auth_can-i/ */
import { kindByResourceName, type KindInfo } from "../../api/kinds.js";
import type { PolicyRule } from "../../api/types/policy.js";
import type { Result } from "../../control-plane/apiserver/client.js";
import type { AccessQuestion } from "../../control-plane/apiserver/authorizer.js";
import { type Arguments, flag } from "./flags.js";
import { ExitCode, ServerError } from "./kubectl-error.js";
import { answer, type Script } from "./script.js";
import { groupOf, type KubectlSession } from "./session.js";
import { alignColumns } from "./table.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** Source of both: kubectl/pkg/cmd/auth/cani.go */
const RESOURCE_VERBS = new Set(
  "get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest".split(" "),
);
const PATH_VERBS = new Set("get put post head options delete patch *".split(" "));

export const authCanI: Verb = {
  name: "auth can-i",
  flags: [
    flag("all-namespaces", "boolean", { short: "A" }),
    flag("quiet", "boolean", { short: "q" }),
    flag("subresource", "text"),
    flag("list", "boolean"),
    flag("no-headers", "boolean"),
  ],
  prepare(given, { namespace }) {
    if (given.isSet("list")) {
      if (given.positional.length > 0) throw new UsageError("list option must be specified with no arguments");
      if (given.isSet("quiet") || given.isSet("all-namespaces") || (given.text("subresource") ?? "") !== "")
        throw new UsageError("list option can't be specified with neither quiet, all-namespaces nor subresource options");
      return (session) => listRules(session, namespace, !given.isSet("no-headers"));
    }
    const { question, warnings } = questionOf(given, namespace);
    if (given.isSet("no-headers")) throw new UsageError("--no-headers cannot be set without --list specified");
    return function* (session) {
      // The text of a warning ends with a line break of its own.
      for (const warning of warnings) for (const line of [`Warning: ${warning}`, ""]) session.warn(line);
      const { allowed } = accepted(
        yield* answer<Result<{ readonly allowed: boolean }>>((done) => session.client.reviewAccess(question, done)),
      );
      if (!given.isSet("quiet")) session.print(allowed ? "yes" : "no");
      if (!allowed) throw new ExitCode("", 1);
    };
  },
};

/** @throws UsageError */
function questionOf(given: Arguments, namespace: string): { readonly question: AccessQuestion; readonly warnings: readonly string[] } {
  const [verb, what] = given.positional.map(({ text }) => text);
  if (given.positional.length !== 2) {
    throw new UsageError("you must specify two arguments: verb resource or verb resource/resourceName.", undefined, {
      pointer: "arguments",
    });
  }
  const subresource = given.text("subresource") ?? "";
  const isEverywhere = given.isSet("all-namespaces");
  if (what.startsWith("/")) {
    if (subresource !== "") throw new UsageError("--subresource can not be used with NonResourceURL");
    return { question: { verb, path: what }, warnings: PATH_VERBS.has(verb) ? [] : [`verb '${verb}' is not a known verb`] };
  }
  const slash = what.indexOf("/");
  const [type, name] = slash < 0 ? [what, ""] : [what.slice(0, slash), what.slice(slash + 1)];
  const info = servedAs(type);
  const warnings = [
    ...(info === undefined && type !== "*" && type !== "users" && type !== "groups" ? [notServed(type)] : []),
    ...(info?.namespaced === false && !isEverywhere ? [notNamespaced(info)] : []),
    ...(RESOURCE_VERBS.has(verb) ? [] : [`verb '${verb}' is not a known verb`]),
  ];
  const group = info === undefined ? "" : groupOf(info);
  const resource = info === undefined ? type : info.resource;
  return { question: { verb, group, resource, subresource, name, namespace: isEverywhere ? "" : namespace }, warnings };
}

/** `deployments.apps`, `deploy`. */
function servedAs(type: string): KindInfo | undefined {
  const [name, ...group] = type.toLowerCase().split(".");
  const info = kindByResourceName(name);
  return info !== undefined && (group.length === 0 || groupOf(info) === group.join(".")) ? info : undefined;
}

function notServed(type: string): string {
  const [name, ...group] = type.toLowerCase().split(".");
  return `the server doesn't have a resource type '${name}'${group.length === 0 ? "" : ` in group '${group.join(".")}'`}`;
}

function notNamespaced(info: KindInfo): string {
  const group = groupOf(info);
  return `resource '${info.resource}' is not namespace scoped${group === "" ? "" : ` in group '${group}'`}`;
}

function* listRules(session: KubectlSession, namespace: string, headers: boolean): Script<void> {
  const rules = accepted(yield* answer<Result<readonly PolicyRule[]>>((done) => session.client.reviewRules(namespace, done)));
  const titles = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];
  const rows = compacted(rules).map(({ resources, apiGroups, nonResourceURLs, resourceNames, verbs }) => [
    combined(resources?.at(0), apiGroups?.at(0)),
    listText(nonResourceURLs),
    listText(resourceNames),
    listText(verbs),
  ]);
  for (const line of alignColumns(headers ? [titles, ...rows] : rows)) session.print(line);
}

/** Rules of one resource each, with the verbs of those that differ in nothing else. Source: k8s.io/component-helpers/auth/rbac/validation */
function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const bySubject = new Map<string, PolicyRule>();
  for (const part of rules.flatMap(brokenDown)) {
    const { verbs, ...subject } = part;
    const key = JSON.stringify([subject.apiGroups, subject.resources, subject.resourceNames, subject.nonResourceURLs]);
    const known = bySubject.get(key);
    bySubject.set(key, known === undefined ? part : { ...subject, verbs: [...new Set([...known.verbs, ...verbs])] });
  }
  return [...bySubject.values()]
    .map((rule) => ({ rule, key: sortKey(rule) }))
    .sort(byKey)
    .map(({ rule }) => rule);
}

function brokenDown({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): readonly PolicyRule[] {
  if (nonResourceURLs.length > 0) return nonResourceURLs.map((url) => ({ verbs, nonResourceURLs: [url] }));
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      names.map((name) => ({ verbs, apiGroups: [group], resources: [resource], ...(name !== undefined && { resourceNames: [name] }) })),
    ),
  );
}

/** Rules are sorted by their text, in which the verbs come first. */
function sortKey({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return [verbs, apiGroups, resources, resourceNames, nonResourceURLs].map(listText).join(",");
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** `deployments.apps/scale`. Source: kubectl/pkg/describe/describe.go CombineResourceGroup */
function combined(resource: string | undefined, group: string | undefined): string {
  if (resource === undefined) return "";
  const [name, subresource] = resource.split("/");
  return `${name}${group === undefined || group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
}

/** As Go prints a list of texts. */
function listText(texts: readonly string[] = []): string {
  return `[${texts.join(" ")}]`;
}

function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new ServerError(result.status);
  return result.object;
}
