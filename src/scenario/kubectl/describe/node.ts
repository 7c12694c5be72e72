/** Nodes, with what their pods have been promised. Source: kubectl/pkg/describe/describe.go, describeNode and describeNodeResource. */
import { quantityMilliValue } from "../../../api/quantity.js";
import { addResourceLists } from "../../../api/resource-list.js";
import { podLimits, podRequests } from "../../../api/resources.js";
import type { ResourceList, Timestamp } from "../../../api/types/meta.js";
import type { Lease, Node, Taint } from "../../../api/types/node.js";
import type { Pod } from "../../../api/types/pod.js";
import { nodeRoles } from "../status-columns.js";
import type { Describer } from "./describer.js";
import { field, fieldOfMany, type Lines, longTime, noteLines, quantityText, resourceLines, row, since, table, UNSET } from "./lines.js";

/** Namespace of the Leases that kubelets renew. Source: https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats */
const LEASES = "kube-node-lease";

export const nodeDescriber: Describer<Node> = {
  related: ["Pod", "Lease"],
  describe(node, around, now) {
    const { metadata, spec, status = {} } = node;
    const lease = around.list("Lease").find((one) => one.metadata.namespace === LEASES && one.metadata.name === metadata.name);
    return [
      field(0, "Name", metadata.name),
      field(0, "Roles", nodeRoles(node)),
      ...noteLines(metadata),
      field(0, "CreationTimestamp", longTime(metadata.creationTimestamp)),
      ...fieldOfMany(0, "Taints", taintTexts(spec.taints)),
      field(0, "Unschedulable", spec.unschedulable ?? false),
      ...leaseLines(lease, metadata.name),
      ...conditionLines(node),
      "Addresses:",
      ...(status.addresses ?? []).map(({ type, address }) => field(1, type, address)),
      ...(status.capacity === undefined ? [] : ["Capacity:", ...resourceLines(1, status.capacity)]),
      ...(status.allocatable === undefined ? [] : ["Allocatable:", ...resourceLines(1, status.allocatable)]),
      ...systemLines(node),
      ...(spec.podCIDR === undefined ? [] : [field(0, "PodCIDR", spec.podCIDR)]),
      ...(spec.podCIDRs === undefined ? [] : [field(0, "PodCIDRs", spec.podCIDRs.join(","))]),
      ...(spec.providerID === undefined ? [] : [field(0, "ProviderID", spec.providerID)]),
      ...resourceUseLines(node, runningOn(node, around.list("Pod")), now),
    ];
  },
};

function runningOn({ metadata }: Node, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(({ spec, status }) => spec.nodeName === metadata.name && status?.phase !== "Succeeded" && status?.phase !== "Failed");
}

/** `key=value:Effect`, by effect and key. */
function taintTexts(taints: readonly Taint[] | undefined): readonly string[] {
  const order = ({ effect, key }: Taint) => `${effect},${key}`;
  return [...(taints ?? [])]
    .sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
    .map(({ key, value, effect }) => `${key}${value === undefined || value === "" ? "" : `=${value}`}:${effect}`);
}

function leaseLines(lease: Lease | undefined, name: string): Lines {
  if (lease === undefined) return [field(0, "Lease", `Failed to get lease: leases.coordination.k8s.io "${name}" not found`)];
  const { holderIdentity, acquireTime, renewTime } = lease.spec;
  const time = (value: Timestamp | undefined) => (value === undefined ? UNSET : longTime(value));
  return [
    "Lease:",
    field(1, "HolderIdentity", holderIdentity ?? UNSET),
    field(1, "AcquireTime", time(acquireTime)),
    field(1, "RenewTime", time(renewTime)),
  ];
}

function conditionLines({ status }: Node): Lines {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return [];
  return [
    "Conditions:",
    row(1, "Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"),
    row(1, "----", "------", "-----------------", "------------------", "------", "-------"),
    ...conditions.map(({ type, status: is, lastHeartbeatTime, lastTransitionTime, reason = "", message = "" }) =>
      row(1, `${type} `, `${is} `, `${longTime(lastHeartbeatTime)} `, `${longTime(lastTransitionTime)} `, `${reason} `, message),
    ),
  ];
}

function systemLines({ status }: Node): Lines {
  const info = status?.nodeInfo;
  const other = (name: string) => (typeof info?.[name] === "string" ? info[name] : "");
  return [
    "System Info:",
    field(1, "Machine ID", other("machineID")),
    field(1, "System UUID", other("systemUUID")),
    field(1, "Boot ID", other("bootID")),
    field(1, "Kernel Version", info?.kernelVersion ?? ""),
    field(1, "OS Image", info?.osImage ?? ""),
    field(1, "Operating System", info?.operatingSystem ?? ""),
    field(1, "Architecture", info?.architecture ?? ""),
    field(1, "Container Runtime Version", info?.containerRuntimeVersion ?? ""),
    field(1, "Kubelet Version", info?.kubeletVersion ?? ""),
  ];
}

const HUGE_PAGES = "hugepages-";
/** Resources that have a line of their own, or none. */
const STANDARD = ["cpu", "memory", "ephemeral-storage"];

function resourceUseLines({ status }: Node, pods: readonly Pod[], now: Timestamp): Lines {
  const allocatable = status?.allocatable ?? status?.capacity ?? {};
  const share = (list: ResourceList, name: string) => shareText(list[name], allocatable[name]);
  let requests: ResourceList = {};
  let limits: ResourceList = {};
  for (const { spec } of pods) {
    requests = addResourceLists(requests, podRequests(spec));
    limits = addResourceLists(limits, podLimits(spec));
  }
  const names = Object.keys(allocatable).sort();
  const extended = names.filter((name) => !STANDARD.includes(name) && name !== "pods" && !name.startsWith(HUGE_PAGES));
  return [
    field(0, "Non-terminated Pods", `(${pods.length} in total)`),
    row(1, "Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"),
    row(1, "---------", "----", "", "------------", "----------", "---------------", "-------------", "---"),
    ...pods.map(({ metadata, spec }) => {
      const [asked, most] = [podRequests(spec), podLimits(spec)];
      const shares = ["cpu", "memory"].flatMap((name) => [share(asked, name), share(most, name)]);
      return row(1, metadata.namespace ?? "", metadata.name, "", ...shares, since(metadata.creationTimestamp, now));
    }),
    "Allocated resources:",
    "  (Total limits may be over 100 percent, i.e., overcommitted.)",
    ...table(
      1,
      ["Resource", "Requests", "Limits"],
      [
        ...[...STANDARD, ...names.filter((name) => name.startsWith(HUGE_PAGES))].map((name) => [
          name,
          share(requests, name),
          share(limits, name),
        ]),
        ...extended.map((name) => [name, quantityText(requests[name]), quantityText(limits[name])]),
      ],
    ),
  ];
}

/** `250m (12%)`: an amount and how much of the whole that is, cut to a whole percentage. */
function shareText(amount: string | number | undefined, whole: string | number | undefined): string {
  const total = whole === undefined ? 0 : quantityMilliValue(whole);
  const percentage = amount === undefined || total === 0 ? 0 : Math.trunc((quantityMilliValue(amount) / total) * 100);
  return `${quantityText(amount)} (${percentage}%)`;
}
