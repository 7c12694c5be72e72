/** kubectl create ingress: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_ingress/ */
import type { Ingress, IngressBackend } from "../../api/types/network.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { UsageError } from "./usage-error.js";

export const INGRESS_FLAGS: readonly Flag[] = [
  flag("rule", "texts"),
  flag("class", "text"),
  flag("default-backend", "text"),
  flag("annotation", "texts"),
];

type Rule = NonNullable<Ingress["spec"]["rules"]>[number];

/** Source: kubectl/pkg/cmd/create/create_ingress.go ruleRegex */
const RULE = /^(?<host>[\w*\-.]*)(?<path>\/.*)=(?<service>[\w-]+):(?<port>[\w-]+)(?<tls>,tls=?(?<secret>[\w-]+)?)?/;

type Tls = NonNullable<Ingress["spec"]["tls"]>[number];

/** The spec that --rule=HOST/PATH=SERVICE:PORT[,tls[=SECRET]] and the others describe. @throws UsageError */
export function ingressSpecOf(given: Arguments): Ingress["spec"] {
  const rules = new Map<string, Rule>();
  const secure = new Map<string, string>();
  for (const text of given.texts("rule")) {
    const parts = RULE.exec(text)?.groups;
    if (parts === undefined)
      throw new UsageError(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const {
      host,
      path,
      service,
      port,
      tls,
      secret = "",
    } = parts as Partial<Record<string, string>> & Readonly<Record<"host" | "path" | "service" | "port", string>>;
    // A path that ends with an asterisk stands for all that begin like it.
    const isPrefix = path.endsWith("*");
    const shown = isPrefix ? path.slice(0, -1) : path;
    const entry = { path: shown, pathType: isPrefix ? "Prefix" : "Exact", backend: backendOf(`${service}:${port}`) };
    const known = rules.get(host);
    rules.set(host, { ...(host !== "" && { host }), http: { paths: [...(known?.http?.paths ?? []), entry] } });
    if (tls !== undefined && !secure.has(host)) secure.set(host, secret);
  }
  const tls = tlsOf(secure);
  const fallback = given.text("default-backend");
  if (rules.size === 0 && fallback === undefined)
    throw new UsageError(
      "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
    );
  const ingressClassName = given.text("class");
  return {
    ...(ingressClassName !== undefined && { ingressClassName }),
    ...(fallback !== undefined && { defaultBackend: backendOf(fallback) }),
    ...(rules.size > 0 && { rules: [...rules.values()] }),
    ...(tls.length > 0 && { tls: [...tls] }),
  };
}

/** The hosts of one secret in one entry; a host is taken with its first secret. */
function tlsOf(secretOfHost: ReadonlyMap<string, string>): readonly Tls[] {
  const bySecret = new Map<string, string[]>();
  for (const [host, secret] of secretOfHost) bySecret.set(secret, [...(bySecret.get(secret) ?? []), ...(host === "" ? [] : [host])]);
  return [...bySecret]
    .filter(([secret, hosts]) => secret !== "" || hosts.length > 0)
    .map(([secretName, hosts]) => ({ ...(hosts.length > 0 && { hosts }), ...(secretName !== "" && { secretName }) }));
}

function backendOf(text: string): IngressBackend {
  const [name, port, more] = text.split(":");
  if (port === undefined || more !== undefined) throw new UsageError("default-backend should be in format servicename:serviceport");
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}
