/** kubectl create service: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_service/ */
import type { Service, ServicePort } from "../../api/types/network.js";
import { type Arguments, flag, type Flag, required } from "./flags.js";
import { UsageError } from "./usage-error.js";

const tcp = flag("tcp", "list");

export const CLUSTER_IP_FLAGS: readonly Flag[] = [tcp, flag("clusterip", "text")];
export const NODE_PORT_FLAGS: readonly Flag[] = [tcp, flag("node-port", "integer")];
export const LOAD_BALANCER_FLAGS: readonly Flag[] = [tcp];
export const EXTERNAL_NAME_FLAGS: readonly Flag[] = [tcp, flag("external-name", "text")];

const LARGEST_PORT = 65_535;
const NO_ADDRESS = "None";

/** PORT or PORT:TARGET, of which the target may be a name. Source: kubectl/pkg/cmd/create/create_service.go parsePorts. @throws UsageError */
function servicePort(entry: string, nodePort: number): ServicePort {
  const [portText, targetText = portText] = entry.split(":");
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > LARGEST_PORT) {
    throw new UsageError(`invalid port number: ${portText}`, undefined, { hint: "--tcp takes PORT or PORT:TARGET" });
  }
  const targetPort = /^\d+$/.test(targetText) ? Number(targetText) : targetText;
  return { name: entry.replaceAll(":", "-"), port, protocol: "TCP", targetPort, ...(nodePort > 0 && { nodePort }) };
}

/** Source: kubectl/pkg/cmd/create/create_service.go createService and Validate */
export function serviceOf(type: NonNullable<Service["spec"]["type"]>): (name: string, given: Arguments) => Omit<Service, "status"> {
  return (name, given) => {
    const clusterIP = given.text("clusterip") ?? "";
    const ports = given.list("tcp").map((entry) => servicePort(entry, given.integer("node-port") ?? 0));
    if (ports.length === 0 && clusterIP !== NO_ADDRESS && type !== "ExternalName")
      throw new UsageError("at least one tcp port specifier must be provided");
    return {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, labels: { app: name } },
      spec: {
        type,
        selector: { app: name },
        ...(clusterIP !== "" && { clusterIP }),
        ...(type === "ExternalName" && { externalName: required(given, "external-name") }),
        ...(ports.length > 0 && { ports }),
      },
    };
  };
}
