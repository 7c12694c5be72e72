/** The cells of workloads, services and autoscalers. Source: kubernetes/pkg/printers/internalversion/printers.go. */
import type { ObjectsByKind } from "../../api/kinds.js";
import type { Service, ServicePort } from "../../api/types/network.js";
import type { HorizontalPodAutoscaler, MetricSpec } from "../../api/types/policy.js";
import type { Job } from "../../api/types/workloads.js";

const NONE = "<none>";

export function jobStatus({ metadata, spec, status }: Job): string {
  const is = (type: string) => status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;
  if (is("Complete")) return "Complete";
  if (is("Failed")) return "Failed";
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  if (is("Suspended") || spec.suspend === true) return "Suspended";
  if (is("FailureTarget")) return "FailureTarget";
  return is("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

export function jobCompletions(succeeded: number, completions: number | undefined, parallelism: number): string {
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

export function externalAddress({ spec, status }: Service): string {
  const own = spec.externalIPs ?? [];
  if (spec.type === "ExternalName") return spec.externalName ?? NONE;
  if (spec.type === "LoadBalancer") {
    const given = [...(status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? ""), ...own];
    return given.length === 0 ? "<pending>" : given.join(",");
  }
  return own.length === 0 ? NONE : own.join(",");
}

export function portText({ port, nodePort, protocol }: ServicePort): string {
  return `${port}${nodePort === undefined ? "" : `:${nodePort}`}/${protocol ?? "TCP"}`;
}

/** Addresses that fit in the column; the rest are counted. */
const SHOWN_ENDPOINTS = 3;

export function endpointsText(addresses: readonly string[]): string {
  if (addresses.length === 0) return "<unset>";
  const rest = addresses.length - SHOWN_ENDPOINTS;
  return addresses.slice(0, SHOWN_ENDPOINTS).join(",") + (rest > 0 ? ` + ${rest} more...` : "");
}

export function hpaTargets({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return NONE;
  return metrics.map((metric, index) => metricText(metric, status?.currentMetrics?.[index] as MetricSpec | undefined)).join(", ");
}

function metricText(metric: MetricSpec, current: MetricSpec | undefined): string {
  if (metric.resource === undefined) return "<unknown>";
  const now = (current?.resource as { current?: { averageUtilization?: number; averageValue?: string | number } } | undefined)?.current;
  const { name, target } = metric.resource;
  if (target.averageUtilization !== undefined)
    return `${name}: ${now?.averageUtilization === undefined ? "<unknown>" : `${now.averageUtilization}%`}/${target.averageUtilization}%`;
  return `${name}: ${now?.averageValue ?? "<unknown>"}/${target.averageValue ?? target.value ?? ""}`;
}

export function quotaText({ spec, status }: ObjectsByKind["ResourceQuota"], isShown: (name: string) => boolean): string {
  const hard = status?.hard ?? spec.hard ?? {};
  return Object.keys(hard)
    .filter(isShown)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? 0}/${hard[name]}`)
    .join(", ");
}

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

export function accessModes(modes: readonly string[] | undefined): string {
  return (modes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(",");
}
