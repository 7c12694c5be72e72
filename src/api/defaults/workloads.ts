/** Defaults of workload kinds. Source: k8s.io/kubernetes/pkg/apis/{apps,batch,core,policy,autoscaling}/v1*\/defaults.go. */
import type { Labels } from "../types/meta.js";
import type { HorizontalPodAutoscaler, HPAScalingRules } from "../types/policy.js";
import type { PersistentVolumeClaim } from "../types/storage.js";
import type { CronJob, DaemonSet, Deployment, Job, ReplicaSet, ReplicationController, StatefulSet } from "../types/workloads.js";
import { change, fill, mapShared } from "./fill.js";
import { defaultPodTemplate } from "./pod.js";
import { defaultPersistentVolumeClaim } from "./storage.js";

const REVISION_HISTORY_LIMIT = 10;
const PROGRESS_DEADLINE_SECONDS = 600;
const BACKOFF_LIMIT = 6;
/** "No limit" for the job as a whole, where each index has a limit of its own. */
const MAX_INT32 = 2 ** 31 - 1;
/** Target CPU utilisation where a HorizontalPodAutoscaler names no metric (autoscaling.DefaultCPUUtilization). */
const CPU_UTILIZATION = 80;

/** An object without labels takes those of its template. */
function withLabels<T extends ReplicationController | Job>(object: T, labels: Labels | undefined): T {
  if (labels === undefined || Object.keys(object.metadata.labels ?? {}).length > 0) return object;
  return { ...object, metadata: { ...object.metadata, labels } };
}

export function defaultReplicationController(object: ReplicationController): ReplicationController {
  const labels = object.spec.template?.metadata?.labels;
  let spec = change(object.spec, "template", defaultPodTemplate);
  spec = fill(spec, { replicas: 1 });
  if (labels !== undefined && Object.keys(spec.selector ?? {}).length === 0) spec = { ...spec, selector: labels };
  return withLabels(spec === object.spec ? object : { ...object, spec }, labels);
}

export function defaultReplicaSet(object: ReplicaSet): ReplicaSet {
  return { ...object, spec: fill(change(object.spec, "template", defaultPodTemplate), { replicas: 1 }) };
}

export function defaultDeployment(object: Deployment): Deployment {
  let strategy = fill(object.spec.strategy ?? {}, { type: "RollingUpdate" });
  if (strategy.type === "RollingUpdate") {
    strategy = { ...strategy, rollingUpdate: fill(strategy.rollingUpdate ?? {}, { maxUnavailable: "25%", maxSurge: "25%" }) };
  }
  const spec = fill(change(object.spec, "template", defaultPodTemplate), {
    replicas: 1,
    revisionHistoryLimit: REVISION_HISTORY_LIMIT,
    progressDeadlineSeconds: PROGRESS_DEADLINE_SECONDS,
  });
  return { ...object, spec: { ...spec, strategy } };
}

export function defaultDaemonSet(object: DaemonSet): DaemonSet {
  let updateStrategy = fill(object.spec.updateStrategy ?? {}, { type: "RollingUpdate" });
  if (updateStrategy.type === "RollingUpdate") {
    updateStrategy = { ...updateStrategy, rollingUpdate: fill(updateStrategy.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 }) };
  }
  const spec = fill(change(object.spec, "template", defaultPodTemplate), { revisionHistoryLimit: REVISION_HISTORY_LIMIT });
  return { ...object, spec: { ...spec, updateStrategy } };
}

/** A claim template is a whole claim upstream, with its own kind and status. */
function defaultClaimTemplate(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  return defaultPersistentVolumeClaim(fill(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim" }));
}

export function defaultStatefulSet(object: StatefulSet): StatefulSet {
  let updateStrategy = fill(object.spec.updateStrategy ?? {}, { type: "RollingUpdate" });
  if (updateStrategy.type === "RollingUpdate") {
    updateStrategy = { ...updateStrategy, rollingUpdate: fill(updateStrategy.rollingUpdate ?? {}, { partition: 0 }) };
  }
  let spec = change(object.spec, "template", defaultPodTemplate);
  spec = change(spec, "volumeClaimTemplates", (claims) => mapShared(claims, defaultClaimTemplate));
  const retention = fill(spec.persistentVolumeClaimRetentionPolicy ?? {}, { whenDeleted: "Retain", whenScaled: "Retain" });
  spec = fill(
    { ...spec, updateStrategy, persistentVolumeClaimRetentionPolicy: retention },
    {
      podManagementPolicy: "OrderedReady",
      replicas: 1,
      revisionHistoryLimit: REVISION_HISTORY_LIMIT,
    },
  );
  return { ...object, spec };
}

function defaultFailurePolicy(policy: NonNullable<Job["spec"]["podFailurePolicy"]>): NonNullable<Job["spec"]["podFailurePolicy"]> {
  const rules = policy.rules.map((rule) =>
    change(rule, "onPodConditions", (patterns) => patterns.map((pattern) => fill(pattern, { status: "True" }))),
  );
  return { ...policy, rules };
}

export function defaultJob(object: Job): Job {
  const { completions, parallelism, backoffLimitPerIndex, podFailurePolicy } = object.spec;
  let spec = change(object.spec, "template", defaultPodTemplate);
  // Both left out means one pod; parallelism alone means a work queue without a fixed count.
  if (completions === undefined && parallelism === undefined) spec = { ...spec, completions: 1 };
  spec = change(spec, "podFailurePolicy", defaultFailurePolicy);
  spec = fill(spec, {
    parallelism: 1,
    backoffLimit: backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : MAX_INT32,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
    manualSelector: false,
  });
  const labels = spec.template?.metadata?.labels;
  return withLabels(spec === object.spec ? object : { ...object, spec }, labels);
}

export function defaultCronJob(object: CronJob): CronJob {
  const jobTemplate = change(object.spec.jobTemplate, "spec", (spec) => {
    const withTemplate = change(spec, "template", defaultPodTemplate);
    return change(withTemplate, "podFailurePolicy", defaultFailurePolicy);
  });
  const spec = fill(
    { ...object.spec, jobTemplate },
    {
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    },
  );
  return { ...object, spec };
}

/** Scaling up without rules of one's own: at once, by four pods or double, whichever is more, each 15 s. */
const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};

/** Scaling down without rules of one's own: to any number, after the controller's own stabilisation window. */
const SCALE_DOWN: HPAScalingRules = { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };

export function defaultHorizontalPodAutoscaler(object: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  let spec = fill(object.spec, { minReplicas: 1 });
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: "Utilization", averageUtilization: CPU_UTILIZATION } as const;
    spec = { ...spec, metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
  }
  spec = change(spec, "behavior", (behavior) => ({
    scaleUp: fill(behavior.scaleUp ?? {}, SCALE_UP),
    scaleDown: fill(behavior.scaleDown ?? {}, SCALE_DOWN),
  }));
  return { ...object, spec };
}
