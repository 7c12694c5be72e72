/**
 * Which backend of an Ingress a request belongs to, by host and path.
 * Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types and #hostname-wildcards
 */
import type { Ingress, IngressBackend } from "../api/types/network.js";

type Rule = NonNullable<Ingress["spec"]["rules"]>[number];

/** The backend for a request, undefined where no rule matches and there is no default backend: the proxy then answers 404. */
export function ingressBackend(ingress: Ingress, host: string | undefined, path: string): IngressBackend | undefined {
  const { rules = [], defaultBackend } = ingress.spec;
  // The host itself goes before a wildcard, a wildcard before rules for every host.
  for (const matches of [isExactHost, isWildcardHost, isAnyHost]) {
    const paths = rules.filter((rule) => matches(rule, host)).flatMap((rule) => rule.http?.paths ?? []);
    let best: (typeof paths)[number] | undefined;
    for (const candidate of paths) {
      if (matchesPath(candidate.pathType, candidate.path ?? "/", path) && (best === undefined || precedes(candidate, best)))
        best = candidate;
    }
    if (best !== undefined) return best.backend;
  }
  return defaultBackend;
}

function isExactHost(rule: Rule, host: string | undefined): boolean {
  return rule.host !== undefined && rule.host !== "" && rule.host === host;
}

/** "*.example.com" covers one label: a.example.com, but neither a.b.example.com nor example.com. */
function isWildcardHost(rule: Rule, host: string | undefined): boolean {
  if (host === undefined || rule.host?.startsWith("*.") !== true) return false;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === rule.host.slice(1);
}

function isAnyHost(rule: Rule): boolean {
  return rule.host === undefined || rule.host === "";
}

/** Exact compares the whole path; Prefix, and what the controller makes of ImplementationSpecific, compares whole elements. */
function matchesPath(pathType: string, pattern: string, path: string): boolean {
  if (pathType === "Exact") return path === pattern;
  const prefix = pattern.endsWith("/") ? pattern.slice(0, -1) : pattern;
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** The longest path goes first; among equals an exact one before a prefix. */
function precedes(
  a: { readonly path?: string; readonly pathType: string },
  b: { readonly path?: string; readonly pathType: string },
): boolean {
  const [lengthA, lengthB] = [(a.path ?? "/").length, (b.path ?? "/").length];
  return lengthA > lengthB || (lengthA === lengthB && a.pathType === "Exact" && b.pathType !== "Exact");
}
