/** The Service that expose and run --expose make of their flags. Source: kubectl/pkg/cmd/expose/expose.go createService */
import type { ServicePort } from "../../api/types/network.js";
import { UsageError } from "./usage-error.js";

export interface ServiceOrder {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  /** Numbers with commas between them; empty: none. */
  readonly ports: string;
  readonly targetPort?: string;
  /** For all ports. */
  readonly protocol?: string;
  /** Of single ports. */
  readonly protocols?: ReadonlyMap<string, string>;
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalIP?: string;
  readonly loadBalancerIP?: string;
  readonly sessionAffinity?: string;
}

/** @throws UsageError */
export function generatedService(order: ServiceOrder) {
  const {
    name,
    namespace,
    labels,
    selector,
    type = "",
    clusterIP = "",
    externalIP = "",
    loadBalancerIP = "",
    sessionAffinity = "",
  } = order;
  if (sessionAffinity !== "" && sessionAffinity !== "ClientIP" && sessionAffinity !== "None")
    throw new UsageError(`unknown session affinity: ${sessionAffinity}`);
  const ports = portsOf(order);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels !== undefined && { labels }) },
    spec: {
      selector,
      ...(ports.length > 0 && { ports }),
      ...(externalIP !== "" && { externalIPs: [externalIP] }),
      ...(type !== "" && { type }),
      ...(type === "LoadBalancer" && loadBalancerIP !== "" && { loadBalancerIP }),
      ...(sessionAffinity !== "" && { sessionAffinity }),
      ...(clusterIP !== "" && { clusterIP }),
    },
  };
}

function portsOf({ ports, targetPort = "", protocol = "", protocols }: ServiceOrder): readonly ServicePort[] {
  const numbers = ports === "" ? [] : ports.split(",");
  return numbers.map((text, index) => {
    const port = wholeNumber(text);
    return {
      ...(numbers.length > 1 && { name: `port-${index + 1}` }),
      port,
      protocol: (protocol === "" ? (protocols?.get(text) ?? "TCP") : protocol) as "TCP",
      targetPort: targetPort === "" ? port : /^[+-]?\d+$/.test(targetPort) ? Number(targetPort) : targetPort,
    };
  });
}

/** @throws UsageError in the words of Go's strconv.Atoi */
export function wholeNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** `app=web,tier=front`. Source: kubectl/pkg/generate/generate.go ParseLabels. @throws UsageError */
export function labelsOf(text: string): Record<string, string> {
  if (text === "") throw new UsageError("no label spec passed");
  return Object.fromEntries(
    text.split(",").map((spec): [string, string] => {
      const [key, value, more] = spec.split("=");
      if (value === undefined || more !== undefined || key === "") throw new UsageError(`unexpected label spec: ${spec}`);
      return [key, value];
    }),
  );
}
