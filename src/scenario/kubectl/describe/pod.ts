/** Pods, and the pod templates of workloads. Source: kubectl/pkg/describe/describe.go, describePod and DescribePodTemplate. */
import { formatLabelSelector } from "../../../api/selector.js";
import { hasEnded } from "../../../api/pod-phase.js";
import { podQosClass } from "../../../api/resources.js";
import type { Pod, PodSpec, PodTemplateSpec, Toleration } from "../../../api/types/pod.js";
import { containerLines, requirementLines } from "./containers.js";
import type { Describer } from "./describer.js";
import {
  annotationLines,
  controlledBy,
  field,
  fieldOfMany,
  labelLines,
  type Lines,
  longTime,
  nameLines,
  NONE,
  noteLines,
  row,
  since,
} from "./lines.js";
import { volumeLines } from "./volumes.js";

export const podDescriber: Describer<Pod> = {
  describe(pod, _, now) {
    const { metadata, spec, status = {} } = pod;
    const finished = hasEnded(pod);
    const node = spec.nodeName === undefined || spec.nodeName === "" ? NONE : `${spec.nodeName}/${status.hostIP ?? ""}`;
    return [
      ...nameLines(metadata),
      ...optional("Priority", spec.priority),
      ...optional("Priority Class Name", spec.priorityClassName),
      ...optional("Runtime Class Name", spec.runtimeClassName),
      ...optional("Service Account", spec.serviceAccountName),
      field(0, "Node", node),
      ...(status.startTime === undefined ? [] : [field(0, "Start Time", longTime(status.startTime))]),
      ...noteLines(metadata),
      ...(metadata.deletionTimestamp === undefined || finished
        ? [field(0, "Status", status.phase ?? "")]
        : [
            field(0, "Status", `Terminating (lasts ${since(metadata.deletionTimestamp, now)})`),
            field(0, "Termination Grace Period", `${metadata.deletionGracePeriodSeconds ?? 0}s`),
          ]),
      ...optional("Reason", status.reason),
      ...optional("Message", status.message),
      field(0, "IP", status.podIP ?? ""),
      ...addressLines(pod),
      ...controlledBy(metadata),
      ...optional("NominatedNodeName", status.nominatedNodeName),
      ...(spec.resources === undefined ? [] : [row(0, "Resources:"), ...requirementLines(1, spec.resources)]),
      ...(spec.initContainers === undefined || spec.initContainers.length === 0
        ? []
        : containerLines("Init Containers", spec.initContainers, { pod, statuses: status.initContainerStatuses })),
      ...containerLines("Containers", spec.containers, { pod, statuses: status.containerStatuses }),
      ...readinessGateLines(pod),
      ...conditionLines(pod),
      ...volumeLines(spec.volumes),
      field(0, "QoS Class", podQosClass(pod)),
      ...labelLines(0, "Node-Selectors", spec.nodeSelector),
      ...fieldOfMany(0, "Tolerations", tolerationTexts(spec.tolerations)),
      ...spreadLines(0, spec),
    ];
  },
};

function optional(title: string, value: string | number | undefined): Lines {
  return value === undefined || value === "" ? [] : [field(0, title, value)];
}

function addressLines({ status }: Pod): Lines {
  const addresses = status?.podIPs ?? [];
  return addresses.length === 0 ? [field(0, "IPs", NONE)] : ["IPs:", ...addresses.map(({ ip }) => field(1, "IP", ip))];
}

function readinessGateLines({ spec, status }: Pod): Lines {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return [];
  const state = (gate: string) => status?.conditions?.find(({ type }) => type === gate)?.status ?? NONE;
  return [
    "Readiness Gates:",
    row(1, "Type", "Status"),
    ...gates.map(({ conditionType }) => row(1, `${conditionType} `, `${state(conditionType)} `)),
  ];
}

function conditionLines({ status }: Pod): Lines {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return [];
  return ["Conditions:", row(1, "Type", "Status"), ...conditions.map(({ type, status: is }) => row(1, `${type} `, `${is} `))];
}

/** `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`, sorted by key. */
export function tolerationTexts(tolerations: readonly Toleration[] | undefined): readonly string[] {
  return [...(tolerations ?? [])]
    .sort((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : (a.key ?? "") > (b.key ?? "") ? 1 : 0))
    .map(({ key = "", value = "", effect, operator, tolerationSeconds }) => {
      const matched = `${key}${value === "" ? "" : `=${value}`}${effect === undefined ? "" : `:${effect}`}`;
      const exists = operator === "Exists" && value === "" ? `${matched === "" ? "" : " "}op=Exists` : "";
      return `${matched}${exists}${tolerationSeconds === undefined ? "" : ` for ${tolerationSeconds}s`}`;
    });
}

function spreadLines(level: number, { topologySpreadConstraints = [] }: PodSpec): Lines {
  if (topologySpreadConstraints.length === 0) return [];
  const texts = [...topologySpreadConstraints]
    .sort((a, b) => (a.topologyKey < b.topologyKey ? -1 : a.topologyKey > b.topologyKey ? 1 : 0))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const selected = labelSelector === undefined ? "" : ` for selector ${formatLabelSelector(labelSelector)}`;
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selected}`;
    });
  return fieldOfMany(level, "Topology Spread Constraints", texts);
}

/** The template as it stands in the description of its workload. */
export function podTemplateLines(template: PodTemplateSpec | undefined): Lines {
  if (template === undefined) return ["Pod Template:", row(1, "<unset>")];
  const { metadata = {}, spec } = template;
  const service = spec.serviceAccountName ?? "";
  return [
    "Pod Template:",
    ...labelLines(1, "Labels", metadata.labels),
    ...(Object.keys(metadata.annotations ?? {}).length === 0 ? [] : annotationLines(1, "Annotations", metadata.annotations)),
    ...(service === "" ? [] : [field(1, "Service Account", service)]),
    ...(spec.initContainers === undefined || spec.initContainers.length === 0
      ? []
      : containerLines("Init Containers", spec.initContainers, "template")),
    ...containerLines("Containers", spec.containers, "template"),
    ...volumeLines(spec.volumes, "  "),
    ...spreadLines(1, spec),
    ...(spec.priorityClassName === undefined || spec.priorityClassName === ""
      ? []
      : [field(1, "Priority Class Name", spec.priorityClassName)]),
    ...labelLines(1, "Node-Selectors", spec.nodeSelector),
    ...fieldOfMany(1, "Tolerations", tolerationTexts(spec.tolerations)),
  ];
}
