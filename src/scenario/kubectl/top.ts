/** kubectl top: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_top/ */
import { quantityMilliValue, quantityValue } from "../../api/quantity.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import { formatDuration } from "../../api/duration.js";
import { MINUTE, SECOND } from "../../engine/simulation.js";
import type { NodeMetrics, PodMetrics, ResourceUsage } from "../../cluster/metrics/metrics-api.js";
import { compare } from "./compare.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { noneFound } from "./get.js";
import { selectorOf } from "./selection.js";
import { KubectlError, ServerError } from "./kubectl-error.js";
import { alignColumns } from "./table.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const UNKNOWN = "<unknown>";
/** A pod of this age should have metrics. Source: kubectl/pkg/cmd/top/top_pod.go, metricsCreationDelay. */
const METRICS_DELAY = 2 * MINUTE;
const MEBIBYTE = 2 ** 20;

const ORDERS = { cpu: "cpuMillicores", memory: "memoryBytes" } as const;
type Order = (typeof ORDERS)[keyof typeof ORDERS];

const TOP_FLAGS: readonly Flag[] = [
  flag("selector", "text", { short: "l" }),
  flag("sort-by", "text"),
  flag("no-headers", "boolean"),
  flag("use-protocol-buffers", "boolean"),
];

function orderOf(given: Arguments): Order | undefined {
  const text = given.text("sort-by");
  if (text === undefined || text === "") return undefined;
  if (text !== "cpu" && text !== "memory") throw new UsageError("--sort-by accepts only cpu or memory");
  return ORDERS[text];
}

interface Row {
  readonly namespace?: string;
  readonly name: string;
  readonly usage: ResourceUsage | undefined;
}

/** The most first; by name where nothing is asked for. */
function sorted<R extends Row>(rows: readonly R[], order: Order | undefined): readonly R[] {
  const amount = ({ usage }: R) => (order === undefined || usage === undefined ? 0 : usage[order]);
  return [...rows].sort((a, b) => amount(b) - amount(a) || compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name));
}

function cores(millicores: number): string {
  return `${millicores}m`;
}

function mebibytes(bytes: number): string {
  return `${Math.trunc(bytes / MEBIBYTE)}Mi`;
}

/** Lines of `kubectl top nodes`. @param usesCapacity percentages of the capacity instead of what is allocatable */
export function nodeLines(metrics: readonly NodeMetrics[], order?: Order, usesCapacity = false, headers = true): readonly string[] {
  const share = (used: number, whole: number) => `${whole === 0 ? 0 : Math.trunc((used / whole) * 100)}%`;
  const rows = sorted(
    metrics.map(({ node, usage }) => ({ name: node.metadata.name, node, usage })),
    order,
  ).map(({ name, node, usage }) => {
    if (usage === undefined) return [name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
    const { cpuMillicores, memoryBytes } = usage;
    const whole = (usesCapacity ? node.status?.capacity : node.status?.allocatable) ?? {};
    return [
      name,
      cores(cpuMillicores),
      share(cpuMillicores, quantityMilliValue(whole["cpu"] ?? 0)),
      mebibytes(memoryBytes),
      share(memoryBytes, quantityValue(whole["memory"] ?? 0)),
    ];
  });
  return table(["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"], rows, headers);
}

export interface PodTableOptions {
  readonly order?: Order;
  readonly namespaces?: boolean;
  readonly containers?: boolean;
  readonly headers?: boolean;
  /** Whether a sum stands at the end. */
  readonly sum?: boolean;
}

/** Lines of `kubectl top pods`. */
export function podLines(metrics: readonly PodMetrics[], options: PodTableOptions = {}): readonly string[] {
  const { order, namespaces = false, containers = false, headers = true } = options;
  const pods = metrics.map((one) => ({ ...one, usage: total(one) }));
  const place = ({ namespace }: PodMetrics) => (namespaces ? [namespace] : []);
  const use = ({ cpuMillicores, memoryBytes }: ResourceUsage) => [cores(cpuMillicores), mebibytes(memoryBytes)];
  const rows = sorted(pods, order).flatMap((pod) =>
    containers
      ? sorted(pod.containers, undefined).map(({ name, usage }) => [...place(pod), pod.name, name, ...use(usage)])
      : [[...place(pod), pod.name, ...use(pod.usage)]],
  );
  const titles = [...(namespaces ? ["NAMESPACE"] : []), ...(containers ? ["POD"] : []), "NAME", "CPU(cores)", "MEMORY(bytes)"];
  const blank = titles.slice(2).map(() => "");
  const sum =
    options.sum === true
      ? [
          [...blank, "________", "________"],
          [...blank, ...use(added(pods))],
        ]
      : [];
  return table(titles, [...rows, ...sum], headers);
}

function added(pods: readonly { readonly usage: ResourceUsage }[]): ResourceUsage {
  return {
    cpuMillicores: pods.reduce((sum, { usage }) => sum + usage.cpuMillicores, 0),
    memoryBytes: pods.reduce((sum, { usage }) => sum + usage.memoryBytes, 0),
  };
}

function total({ containers }: PodMetrics): ResourceUsage {
  return {
    cpuMillicores: containers.reduce((sum, { usage }) => sum + usage.cpuMillicores, 0),
    memoryBytes: containers.reduce((sum, { usage }) => sum + usage.memoryBytes, 0),
  };
}

/** Each cell is padded, the last of a row as well. Source: kubectl/pkg/metricsutil/metrics_printer.go */
function table(titles: readonly string[], rows: readonly (readonly string[])[], headers: boolean): readonly string[] {
  return alignColumns((headers ? [titles, ...rows] : rows).map((cells) => [...cells, ""]));
}

/** Why there are no metrics of the pods. Source: kubectl/pkg/cmd/top/top_pod.go, verifyEmptyMetrics. */
function whyNoMetrics(pods: readonly Pod[], now: Timestamp): string {
  for (const { metadata } of pods) {
    const age = now - (metadata.creationTimestamp ?? now);
    if (age > METRICS_DELAY)
      return `Metrics not available for pod ${metadata.namespace ?? ""}/${metadata.name}, age: ${formatDuration(Math.floor(age / SECOND) * SECOND)}`;
  }
  return "metrics not available yet";
}

function nameOf(given: Arguments): string | undefined {
  const [word, more] = given.positional;
  if (more !== undefined) throw new UsageError("at most one name is taken", more.offset);
  if (word !== undefined && given.has("selector")) throw new UsageError("only one of NAME or --selector can be provided");
  return word?.text;
}

export const topPods: Verb = {
  name: "top pod",
  flags: [...TOP_FLAGS, flag("containers", "boolean"), flag("sum", "boolean"), flag("all-namespaces", "boolean", { short: "A" })],
  prepare(given, { namespace }) {
    const order = orderOf(given);
    const name = nameOf(given);
    const selector = given.text("selector");
    const everywhere = given.isSet("all-namespaces");
    const labelSelector = selector === undefined ? undefined : selectorOf(selector);
    const options = { ...(!everywhere && { namespace }), ...(labelSelector !== undefined && { labelSelector }) };
    return function* (session) {
      const all = yield* session.podMetrics(options);
      const metrics = name === undefined ? all : all.filter((one) => one.name === name);
      if (metrics.length > 0) {
        const tableOptions = {
          namespaces: everywhere,
          containers: given.isSet("containers"),
          sum: given.isSet("sum"),
          headers: !given.isSet("no-headers"),
        };
        for (const line of podLines(metrics, { ...tableOptions, ...(order !== undefined && { order }) })) session.print(line);
        return;
      }
      if (name !== undefined) {
        const message = `podmetrics.metrics.k8s.io "${namespace}/${name}" not found`;
        throw new ServerError({ code: 404, reason: "NotFound", message });
      }
      const pods = yield* session.list("Pod", options.namespace, labelSelector);
      if (pods.length === 0) session.warn(noneFound(options.namespace, true));
      else throw new KubectlError(whyNoMetrics(pods, session.clock));
    };
  },
};

export const topNodes: Verb = {
  name: "top node",
  flags: [...TOP_FLAGS, flag("show-capacity", "boolean")],
  prepare(given) {
    const order = orderOf(given);
    const name = nameOf(given);
    const selector = given.text("selector");
    const labelSelector = selector === undefined ? undefined : selectorOf(selector);
    return function* (session) {
      const all = yield* session.nodeMetrics(labelSelector === undefined ? {} : { labelSelector });
      const metrics = name === undefined ? all : all.filter(({ node }) => node.metadata.name === name);
      if (name !== undefined && metrics[0]?.usage === undefined)
        throw new ServerError({ code: 404, reason: "NotFound", message: `nodemetrics.metrics.k8s.io "${name}" not found` });
      if (metrics.every(({ usage }) => usage === undefined)) throw new KubectlError("metrics not available yet");
      for (const line of nodeLines(metrics, order, given.isSet("show-capacity"), !given.isSet("no-headers"))) session.print(line);
    };
  },
};
