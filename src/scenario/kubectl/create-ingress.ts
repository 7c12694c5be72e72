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

/** The spec that --rule=HOST/PATH=SERVICE:PORT[,tls[=SECRET]] and the others describe. @throws UsageError */
export function ingressSpecOf(given: Arguments): Ingress["spec"] {
  const rules = new Map<string, Rule>();
  const tls: NonNullable<Ingress["spec"]["tls"]>[number][] = [];
  for (const text of given.texts("rule")) {
    const parts = /^([^/]*)(\/[^=]*)=([^,]+)(?:,tls(?:=([^,]+))?)?$/.exec(text) as readonly (string | undefined)[] | null;
    if (parts === null) throw new UsageError(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const [, host = "", path = "", service = "", secretName] = parts;
    // A path that ends with an asterisk stands for all that begin like it.
    const isPrefix = path.endsWith("*");
    const shown = isPrefix ? path.slice(0, -1) : path;
    const entry = { path: shown === "" ? "/" : shown, pathType: isPrefix ? "Prefix" : "Exact", backend: backendOf(service) };
    const known = rules.get(host);
    rules.set(host, { ...(host !== "" && { host }), http: { paths: [...(known?.http?.paths ?? []), entry] } });
    if (/,tls(=|$)/.test(text)) tls.push({ ...(host !== "" && { hosts: [host] }), ...(secretName !== undefined && { secretName }) });
  }
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
    ...(tls.length > 0 && { tls }),
  };
}

function backendOf(text: string): IngressBackend {
  const [name, port] = text.split(":");
  if (port === undefined || port === "") throw new UsageError(`backend ${text} is invalid and should be in format svcname:svcport`);
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}
