/** Metrics of workloads. Source: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import type { AnyFamily, Family, LabelSet, Sample } from "./family.js";
import { conditionSamples, flag, one, seconds } from "./sample-shapes.js";

type Value<K extends Kind> = (object: ObjectsByKind[K]) => number | undefined;

/** Families of one number for each object, by name with what follows the kind's prefix. */
function numbers<K extends Kind>(
  kind: K,
  label: string,
  values: Readonly<Record<string, readonly [help: string, value: Value<K>]>>,
): Family<K>[] {
  return Object.entries(values).map(([name, [help, value]]) => ({
    name: `kube_${label}_${name}`,
    type: "gauge",
    help,
    kind,
    samples: (object) => one(labelsOf(object, label), value(object)),
  }));
}

function labelsOf({ metadata }: ObjectsByKind[Kind], label: string): LabelSet {
  return { namespace: metadata.namespace ?? "", [label]: metadata.name };
}

function conditions<K extends "Deployment" | "HorizontalPodAutoscaler">(kind: K, label: string, help: string): Family<K> {
  return {
    name: `kube_${label}_status_condition`,
    type: "gauge",
    help,
    kind,
    samples: (object) => conditionSamples(labelsOf(object, label), object.status?.conditions),
  };
}

function owners<K extends "ReplicaSet" | "Job">(kind: K, label: string): Family<K> {
  return {
    name: `kube_${label === "job_name" ? "job" : label}_owner`,
    type: "gauge",
    help: `Information about the ${kind}'s owner.`,
    kind,
    samples: (object) =>
      (object.metadata.ownerReferences ?? []).map(({ kind: owner, name, controller }): Sample => [
        { ...labelsOf(object, label), owner_kind: owner, owner_name: name, owner_is_controller: String(controller === true) },
        1,
      ]),
  };
}

const created = ["Unix creation timestamp", ({ metadata }: ObjectsByKind[Kind]) => seconds(metadata.creationTimestamp)] as const;
const generation = [
  "Sequence number representing a specific generation of the desired state.",
  ({ metadata }: ObjectsByKind[Kind]) => metadata.generation,
] as const;

export const WORKLOAD_FAMILIES: readonly AnyFamily[] = [
  ...numbers("Deployment", "deployment", {
    created,
    metadata_generation: generation,
    spec_replicas: ["Number of desired pods for a deployment.", ({ spec }) => spec.replicas ?? 1],
    spec_paused: [
      "Whether the deployment is paused and will not be processed by the deployment controller.",
      ({ spec }) => flag(spec.paused === true),
    ],
    status_observed_generation: ["The generation observed by the deployment controller.", ({ status }) => status?.observedGeneration ?? 0],
    status_replicas: ["The number of replicas per deployment.", ({ status }) => status?.replicas ?? 0],
    status_replicas_ready: ["The number of ready replicas per deployment.", ({ status }) => status?.readyReplicas ?? 0],
    status_replicas_available: ["The number of available replicas per deployment.", ({ status }) => status?.availableReplicas ?? 0],
    status_replicas_unavailable: ["The number of unavailable replicas per deployment.", ({ status }) => status?.unavailableReplicas ?? 0],
    status_replicas_updated: ["The number of updated replicas per deployment.", ({ status }) => status?.updatedReplicas ?? 0],
  }),
  conditions("Deployment", "deployment", "The current status conditions of a deployment."),
  ...numbers("ReplicaSet", "replicaset", {
    created,
    metadata_generation: generation,
    spec_replicas: ["Number of desired pods for a ReplicaSet.", ({ spec }) => spec.replicas ?? 1],
    status_replicas: ["The number of replicas per ReplicaSet.", ({ status }) => status?.replicas ?? 0],
    status_ready_replicas: ["The number of ready replicas per ReplicaSet.", ({ status }) => status?.readyReplicas ?? 0],
    status_fully_labeled_replicas: [
      "The number of fully labeled replicas per ReplicaSet.",
      ({ status }) => status?.fullyLabeledReplicas ?? 0,
    ],
    status_observed_generation: ["The generation observed by the ReplicaSet controller.", ({ status }) => status?.observedGeneration ?? 0],
  }),
  owners("ReplicaSet", "replicaset"),
  ...numbers("ReplicationController", "replicationcontroller", {
    created,
    spec_replicas: ["Number of desired pods for a ReplicationController.", ({ spec }) => spec.replicas ?? 1],
    status_replicas: ["The number of replicas per ReplicationController.", ({ status }) => status?.replicas ?? 0],
    status_ready_replicas: ["The number of ready replicas per ReplicationController.", ({ status }) => status?.readyReplicas ?? 0],
    status_available_replicas: [
      "The number of available replicas per ReplicationController.",
      ({ status }) => status?.availableReplicas ?? 0,
    ],
  }),
  ...numbers("StatefulSet", "statefulset", {
    created,
    replicas: ["Number of desired pods for a StatefulSet.", ({ spec }) => spec.replicas ?? 1],
    status_replicas: ["The number of replicas per StatefulSet.", ({ status }) => status?.replicas ?? 0],
    status_replicas_ready: ["The number of ready replicas per StatefulSet.", ({ status }) => status?.readyReplicas ?? 0],
    status_replicas_available: ["The number of available replicas per StatefulSet.", ({ status }) => status?.availableReplicas ?? 0],
    status_replicas_current: ["The number of current replicas per StatefulSet.", ({ status }) => status?.currentReplicas ?? 0],
    status_replicas_updated: ["The number of updated replicas per StatefulSet.", ({ status }) => status?.updatedReplicas ?? 0],
  }),
  ...numbers("DaemonSet", "daemonset", {
    created,
    status_desired_number_scheduled: [
      "The number of nodes that should be running the daemon pod.",
      ({ status }) => status?.desiredNumberScheduled ?? 0,
    ],
    status_current_number_scheduled: [
      "The number of nodes running at least one daemon pod and are supposed to.",
      ({ status }) => status?.currentNumberScheduled ?? 0,
    ],
    status_number_misscheduled: [
      "The number of nodes running a daemon pod but are not supposed to.",
      ({ status }) => status?.numberMisscheduled ?? 0,
    ],
    status_number_ready: ["The number of nodes that have a ready daemon pod.", ({ status }) => status?.numberReady ?? 0],
    status_number_available: ["The number of nodes that have an available daemon pod.", ({ status }) => status?.numberAvailable ?? 0],
    status_number_unavailable: ["The number of nodes that have no available daemon pod.", ({ status }) => status?.numberUnavailable ?? 0],
    status_updated_number_scheduled: [
      "The number of nodes that run the updated daemon pod.",
      ({ status }) => status?.updatedNumberScheduled ?? 0,
    ],
  }),
  ...jobs(),
  owners("Job", "job_name"),
  ...numbers("CronJob", "cronjob", {
    created,
    spec_suspend: ["Suspend flag tells the controller to suspend subsequent executions.", ({ spec }) => flag(spec.suspend === true)],
    status_active: ["Active holds pointers to currently running jobs.", ({ status }) => status?.active?.length ?? 0],
    status_last_schedule_time: ["When the cronjob was last successfully scheduled.", ({ status }) => seconds(status?.lastScheduleTime)],
    status_last_successful_time: ["When the cronjob last completed successfully.", ({ status }) => seconds(status?.lastSuccessfulTime)],
  }),
  ...numbers("HorizontalPodAutoscaler", "horizontalpodautoscaler", {
    spec_min_replicas: [
      "Lower limit for the number of pods that can be set by the autoscaler, default 1.",
      ({ spec }) => spec.minReplicas ?? 1,
    ],
    spec_max_replicas: ["Upper limit for the number of pods that can be set by the autoscaler.", ({ spec }) => spec.maxReplicas],
    status_current_replicas: [
      "Current number of replicas of pods managed by this autoscaler.",
      ({ status }) => status?.currentReplicas ?? 0,
    ],
    status_desired_replicas: [
      "Desired number of replicas of pods managed by this autoscaler.",
      ({ status }) => status?.desiredReplicas ?? 0,
    ],
  }),
  conditions("HorizontalPodAutoscaler", "horizontalpodautoscaler", "The condition of this autoscaler."),
  ...numbers("PodDisruptionBudget", "poddisruptionbudget", {
    created,
    status_current_healthy: ["Current number of healthy pods.", ({ status }) => status?.currentHealthy ?? 0],
    status_desired_healthy: ["Minimum desired number of healthy pods.", ({ status }) => status?.desiredHealthy ?? 0],
    status_pod_disruptions_allowed: [
      "Number of pod disruptions that are currently allowed.",
      ({ status }) => status?.disruptionsAllowed ?? 0,
    ],
    status_expected_pods: ["Total number of pods counted by this disruption budget.", ({ status }) => status?.expectedPods ?? 0],
  }),
];

/** A Job's own label is job_name, since job is the label of the scrape. */
function jobs(): Family<"Job">[] {
  const values: Readonly<Record<string, readonly [help: string, value: Value<"Job">]>> = {
    created,
    spec_parallelism: ["The maximum desired number of pods the job should run at any given time.", ({ spec }) => spec.parallelism ?? 1],
    spec_completions: ["The desired number of successfully finished pods the job should be run with.", ({ spec }) => spec.completions],
    status_active: ["The number of actively running pods.", ({ status }) => status?.active ?? 0],
    status_succeeded: ["The number of pods which reached Phase Succeeded.", ({ status }) => status?.succeeded ?? 0],
    status_failed: ["The number of pods which reached Phase Failed.", ({ status }) => status?.failed ?? 0],
    status_start_time: [
      "StartTime represents time when the job was acknowledged by the Job Manager.",
      ({ status }) => seconds(status?.startTime),
    ],
    status_completion_time: ["CompletionTime represents time when the job was completed.", ({ status }) => seconds(status?.completionTime)],
  };
  return Object.entries(values).map(([name, [help, value]]) => ({
    name: `kube_job_${name}`,
    type: "gauge",
    help,
    kind: "Job",
    samples: (job) => one(labelsOf(job, "job_name"), value(job)),
  }));
}
