/** Deployments, replica sets, stateful sets and daemon sets. Source: kubectl/pkg/describe/describe.go. */
import { isDeepStrictEqual } from "node:util";
import { isControlledBy } from "../../../api/owner-references.js";
import { formatLabelSelector } from "../../../api/selector.js";
import type { LabelSelector } from "../../../api/types/meta.js";
import type { PodTemplateSpec } from "../../../api/types/pod.js";
import type { PersistentVolumeClaim } from "../../../api/types/storage.js";
import type { DaemonSet, Deployment, ReplicaSet, ReplicationController, StatefulSet } from "../../../api/types/workloads.js";
import { withoutTemplateHash } from "../pod-template.js";
import { type Describer, podsStatus, type Surroundings } from "./describer.js";
import {
  controlledBy,
  field,
  known,
  labelLines,
  type Lines,
  longTime,
  nameLines,
  NONE,
  noteLines,
  pairsInLine,
  quantityText,
  workloadConditions,
} from "./lines.js";
import { podTemplateLines } from "./pod.js";

export const deploymentDescriber: Describer<Deployment> = {
  related: ["ReplicaSet"],
  describe(deployment, around) {
    const { metadata, spec, status = {} } = deployment;
    const { rollingUpdate, type = "RollingUpdate" } = spec.strategy ?? {};
    const counts = [
      `${spec.replicas ?? 1} desired`,
      `${status.updatedReplicas ?? 0} updated`,
      `${status.replicas ?? 0} total`,
      `${status.availableReplicas ?? 0} available`,
      `${status.unavailableReplicas ?? 0} unavailable`,
    ];
    return [
      ...nameLines(metadata),
      field(0, "CreationTimestamp", longTime(metadata.creationTimestamp)),
      ...noteLines(metadata),
      field(0, "Selector", formatLabelSelector(spec.selector)),
      field(0, "Replicas", counts.join(" | ")),
      field(0, "StrategyType", type),
      field(0, "MinReadySeconds", spec.minReadySeconds ?? 0),
      ...(rollingUpdate === undefined
        ? []
        : [
            field(
              0,
              "RollingUpdateStrategy",
              `${rollingUpdate.maxUnavailable ?? 0} max unavailable, ${rollingUpdate.maxSurge ?? 0} max surge`,
            ),
          ]),
      ...podTemplateLines(spec.template),
      ...workloadConditions(status.conditions),
      ...replicaSetLines(deployment, around),
    ];
  },
};

function replicaSetLines(deployment: Deployment, around: Surroundings): Lines {
  const own = around
    .list("ReplicaSet")
    .filter((one) => isControlledBy(one, deployment))
    .sort((a, b) => (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0));
  if (own.length === 0) return [];
  const current = own.find((one) => isSameTemplate(one.spec.template, deployment.spec.template));
  const text = (sets: readonly ReplicaSet[]) =>
    sets.map((one) => `${one.metadata.name} (${one.status?.replicas ?? 0}/${one.spec.replicas ?? 1} replicas created)`).join(", ") || NONE;
  return [
    field(0, "OldReplicaSets", text(own.filter((one) => one !== current))),
    field(0, "NewReplicaSet", text(current === undefined ? [] : [current])),
  ];
}

function isSameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return isDeepStrictEqual(withoutTemplateHash(a), withoutTemplateHash(b));
}

export const replicaSetDescriber: Describer<ReplicaSet> = {
  related: ["Pod"],
  describe: (set, around) => replicaLines(set, set.spec.selector, controlledBy(set.metadata), around),
};

export const replicationControllerDescriber: Describer<ReplicationController> = {
  related: ["Pod"],
  describe: (controller, around) => replicaLines(controller, { matchLabels: controller.spec.selector ?? {} }, [], around),
};

function replicaLines(controller: ReplicaSet | ReplicationController, selector: LabelSelector, owner: Lines, around: Surroundings): Lines {
  const { metadata, spec, status } = controller;
  return [
    ...nameLines(metadata),
    field(0, "Selector", formatLabelSelector(selector)),
    ...noteLines(metadata),
    ...owner,
    field(0, "Replicas", `${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`),
    field(0, "Pods Status", podsStatus(controller, selector, around)),
    ...podTemplateLines(spec.template),
    ...workloadConditions(status?.conditions),
  ];
}

export const statefulSetDescriber: Describer<StatefulSet> = {
  related: ["Pod"],
  describe(set, around) {
    const { metadata, spec, status } = set;
    const { type = "RollingUpdate", rollingUpdate } = spec.updateStrategy ?? {};
    return [
      ...nameLines(metadata),
      field(0, "CreationTimestamp", longTime(metadata.creationTimestamp)),
      field(0, "Selector", formatLabelSelector(spec.selector)),
      ...noteLines(metadata),
      field(0, "Replicas", `${spec.replicas ?? 1} desired | ${status?.replicas ?? 0} total`),
      field(0, "Update Strategy", type),
      ...(rollingUpdate?.partition === undefined
        ? []
        : [field(1, "Partition", rollingUpdate.partition), ...known(1, "MaxUnavailable", rollingUpdate.maxUnavailable)]),
      field(0, "Pods Status", podsStatus(set, spec.selector, around)),
      ...podTemplateLines(spec.template),
      ...claimTemplateLines(spec.volumeClaimTemplates ?? []),
    ];
  },
};

function claimTemplateLines(templates: readonly PersistentVolumeClaim[]): Lines {
  if (templates.length === 0) return [field(0, "Volume Claims", NONE)];
  return [
    "Volume Claims:",
    ...templates.flatMap(({ metadata, spec }) => {
      const storage = spec.resources?.requests?.["storage"];
      return [
        field(1, "Name", metadata.name),
        field(1, "StorageClass", spec.storageClassName ?? ""),
        ...labelLines(1, "Labels", metadata.labels),
        ...labelLines(1, "Annotations", metadata.annotations),
        field(1, "Capacity", storage === undefined ? "<default>" : quantityText(storage)),
        field(1, "Access Modes", `[${(spec.accessModes ?? []).join(" ")}]`),
      ];
    }),
  ];
}

export const daemonSetDescriber: Describer<DaemonSet> = {
  related: ["Pod"],
  describe(set, around) {
    const { metadata, spec, status } = set;
    return [
      ...nameLines(metadata),
      field(0, "Selector", formatLabelSelector(spec.selector)),
      field(0, "Node-Selector", pairsInLine(spec.template.spec.nodeSelector)),
      ...noteLines(metadata),
      `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`,
      `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`,
      `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`,
      `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`,
      `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`,
      field(0, "Pods Status", podsStatus(set, spec.selector, around)),
      ...podTemplateLines(spec.template),
    ];
  },
};
