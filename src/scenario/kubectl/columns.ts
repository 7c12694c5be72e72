/**
 * The columns that kubectl get shows for each kind.
 *
 * Source: the column definitions of kubernetes/pkg/printers/internalversion/printers.go, and kubectl's own output.
 */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import { controllerOf } from "../../api/owner-references.js";
import { formatLabelSelector } from "../../api/selector.js";
import type { ApiObject, LabelSelector } from "../../api/types/meta.js";
import type { PodTemplateSpec } from "../../api/types/pod.js";
import type { ReplicaSet } from "../../api/types/workloads.js";
import { BINDING_COLUMNS, CREATED_AT_COLUMNS, SERVICE_ACCOUNT_COLUMNS } from "./access-columns.js";
import { AGE, age, column, type Column, NAME, NONE, wide } from "./column.js";
import { humanDuration } from "./human-duration.js";
import { nodeRoles, nodeStatus, podReadiness, podRestarts, podStatus } from "./status-columns.js";
import { ATTACHMENT_COLUMNS, CLAIM_COLUMNS, CLASS_COLUMNS, CSI_NODE_COLUMNS, VOLUME_COLUMNS } from "./storage-columns.js";
import { endpointsText, externalAddress, hpaTargets, jobCompletions, jobStatus, portText, quotaText } from "./workload-columns.js";

/** `daemonset.apps/logs`. */
function controllerName(object: ApiObject): string | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

interface WithTemplate {
  readonly spec: { readonly template?: PodTemplateSpec; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
}

const CONTAINERS = wide<WithTemplate>("CONTAINERS", ({ spec }) => spec.template?.spec.containers.map(({ name }) => name).join(","));
const IMAGES = wide<WithTemplate>("IMAGES", ({ spec }) => spec.template?.spec.containers.map(({ image }) => image ?? "").join(","));
const SELECTOR = wide<WithTemplate>("SELECTOR", ({ spec }) => formatLabelSelector(spec.selector));
const MAP_SELECTOR = wide<WithTemplate>("SELECTOR", ({ spec }) => formatMap(spec.selector as Readonly<Record<string, string>> | undefined));

function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {});
  return entries.length === 0
    ? NONE
    : entries
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(",");
}

const REPLICA_COLUMNS = [
  column<ReplicaSet>("DESIRED", ({ spec }) => spec.replicas ?? 1),
  column<ReplicaSet>("CURRENT", ({ status }) => status?.replicas ?? 0),
  column<ReplicaSet>("READY", ({ status }) => status?.readyReplicas ?? 0),
];

type Columns = { readonly [K in Kind]?: readonly Column<ObjectsByKind[K]>[] };

const COLUMNS: Columns = {
  Pod: [
    NAME,
    column("READY", (pod) => podReadiness(pod)),
    column("STATUS", (pod) => podStatus(pod)),
    column("RESTARTS", (pod, now) => podRestarts(pod, now)),
    AGE,
    wide("IP", ({ status }) => status?.podIP),
    wide("NODE", ({ spec }) => spec.nodeName),
    wide("NOMINATED NODE", ({ status }) => status?.nominatedNodeName),
    wide("READINESS GATES", ({ spec, status }) => {
      const gates = spec.readinessGates ?? [];
      const met = gates.filter(
        (gate) => status?.conditions?.some(({ type, status: is }) => type === gate.conditionType && is === "True") === true,
      );
      return gates.length === 0 ? NONE : `${met.length}/${gates.length}`;
    }),
  ],
  Node: [
    NAME,
    column("STATUS", (node) => nodeStatus(node)),
    column("ROLES", (node) => nodeRoles(node)),
    AGE,
    column("VERSION", ({ status }) => status?.nodeInfo?.kubeletVersion),
    wide("INTERNAL-IP", ({ status }) => status?.addresses?.find(({ type }) => type === "InternalIP")?.address),
    wide("EXTERNAL-IP", ({ status }) => status?.addresses?.find(({ type }) => type === "ExternalIP")?.address),
    wide("OS-IMAGE", ({ status }) => status?.nodeInfo?.osImage ?? "<unknown>"),
    wide("KERNEL-VERSION", ({ status }) => status?.nodeInfo?.kernelVersion ?? "<unknown>"),
    wide("CONTAINER-RUNTIME", ({ status }) => status?.nodeInfo?.containerRuntimeVersion ?? "<unknown>"),
  ],
  Deployment: [
    NAME,
    column("READY", ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    column("UP-TO-DATE", ({ status }) => status?.updatedReplicas ?? 0),
    column("AVAILABLE", ({ status }) => status?.availableReplicas ?? 0),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],
  ReplicaSet: [NAME, ...REPLICA_COLUMNS, AGE, CONTAINERS, IMAGES, SELECTOR],
  ReplicationController: [
    NAME,
    ...(REPLICA_COLUMNS as readonly Column<never>[] as readonly Column<ObjectsByKind["ReplicationController"]>[]),
    AGE,
    CONTAINERS,
    IMAGES,
    MAP_SELECTOR,
  ],
  DaemonSet: [
    NAME,
    column("DESIRED", ({ status }) => status?.desiredNumberScheduled ?? 0),
    column("CURRENT", ({ status }) => status?.currentNumberScheduled ?? 0),
    column("READY", ({ status }) => status?.numberReady ?? 0),
    column("UP-TO-DATE", ({ status }) => status?.updatedNumberScheduled ?? 0),
    column("AVAILABLE", ({ status }) => status?.numberAvailable ?? 0),
    column("NODE SELECTOR", ({ spec }) => formatMap(spec.template.spec.nodeSelector)),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],
  StatefulSet: [
    NAME,
    column("READY", ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  Job: [
    NAME,
    column("STATUS", (job) => jobStatus(job)),
    column("COMPLETIONS", ({ spec, status }) => jobCompletions(status?.succeeded ?? 0, spec.completions, spec.parallelism ?? 1)),
    column("DURATION", ({ status }, now) =>
      status?.startTime === undefined ? "" : humanDuration((status.completionTime ?? now) - status.startTime),
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],
  CronJob: [
    NAME,
    column("SCHEDULE", ({ spec }) => spec.schedule),
    column("TIMEZONE", ({ spec }) => spec.timeZone),
    column("SUSPEND", ({ spec }) => (spec.suspend === true ? "True" : "False")),
    column("ACTIVE", ({ status }) => status?.active?.length ?? 0),
    column("LAST SCHEDULE", ({ status }, now) => (status?.lastScheduleTime === undefined ? NONE : age(status.lastScheduleTime, now))),
    AGE,
  ],
  Service: [
    NAME,
    column("TYPE", ({ spec }) => spec.type ?? "ClusterIP"),
    column("CLUSTER-IP", ({ spec }) => spec.clusterIP),
    column("EXTERNAL-IP", (service) => externalAddress(service)),
    column("PORT(S)", ({ spec }) => (spec.ports ?? []).map(portText).join(",") || NONE),
    AGE,
    wide("SELECTOR", ({ spec }) => formatMap(spec.selector)),
  ],
  EndpointSlice: [
    NAME,
    column("ADDRESSTYPE", ({ addressType }) => addressType),
    column("PORTS", ({ ports }) => ports?.map(({ port }) => port ?? "*").join(",") ?? "<unset>"),
    column("ENDPOINTS", ({ endpoints }) => endpointsText(endpoints.flatMap(({ addresses }) => addresses))),
    AGE,
  ],
  Endpoints: [
    NAME,
    column("ENDPOINTS", ({ subsets = [] }) =>
      subsets.length === 0
        ? NONE
        : endpointsText(
            subsets.flatMap(({ addresses = [], ports = [] }) =>
              ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
            ),
          ),
    ),
    AGE,
  ],
  Ingress: [
    NAME,
    column("CLASS", ({ spec }) => spec.ingressClassName),
    column("HOSTS", ({ spec }) => (spec.rules ?? []).map(({ host }) => host ?? "*").join(",") || "*"),
    column("ADDRESS", ({ status }) => (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "").join(",")),
    column("PORTS", ({ spec }) => (spec.tls === undefined ? "80" : "80, 443")),
    AGE,
  ],
  IngressClass: [
    NAME,
    column("CONTROLLER", ({ spec }) => spec.controller),
    column("PARAMETERS", ({ spec: { parameters } }) => {
      if (parameters === undefined) return NONE;
      const { kind, apiGroup, name } = parameters;
      return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`;
    }),
    AGE,
  ],
  PodTemplate: [
    NAME,
    column("CONTAINERS", ({ template }) => template?.spec.containers.map(({ name }) => name).join(",")),
    column("IMAGES", ({ template }) => template?.spec.containers.map(({ image }) => image ?? "").join(",")),
    column("POD LABELS", ({ template }) => formatMap(template?.metadata?.labels)),
  ],
  Namespace: [NAME, column("STATUS", ({ status }) => status?.phase ?? "Active"), AGE],
  Event: [
    column("LAST SEEN", ({ lastTimestamp }, now) => age(lastTimestamp, now)),
    column("TYPE", ({ type }) => type),
    column("REASON", ({ reason }) => reason),
    column("OBJECT", ({ involvedObject }) => `${involvedObject.kind.toLowerCase()}/${involvedObject.name}`),
    column("MESSAGE", ({ message }) => message),
  ],
  HorizontalPodAutoscaler: [
    NAME,
    column("REFERENCE", ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
    column("TARGETS", (hpa) => hpaTargets(hpa)),
    column("MINPODS", ({ spec }) => spec.minReplicas ?? "<unset>"),
    column("MAXPODS", ({ spec }) => spec.maxReplicas),
    column("REPLICAS", ({ status }) => status?.currentReplicas ?? 0),
    AGE,
  ],
  PodDisruptionBudget: [
    NAME,
    column("MIN AVAILABLE", ({ spec }) => spec.minAvailable ?? "N/A"),
    column("MAX UNAVAILABLE", ({ spec }) => spec.maxUnavailable ?? "N/A"),
    column("ALLOWED DISRUPTIONS", ({ status }) => status?.disruptionsAllowed ?? 0),
    AGE,
  ],
  ResourceQuota: [
    NAME,
    column("REQUEST", (quota) => quotaText(quota, (name) => !name.startsWith("limits."))),
    column("LIMIT", (quota) => quotaText(quota, (name) => name.startsWith("limits."))),
    AGE,
  ],
  PersistentVolumeClaim: CLAIM_COLUMNS,
  PersistentVolume: VOLUME_COLUMNS,
  StorageClass: CLASS_COLUMNS,
  VolumeAttachment: ATTACHMENT_COLUMNS,
  CSINode: CSI_NODE_COLUMNS,
  ServiceAccount: SERVICE_ACCOUNT_COLUMNS,
  Role: CREATED_AT_COLUMNS,
  ClusterRole: CREATED_AT_COLUMNS,
  RoleBinding: BINDING_COLUMNS,
  ClusterRoleBinding: BINDING_COLUMNS,
  LimitRange: CREATED_AT_COLUMNS,
  NetworkPolicy: [NAME, column("POD-SELECTOR", ({ spec }) => formatLabelSelector(spec.podSelector)), AGE],
  RuntimeClass: [NAME, column("HANDLER", ({ handler }) => handler), AGE],
  ControllerRevision: [NAME, column("CONTROLLER", controllerName), column("REVISION", ({ revision }) => revision), AGE],
  PriorityClass: [
    NAME,
    column("VALUE", ({ value }) => value),
    column("GLOBAL-DEFAULT", ({ globalDefault }) => String(globalDefault ?? false)),
    AGE,
    column("PREEMPTIONPOLICY", ({ preemptionPolicy }) => preemptionPolicy ?? "PreemptLowerPriority"),
  ],
  Lease: [NAME, column("HOLDER", ({ spec }) => spec.holderIdentity ?? ""), AGE],
  ConfigMap: [NAME, column("DATA", ({ data }) => Object.keys(data ?? {}).length), AGE],
  Secret: [NAME, column("TYPE", ({ type }) => type ?? "Opaque"), column("DATA", ({ data }) => Object.keys(data ?? {}).length), AGE],
};

const JUST_NAME_AND_AGE: readonly Column<ApiObject>[] = [NAME, AGE];

/** The columns of a kind; those of -o wide included where asked for. */
export function columnsOf(kind: Kind, isWide: boolean): readonly Column<ApiObject>[] {
  const columns = COLUMNS[kind] ?? JUST_NAME_AND_AGE;
  return isWide ? columns : columns.filter((one) => one.wide !== true);
}
