/** Random objects of every workload kind, with what stands around them: services, budgets, quotas, autoscalers. */
import type { Draw } from "./draw.js";

export type Manifest = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

export interface RandomWorkload {
  /** Resource name as kubectl has it: deployment, statefulset, ... */
  readonly type: string;
  readonly name: string;
  readonly namespace: string;
  readonly manifest: Manifest;
  /** Names of pods that are known before they are there. */
  readonly pods: readonly string[];
}

const IMAGES = ["web:1.0", "web:1.1", "registry.example/app:2.3"] as const;
/** Not the name of an image: its pods never start. */
const BROKEN_IMAGE = "web:1.0:broken";

function resources(draw: Draw): object {
  const requests = { cpu: `${draw.one([50, 100, 250, 500, 1000])}m`, memory: `${draw.one([32, 64, 128, 512])}Mi` };
  const limits = { cpu: `${draw.one([1000, 2000])}m`, memory: "1Gi" };
  return draw.one([{ requests }, { requests }, { requests, limits }, { requests, limits: requests }]);
}

function probes(draw: Draw): object {
  const probe = { httpGet: { path: "/", port: 8080 }, periodSeconds: draw.between(1, 10) };
  return {
    ...draw.maybe(0.3, () => ({ readinessProbe: { ...probe, initialDelaySeconds: draw.between(0, 10) } })),
    ...draw.maybe(0.15, () => ({ livenessProbe: probe })),
    ...draw.maybe(0.1, () => ({ startupProbe: { ...probe, failureThreshold: 30 } })),
  };
}

function podTemplate(draw: Draw, app: string, more: { readonly restartPolicy?: string; readonly runs?: boolean } = {}): object {
  const annotations = {
    ...draw.maybe(0.3, () => ({ "kubewarp.io/start-duration": draw.seconds(1, 15) })),
    ...draw.maybe(0.3, () => ({ "kubewarp.io/stop-duration": draw.seconds(1, 20) })),
    ...draw.maybe(more.runs === true ? 1 : 0.03, () => ({ "kubewarp.io/run-duration": draw.seconds(2, 90) })),
    ...draw.maybe(more.runs === true ? 0.2 : 0.02, () => ({ "kubewarp.io/exit-code": "1" })),
    ...draw.maybe(0.2, () => ({ "kubewarp.io/cpu": "200m", "kubewarp.io/memory": "50Mi" })),
    ...draw.maybe(0.03, () => ({ "kubewarp.io/memory": draw.one(["600Mi", "3Gi"]) })),
  };
  return {
    metadata: { labels: { app }, annotations },
    spec: {
      ...(more.restartPolicy !== undefined && { restartPolicy: more.restartPolicy }),
      ...draw.maybe(0.3, () => ({ terminationGracePeriodSeconds: draw.one([0, 1, 5, 60]) })),
      ...draw.maybe(0.15, () => ({ tolerations: [{ operator: "Exists" }] })),
      ...draw.maybe(0.1, () => ({ priorityClassName: draw.one(["high", "low"]) })),
      ...draw.maybe(0.1, () => ({ hostNetwork: true })),
      ...draw.maybe(0.04, () => ({ readinessGates: [{ conditionType: "example.com/open" }] })),
      ...draw.maybe(0.1, () => ({ nodeSelector: { "kubernetes.io/hostname": `worker-${draw.between(1, 4)}` } })),
      ...draw.maybe(0.15, () => ({
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: draw.one(["topology.kubernetes.io/zone", "kubernetes.io/hostname"]),
            whenUnsatisfiable: draw.one(["DoNotSchedule", "ScheduleAnyway"]),
            labelSelector: { matchLabels: { app } },
          },
        ],
      })),
      ...draw.maybe(0.15, () => ({
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app } }, topologyKey: "kubernetes.io/hostname" },
            ],
          },
        },
      })),
      ...draw.maybe(0.1, () => ({ initContainers: [{ name: "init", image: draw.one(IMAGES) }] })),
      containers: [
        {
          name: "main",
          image: draw.chance(0.04) ? BROKEN_IMAGE : draw.one(IMAGES),
          ...draw.maybe(0.85, () => ({ resources: resources(draw) })),
          ...probes(draw),
        },
        ...(draw.chance(0.15) ? [{ name: "side", image: draw.one(IMAGES), resources: resources(draw) }] : []),
      ],
    },
  };
}

const MOST_REPLICAS = 7;

function replicated(draw: Draw, app: string): object {
  return { replicas: draw.between(0, MOST_REPLICAS), selector: { matchLabels: { app } }, template: podTemplate(draw, app) };
}

function strategy(draw: Draw): object {
  if (draw.chance(0.2)) return { strategy: { type: "Recreate" } };
  const [maxSurge, maxUnavailable] = draw.one([
    ["25%", "25%"],
    [1, 0],
    [0, 1],
    [3, 2],
  ] as const);
  return { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } } };
}

const SPECS: Readonly<
  Record<string, { readonly kind: string; readonly apiVersion: string; readonly spec: (draw: Draw, app: string) => object }>
> = {
  deployment: {
    kind: "Deployment",
    apiVersion: "apps/v1",
    spec: (draw, app) => ({
      ...replicated(draw, app),
      ...strategy(draw),
      ...draw.maybe(0.2, () => ({ minReadySeconds: draw.between(1, 20) })),
      ...draw.maybe(0.2, () => ({ revisionHistoryLimit: draw.between(0, 2) })),
      ...draw.maybe(0.2, () => ({ progressDeadlineSeconds: draw.between(30, 120) })),
      ...draw.maybe(0.05, () => ({ paused: true })),
    }),
  },
  replicaset: { kind: "ReplicaSet", apiVersion: "apps/v1", spec: replicated },
  replicationcontroller: {
    kind: "ReplicationController",
    apiVersion: "v1",
    spec: (draw, app) => ({ ...replicated(draw, app), selector: { app } }),
  },
  statefulset: {
    kind: "StatefulSet",
    apiVersion: "apps/v1",
    spec: (draw, app) => ({
      ...replicated(draw, app),
      serviceName: app,
      ...draw.maybe(0.4, () => ({ podManagementPolicy: "Parallel" })),
      ...draw.maybe(0.15, () => ({ updateStrategy: { type: "OnDelete" } })),
      ...draw.maybe(0.15, () => ({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: draw.between(0, 3) } } })),
      ...draw.maybe(0.15, () => ({ minReadySeconds: draw.between(1, 10) })),
      ...draw.maybe(0.15, () => ({ ordinals: { start: draw.between(1, 5) } })),
      ...draw.maybe(0.35, () => ({
        volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claimSpec(draw) }],
        ...draw.maybe(0.5, () => ({
          persistentVolumeClaimRetentionPolicy: { whenDeleted: draw.one(["Retain", "Delete"]), whenScaled: draw.one(["Retain", "Delete"]) },
        })),
      })),
    }),
  },
  daemonset: {
    kind: "DaemonSet",
    apiVersion: "apps/v1",
    spec: (draw, app) => ({
      selector: { matchLabels: { app } },
      template: podTemplate(draw, app),
      ...draw.maybe(0.2, () => ({ updateStrategy: { type: "OnDelete" } })),
      ...draw.maybe(0.3, () => ({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } })),
      ...draw.maybe(0.15, () => ({ minReadySeconds: draw.between(1, 10) })),
    }),
  },
  job: { kind: "Job", apiVersion: "batch/v1", spec: jobSpec },
  cronjob: {
    kind: "CronJob",
    apiVersion: "batch/v1",
    spec: (draw, app) => ({
      schedule: draw.one(["* * * * *", "*/2 * * * *", "*/5 * * * *"]),
      concurrencyPolicy: draw.one(["Allow", "Forbid", "Replace"]),
      ...draw.maybe(0.3, () => ({ successfulJobsHistoryLimit: draw.between(0, 2), failedJobsHistoryLimit: draw.between(0, 2) })),
      jobTemplate: { spec: jobSpec(draw, app) },
    }),
  },
  pod: {
    kind: "Pod",
    apiVersion: "v1",
    spec: (draw, app) => (podTemplate(draw, app, draw.one([{}, { restartPolicy: "Never", runs: true }])) as { spec: object }).spec,
  },
};

function claimSpec(draw: Draw): object {
  return { accessModes: ["ReadWriteOnce"], storageClassName: draw.one(["now", "later"]), resources: { requests: { storage: "1Gi" } } };
}

function jobSpec(draw: Draw, app: string): object {
  const parallelism = draw.between(1, 4);
  return {
    parallelism,
    ...draw.maybe(0.7, () => ({ completions: draw.between(1, 8) })),
    ...draw.maybe(0.4, () => ({ backoffLimit: draw.between(0, 3) })),
    ...draw.maybe(0.2, () => ({ ttlSecondsAfterFinished: draw.between(0, 60) })),
    ...draw.maybe(0.1, () => ({ activeDeadlineSeconds: draw.between(30, 200) })),
    ...draw.maybe(0.1, () => ({ suspend: true })),
    ...draw.maybe(0.15, () => ({ podReplacementPolicy: "Failed" })),
    ...completion(draw, parallelism),
    template: podTemplate(draw, app, { restartPolicy: draw.one(["Never", "OnFailure"]), runs: true }),
    ...draw.maybe(0.2, () => failurePolicy(draw, app)),
  };
}

function completion(draw: Draw, parallelism: number): object {
  if (!draw.chance(0.3)) return {};
  const completions = draw.between(parallelism, parallelism + 4);
  return {
    completions,
    completionMode: "Indexed",
    ...draw.maybe(0.3, () => ({ maxFailedIndexes: draw.between(0, 1), backoffLimitPerIndex: 1 })),
  };
}

/** Takes the place of the template, whose pods must never be restarted then. */
function failurePolicy(draw: Draw, app: string): object {
  const onExitCodes = { operator: "In", values: [1] };
  return {
    template: podTemplate(draw, app, { restartPolicy: "Never", runs: true }),
    podFailurePolicy: {
      rules: [
        { action: draw.one(["FailJob", "Ignore", "Count"]), onExitCodes },
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
  };
}

export function randomWorkload(draw: Draw, index: number, namespaces: readonly string[]): RandomWorkload {
  const type = draw.one([
    "deployment",
    "deployment",
    "deployment",
    "statefulset",
    "daemonset",
    "job",
    "cronjob",
    "replicaset",
    "replicationcontroller",
    "pod",
  ]);
  const name = `${type}-${index}`;
  const namespace = draw.one(namespaces);
  const { kind, apiVersion, spec } = SPECS[type];
  const manifest = { apiVersion, kind, metadata: { name, namespace, labels: { app: name } }, spec: spec(draw, name) };
  const pods = type === "pod" ? [name] : type === "statefulset" ? [`${name}-0`, `${name}-1`] : [];
  return { type, name, namespace, manifest, pods };
}

/** What stands around the workloads. */
export function randomSurroundings(draw: Draw, workloads: readonly RandomWorkload[], namespaces: readonly string[]): Manifest[] {
  const manifests: Manifest[] = [
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "high" }, value: 1000 },
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "low" }, value: -10, preemptionPolicy: "Never" },
    { ...STORAGE_CLASS, metadata: { name: "now" }, volumeBindingMode: "Immediate" },
    { ...STORAGE_CLASS, metadata: { name: "later" }, volumeBindingMode: "WaitForFirstConsumer" },
  ];
  for (const { name, namespace, type } of workloads) {
    const metadata = { name, namespace };
    if (draw.chance(0.5)) {
      const spec = {
        selector: { app: name },
        ports: [{ port: 80, targetPort: 8080 }],
        ...draw.maybe(0.2, () => ({ type: "NodePort" })),
        ...draw.maybe(0.2, () => ({ trafficDistribution: draw.one(["PreferClose", "PreferSameZone", "PreferSameNode"]) })),
      };
      const annotations = { "service.kubernetes.io/topology-mode": "Auto" };
      manifests.push({ apiVersion: "v1", kind: "Service", metadata: { ...metadata, ...draw.maybe(0.2, () => ({ annotations })) }, spec });
    }
    if (draw.chance(0.35)) {
      const amount = draw.one([{ minAvailable: draw.between(0, 3) }, { maxUnavailable: draw.between(0, 2) }, { minAvailable: "50%" }]);
      manifests.push({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata,
        spec: { selector: { matchLabels: { app: name } }, ...amount },
      });
    }
    if (type === "deployment" && draw.chance(0.2)) {
      const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name };
      const spec = { scaleTargetRef, minReplicas: draw.between(1, 3), maxReplicas: draw.between(3, 8), metrics: [CPU_METRIC] };
      manifests.push({ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec });
    }
  }
  for (const namespace of namespaces) {
    if (!draw.chance(0.2)) continue;
    const hard = draw.one([
      { pods: String(draw.between(2, 12)) },
      { "requests.cpu": String(draw.between(1, 4)) },
      { "count/jobs.batch": "2" },
    ]);
    manifests.push({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "quota", namespace }, spec: { hard } });
    if (draw.chance(0.5)) {
      const limits = [{ type: "Container", defaultRequest: { cpu: "50m" }, default: { cpu: "1" } }];
      manifests.push({ apiVersion: "v1", kind: "LimitRange", metadata: { name: "limits", namespace }, spec: { limits } });
    }
  }
  return manifests;
}

const STORAGE_CLASS = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", provisioner: "disk.example.com" };
const CPU_METRIC = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };
