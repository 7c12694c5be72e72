/** Metrics of namespaces, quotas, services and volumes. Source: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics */
import { quantityMilliValue, quantityValue } from "../../api/quantity.js";
import type { ObjectsByKind } from "../../api/kinds.js";
import type { ResourceList } from "../../api/types/meta.js";
import type { AnyFamily, Family, Sample } from "./family.js";
import { flag, one, seconds, states } from "./sample-shapes.js";

const MILLI = 1_000;
const VOLUME_PHASES = ["Pending", "Available", "Bound", "Released", "Failed"];
const CLAIM_PHASES = ["Lost", "Bound", "Pending"];

function quotaSamples({ metadata, status }: ObjectsByKind["ResourceQuota"]): readonly Sample[] {
  const ofType = (type: string, list: ResourceList | undefined): Sample[] =>
    Object.entries(list ?? {}).map(([resource, amount]) => [
      { resourcequota: metadata.name, namespace: metadata.namespace ?? "", resource, type },
      quantityMilliValue(amount) / MILLI,
    ]);
  return [...ofType("hard", status?.hard), ...ofType("used", status?.used)];
}

export const CLUSTER_FAMILIES: readonly AnyFamily[] = [
  {
    name: "kube_namespace_created",
    type: "gauge",
    help: "Unix creation timestamp",
    kind: "Namespace",
    samples: ({ metadata }) => one({ namespace: metadata.name }, seconds(metadata.creationTimestamp)),
  } satisfies Family<"Namespace">,
  {
    name: "kube_namespace_status_phase",
    type: "gauge",
    help: "kubernetes namespace status phase.",
    kind: "Namespace",
    samples: ({ metadata, status }) => states({ namespace: metadata.name }, "phase", ["Active", "Terminating"], status?.phase ?? "Active"),
  } satisfies Family<"Namespace">,
  {
    name: "kube_resourcequota",
    type: "gauge",
    help: "Information about resource quota.",
    kind: "ResourceQuota",
    samples: quotaSamples,
  } satisfies Family<"ResourceQuota">,
  {
    name: "kube_service_info",
    type: "gauge",
    help: "Information about service.",
    kind: "Service",
    samples: ({ metadata, spec, status }) =>
      one(
        {
          namespace: metadata.namespace ?? "",
          service: metadata.name,
          uid: metadata.uid ?? "",
          cluster_ip: spec.clusterIP ?? "",
          external_name: spec.externalName ?? "",
          load_balancer_ip: status?.loadBalancer?.ingress?.[0]?.ip ?? "",
        },
        1,
      ),
  } satisfies Family<"Service">,
  {
    name: "kube_service_spec_type",
    type: "gauge",
    help: "Type about service.",
    kind: "Service",
    samples: ({ metadata, spec }) =>
      one({ namespace: metadata.namespace ?? "", service: metadata.name, uid: metadata.uid ?? "", type: spec.type ?? "ClusterIP" }, 1),
  } satisfies Family<"Service">,
  {
    name: "kube_persistentvolume_status_phase",
    type: "gauge",
    help: "The phase indicates if a volume is available, bound to a claim, or released by a claim.",
    kind: "PersistentVolume",
    samples: ({ metadata, status }) => states({ persistentvolume: metadata.name }, "phase", VOLUME_PHASES, status?.phase ?? "Pending"),
  } satisfies Family<"PersistentVolume">,
  {
    name: "kube_persistentvolume_capacity_bytes",
    type: "gauge",
    help: "Persistentvolume capacity in bytes.",
    kind: "PersistentVolume",
    samples: ({ metadata, spec }) => one({ persistentvolume: metadata.name }, quantityValue(spec.capacity?.["storage"] ?? 0)),
  } satisfies Family<"PersistentVolume">,
  {
    name: "kube_persistentvolumeclaim_status_phase",
    type: "gauge",
    help: "The phase the persistent volume claim is currently in.",
    kind: "PersistentVolumeClaim",
    samples: ({ metadata, status }) =>
      states(
        { namespace: metadata.namespace ?? "", persistentvolumeclaim: metadata.name },
        "phase",
        CLAIM_PHASES,
        status?.phase ?? "Pending",
      ),
  } satisfies Family<"PersistentVolumeClaim">,
  {
    name: "kube_volumeattachment_status_attached",
    type: "gauge",
    help: "Information about volumeattachment.",
    kind: "VolumeAttachment",
    samples: ({ metadata, status }) => one({ volumeattachment: metadata.name }, flag(status?.attached === true)),
  } satisfies Family<"VolumeAttachment">,
];
