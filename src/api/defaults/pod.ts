/**
 * Defaults of pods and pod templates.
 *
 * The specs of one template are shared by all its pods, so each spec is worked on once: the result is remembered by identity and
 * is its own result.
 *
 * Source: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go.
 */
import { defaultPullPolicy } from "../image-name.js";
import { addResourceLists } from "../resource-list.js";
import { containerLimits, containerRequests, isPodLevelResource } from "../resources.js";
import type { ResourceList } from "../types/meta.js";
import type { Container, ContainerPort, EnvVar, PodSpec, PodTemplateSpec, Probe, ProbeHandler, Volume } from "../types/pod.js";
import { defaultReference } from "./field-references.js";
import { change, fill, mapShared } from "./fill.js";
import { defaultVolumeSource } from "./volume-sources.js";

/** corev1.DefaultTerminationGracePeriodSeconds */
const TERMINATION_GRACE_PERIOD_SECONDS = 30;

function once<T extends object>(compute: (value: T) => T): (value: T) => T {
  const known = new WeakMap<T, T>();
  return (value) => {
    let result = known.get(value);
    if (result === undefined) {
      result = compute(value);
      known.set(value, result);
      known.set(result, result);
    }
    return result;
  };
}

function defaultHttpGet<T extends ProbeHandler>(handler: T): T {
  const { httpGet } = handler;
  return httpGet === undefined ? handler : { ...handler, httpGet: fill(httpGet, { path: "/", scheme: "HTTP" }) };
}

function defaultProbe(probe: Probe): Probe {
  const grpc = change(probe, "grpc", (action) => fill(action, { service: "" }));
  return fill(defaultHttpGet(grpc), { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
}

function defaultEnv(variable: EnvVar): EnvVar {
  return change(variable, "valueFrom", defaultReference);
}

function defaultPort(port: ContainerPort): ContainerPort {
  return fill(port, { protocol: "TCP" });
}

function defaultContainer(container: Container): Container {
  let result = change(container, "ports", (ports) => mapShared(ports, defaultPort));
  result = change(result, "env", (env) => mapShared(env, defaultEnv));
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"] as const) result = change(result, probe, defaultProbe);
  result = change(result, "lifecycle", (lifecycle) => change(change(lifecycle, "postStart", defaultHttpGet), "preStop", defaultHttpGet));
  return fill(result, {
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: defaultPullPolicy(container.image ?? ""),
  });
}

const defaultVolume = once((volume: Volume): Volume => {
  const sources = Object.keys(volume).filter((name) => name !== "name" && volume[name] !== undefined);
  if (sources.length === 0) return { ...volume, emptyDir: {} };
  const changed: Record<string, unknown> = {};
  for (const name of sources) {
    const source = defaultVolumeSource(name, volume[name] as Readonly<Record<string, unknown>>);
    if (source !== undefined) changed[name] = source;
  }
  return { ...volume, ...changed };
});

/** The account under its present and its older name, of which the present one counts (conversion.go, Convert_core_PodSpec_To_v1_PodSpec). */
function withServiceAccount(spec: PodSpec): PodSpec {
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account === undefined || (spec.serviceAccountName === account && spec.serviceAccount === account)) return spec;
  return { ...spec, serviceAccountName: account, serviceAccount: account };
}

/** Defaults of a spec wherever it stands; those of pods proper are added by {@link defaultPodSpec}. */
export const defaultTemplatePodSpec = once((spec: PodSpec): PodSpec => {
  let result = change(spec, "containers", (containers) => mapShared(containers, defaultContainer));
  result = change(result, "initContainers", (containers) => mapShared(containers, defaultContainer));
  result = change(result, "ephemeralContainers", (containers) => mapShared(containers, defaultContainer));
  result = change(result, "volumes", (volumes) => mapShared(volumes, defaultVolume));
  return fill(withServiceAccount(result), {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: TERMINATION_GRACE_PERIOD_SECONDS,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
});

function requestsFromLimits(container: Container): Container {
  const limits = container.resources?.limits;
  if (limits === undefined) return container;
  const requests = { ...limits, ...container.resources?.requests };
  return { ...container, resources: { ...container.resources, requests } };
}

function hostPorts(container: Container): Container {
  return change(container, "ports", (ports) => mapShared(ports, (port) => fill(port, { hostPort: port.containerPort })));
}

function isHugePages(name: string): boolean {
  return name.startsWith("hugepages-");
}

/** Pod-level requests from the containers' and the pod-level limits, huge page limits from the containers' (defaultPodRequests, defaultHugePagePodLimits). */
function podLevelResources(spec: PodSpec): PodSpec {
  const { resources } = spec;
  if (resources === undefined) return spec;
  const hasAny = Object.keys(resources.limits ?? {}).length > 0 || Object.keys(resources.requests ?? {}).length > 0;
  if (!hasAny) return spec;
  const huge = Object.fromEntries(
    Object.entries(containerLimits(spec)).filter(([name]) => isHugePages(name) && resources.requests?.[name] === undefined),
  );
  const limits: ResourceList = { ...huge, ...resources.limits };
  const withLimits = Object.keys(limits).length === 0 ? resources : { ...resources, limits };
  if (Object.keys(limits).length === 0) return spec;
  const fromContainers = Object.entries(containerRequests(spec)).filter(([name]) => isPodLevelResource(name) && !isHugePages(name));
  const fromLimits = Object.entries(limits).filter(([name]) => isPodLevelResource(name));
  const requests = { ...Object.fromEntries(fromLimits), ...Object.fromEntries(fromContainers), ...resources.requests };
  return { ...spec, resources: { ...withLimits, requests: addResourceLists({}, requests) } };
}

/** Defaults of a pod's spec: of any spec, and those that only pods proper have (SetDefaults_Pod). */
export const defaultPodSpec = once((spec: PodSpec): PodSpec => {
  let result = defaultTemplatePodSpec(spec);
  result = change(result, "containers", (containers) => mapShared(containers, requestsFromLimits));
  result = change(result, "initContainers", (containers) => mapShared(containers, requestsFromLimits));
  result = podLevelResources(result);
  if (result.hostNetwork === true) {
    result = change(result, "containers", (containers) => mapShared(containers, hostPorts));
    result = change(result, "initContainers", (containers) => mapShared(containers, hostPorts));
  }
  return fill(result, { enableServiceLinks: true });
});

export function defaultPodTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return change(template, "spec", defaultTemplatePodSpec);
}
