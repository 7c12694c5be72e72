/** kubectl expose: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_expose/ */
import type { Service, ServicePort } from "../../api/types/network.js";
import type { Deployment } from "../../api/types/workloads.js";
import { flag } from "./flags.js";
import { templateOf } from "./pod-template.js";
import { forEachObject, parseNamed, type Selection } from "./selection.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import type { AnyObject } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const SERVICE_TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];

export const expose: Verb = {
  name: "expose",
  flags: [
    ...OUTCOME_FLAGS,
    flag("port", "text"),
    flag("target-port", "text"),
    flag("type", "text"),
    flag("name", "text"),
    flag("protocol", "text", { values: ["TCP", "UDP", "SCTP"] }),
    flag("selector", "text"),
    flag("labels", "list", { short: "l" }),
    flag("cluster-ip", "text"),
    flag("session-affinity", "text", { values: ["None", "ClientIP"] }),
    flag("external-ip", "text"),
    flag("load-balancer-ip", "text"),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const type = given.text("type");
    if (type !== undefined && !SERVICE_TYPES.includes(type))
      throw new UsageError(`invalid service type: ${type}`, undefined, { hint: `known are ${SERVICE_TYPES.join(", ")}` });
    const portText = given.text("port");
    if (portText !== undefined && !/^\d+$/.test(portText)) throw new UsageError(`couldn't find port via --port flag or introspection`);
    const port = portText === undefined ? undefined : Number(portText);
    const selection: Selection = { named: parseNamed(given.positional, context.namespace).named, kinds: [] };
    if (selection.named.length === 0) throw new UsageError("resource(s) were provided, but no name was specified");
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const selectorText = given.text("selector");
        const selector =
          selectorText === undefined
            ? selectorOfObject(object)
            : Object.fromEntries(selectorText.split(",").map((pair) => pair.split("=", 2) as [string, string]));
        const service: Service = {
          apiVersion: "v1",
          kind: "Service",
          metadata: {
            name: given.text("name") ?? object.metadata.name,
            ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }),
            ...(object.metadata.labels !== undefined && { labels: object.metadata.labels }),
          },
          spec: {
            ports: portsOf(object, port, given.text("target-port"), given.text("protocol")),
            selector,
            ...(type !== undefined && { type: type as "NodePort" }),
            ...(given.text("cluster-ip") !== undefined && { clusterIP: given.text("cluster-ip")! }),
            ...(given.text("session-affinity") !== undefined && { sessionAffinity: given.text("session-affinity") as "ClientIP" }),
            ...(given.text("external-ip") !== undefined && { externalIPs: [given.text("external-ip")!] }),
            ...(given.text("load-balancer-ip") !== undefined && { loadBalancerIP: given.text("load-balancer-ip")! }),
          },
        };
        yield* outcome.create(session, service, "exposed");
      });
  },
};

function selectorOfObject(object: AnyObject): Readonly<Record<string, string>> {
  switch (object.kind) {
    case "Deployment":
    case "ReplicaSet": {
      const selector = (object as Deployment).spec.selector;
      if ((selector.matchExpressions?.length ?? 0) > 0)
        throw new KubectlError(
          `couldn't convert expressions - "${JSON.stringify(selector.matchExpressions)}" to map-based selector format`,
        );
      return selector.matchLabels ?? {};
    }
    case "ReplicationController":
      return object.spec.selector ?? {};
    case "Service":
      return object.spec.selector ?? {};
    case "Pod":
      if (object.metadata.labels === undefined)
        throw new KubectlError(
          "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
        );
      return object.metadata.labels;
    default:
      throw new KubectlError(`cannot expose a ${object.kind}`);
  }
}

function portsOf(
  object: AnyObject,
  port: number | undefined,
  targetPort: string | undefined,
  protocol: string | undefined,
): readonly ServicePort[] {
  const shared = protocol === undefined ? {} : { protocol: protocol as "TCP" };
  const target = targetPort === undefined ? {} : { targetPort: /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort };
  if (port !== undefined) return [{ port, ...target, ...shared }];
  if (object.kind === "Service") return object.spec.ports ?? [];
  const ports = (templateOf(object)?.spec.containers ?? []).flatMap((container) => container.ports ?? []);
  if (ports.length === 0) throw new KubectlError("couldn't find port via --port flag or introspection");
  return ports.map(({ containerPort, protocol: own }, index) => ({
    ...(ports.length > 1 && { name: `port-${index + 1}` }),
    port: containerPort,
    ...target,
    ...(own !== undefined && { protocol: own }),
    ...shared,
  }));
}
