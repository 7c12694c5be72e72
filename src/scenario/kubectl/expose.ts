/** kubectl expose: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_expose/ */
import { kindInfo } from "../../api/kinds.js";
import type { LabelSelector } from "../../api/types/meta.js";
import { flag } from "./flags.js";
import { generated } from "./generated.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { templateOf } from "./pod-template.js";
import { forEachObject, parseSelection } from "./selection.js";
import { OBJECT_FILE_FLAGS } from "./selection-flags.js";
import { generatedService, labelsOf, type ServiceOrder } from "./service-generator.js";
import { type AnyObject, groupOf } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const NO_OVERRIDES = "use --dry-run=client -o yaml, and create -f what it prints";
/** The longest name that a label of the DNS takes; longer ones are cut off. */
const LONGEST_NAME = 63;
const HEADLESS = "None";

export const expose: Verb = {
  name: "expose",
  flags: [
    ...OBJECT_FILE_FLAGS,
    ...OUTCOME_FLAGS,
    flag("port", "text"),
    flag("target-port", "text"),
    flag("type", "text"),
    flag("name", "text"),
    flag("protocol", "text"),
    flag("selector", "text"),
    flag("labels", "text", { short: "l" }),
    flag("cluster-ip", "text"),
    flag("session-affinity", "text"),
    flag("external-ip", "text"),
    flag("load-balancer-ip", "text"),
    flag("save-config", "boolean"),
    flag("overrides", "text", { refusal: NO_OVERRIDES }),
    flag("override-type", "text", { refusal: NO_OVERRIDES }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const text = (name: string) => given.text(name) ?? "";
    const wanted = {
      targetPort: text("target-port"),
      protocol: text("protocol"),
      type: text("type"),
      clusterIP: text("cluster-ip"),
      externalIP: text("external-ip"),
      loadBalancerIP: text("load-balancer-ip"),
      sessionAffinity: text("session-affinity"),
    };
    const [selector, labels] = [text("selector"), text("labels")].map((spec) => (spec === "" ? undefined : labelsOf(spec)));
    // What can be said of the flags alone is said before anything runs.
    generatedService({ name: "web", selector: {}, ports: text("port"), ...wanted });
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (!EXPOSED.has(object.kind)) throw new KubectlError(`cannot expose a ${groupKind(object)}`);
        const { name, namespace } = object.metadata;
        const order: ServiceOrder = {
          ...wanted,
          name: text("name") === "" ? name.slice(0, LONGEST_NAME) : text("name"),
          ...(namespace !== undefined && (!outcome.isLocal || context.isNamespaceGiven) && { namespace }),
          ...labelled(labels ?? object.metadata.labels),
          selector: selector ?? selectorOfObject(object),
          ports: text("port") === "" ? portsOf(object, wanted.clusterIP === HEADLESS) : text("port"),
          protocols: protocolsOf(object),
        };
        yield* outcome.create(session, serviceFrom(order), "exposed");
      });
  },
};

function labelled(labels: Readonly<Record<string, string>> | undefined): Pick<ServiceOrder, "labels"> {
  return labels === undefined ? {} : { labels };
}

/** What the flags and the object come to. @throws KubectlError */
function serviceFrom(order: ServiceOrder) {
  try {
    return generated(generatedService(order));
  } catch (error) {
    throw error instanceof UsageError ? new KubectlError(error.message) : error;
  }
}

/** Source: kubectl/pkg/polymorphichelpers/canbeexposed.go */
const EXPOSED: ReadonlySet<string> = new Set(["ReplicationController", "Service", "Pod", "Deployment", "ReplicaSet"]);

/** `StatefulSet.apps`. */
function groupKind({ kind }: AnyObject): string {
  const group = groupOf(kindInfo(kind)!);
  return group === "" ? kind : `${kind}.${group}`;
}

/** Source: kubectl/pkg/polymorphichelpers/mapbasedselectorforobject.go. @throws KubectlError */
function selectorOfObject(object: AnyObject): Readonly<Record<string, string>> {
  const labels = object.kind === "Pod" ? object.metadata.labels : selectorLabels(object);
  if (labels !== undefined && Object.keys(labels).length > 0) return labels;
  throw unselected(
    object.kind === "Pod" ? "the pod has no labels and cannot be exposed" : `the ${object.kind.toLowerCase()} has no pod selector set`,
  );
}

function selectorLabels(object: AnyObject): Readonly<Record<string, string>> | undefined {
  if (object.kind === "Service" || object.kind === "ReplicationController") return object.spec.selector;
  const { matchLabels, matchExpressions = [] } = (object as { readonly spec: { readonly selector: LabelSelector } }).spec.selector;
  if (matchExpressions.length === 0) return matchLabels;
  const shown = matchExpressions.map(({ key, operator, values = [] }) => `{Key:${key} Operator:${operator} Values:[${values.join(" ")}]}`);
  throw unselected(`couldn't convert expressions - "[${shown.join(" ")}]" to map-based selector format`);
}

function unselected(why: string): KubectlError {
  return new KubectlError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);
}

interface Port {
  readonly number: number;
  readonly protocol: string;
}

/** Source: kubectl/pkg/polymorphichelpers/portsforobject.go, protocolsforobject.go */
function exposedPorts(object: AnyObject): readonly Port[] {
  if (object.kind === "Service") return (object.spec.ports ?? []).map(({ port, protocol = "TCP" }) => ({ number: port, protocol }));
  const spec = object.kind === "Pod" ? object.spec : templateOf(object)?.spec;
  return (spec?.containers ?? [])
    .flatMap(({ ports = [] }) => ports)
    .map(({ containerPort, protocol = "TCP" }) => ({ number: containerPort, protocol }));
}

function portsOf(object: AnyObject, mayBeNone: boolean): string {
  const ports = exposedPorts(object);
  if (ports.length === 0 && !mayBeNone) throw new KubectlError("couldn't find port via --port flag or introspection");
  return ports.map(({ number }) => number).join(",");
}

function protocolsOf(object: AnyObject): ReadonlyMap<string, string> {
  return new Map(exposedPorts(object).map(({ number, protocol }) => [String(number), protocol]));
}
