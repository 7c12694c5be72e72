/** Namespaces, quotas, limit ranges, disruption budgets, priority classes. Source: kubectl/pkg/describe/describe.go. */
import { formatLabelSelector } from "../../../api/selector.js";
import { parseQuantity, quantityOf } from "../../../api/quantity.js";
import type {
  LimitRange,
  LimitRangeItem,
  Namespace,
  PodDisruptionBudget,
  PriorityClass,
  ResourceQuota,
} from "../../../api/types/policy.js";
import type { Describer } from "./describer.js";
import { field, type Lines, longTime, nameLines, noteLines, pairsInLine, quantityText, row, table, UNSET } from "./lines.js";

export const namespaceDescriber: Describer<Namespace> = {
  related: ["ResourceQuota", "LimitRange"],
  hasEvents: false,
  describe({ metadata, status }, around) {
    const inside = (one: { readonly metadata: { readonly namespace?: string } }) => one.metadata.namespace === metadata.name;
    const conditions = status?.conditions ?? [];
    return [
      field(0, "Name", metadata.name),
      ...noteLines(metadata),
      field(0, "Status", status?.phase ?? "Active"),
      ...(conditions.length === 0
        ? []
        : [
            "Conditions:",
            ...table(
              1,
              ["Type", "Status", "LastTransitionTime", "Reason", "Message"],
              conditions.map(({ type, status: is, lastTransitionTime, reason = "", message = "" }) => [
                type,
                is,
                longTime(lastTransitionTime),
                reason,
                message,
              ]),
            ),
          ]),
      "",
      ...quotasOfNamespace(around.list("ResourceQuota").filter(inside)),
      "",
      ...limitsOfNamespace(around.list("LimitRange").filter(inside)),
    ];
  },
};

function byName(a: { readonly metadata: { readonly name: string } }, b: typeof a): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function quotasOfNamespace(quotas: readonly ResourceQuota[]): Lines {
  if (quotas.length === 0) return ["No resource quota."];
  return [
    "Resource Quotas",
    ...[...quotas]
      .sort(byName)
      .flatMap((quota) => [
        field(1, "Name", quota.metadata.name),
        ...scopeLines(quota, 1, "* "),
        row(1, "Resource", "Used", "Hard"),
        row(1, "--------", "---", "---"),
        ...usageRows(quota).map((cells) => row(1, ...cells)),
      ]),
  ];
}

/** Resource, used, hard. */
function usageRows({ status }: ResourceQuota): readonly (readonly string[])[] {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .sort()
    .map((name) => [name, usedText(used[name] ?? 0, hard[name]), quantityText(hard[name])]);
}

/** What is used, in the form in which the limit is written: "0", "512Mi". */
function usedText(used: string | number, hard: string | number): string {
  const { format } = parseQuantity(hard);
  const amount = parseQuantity(used);
  return amount.format === format ? amount.toString() : quantityOf(amount.value, format).toString();
}

/** Source: helpTextForResourceQuotaScope. */
const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
  NotTerminating:
    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
  BestEffort: "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
  NotBestEffort:
    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
};

function scopeLines({ spec }: ResourceQuota, level: number, bullet: string): Lines {
  const scopes = [...(spec.scopes ?? [])].sort();
  if (scopes.length === 0) return [];
  return [
    field(level, "Scopes", scopes.join(", ")),
    ...scopes.filter((scope) => SCOPES[scope] !== undefined).map((scope) => row(level, `${bullet}${SCOPES[scope]}`)),
  ];
}

export const resourceQuotaDescriber: Describer<ResourceQuota> = {
  hasEvents: false,
  describe(quota) {
    return [...nameLines(quota.metadata), ...scopeLines(quota, 0, " * "), ...table(0, ["Resource", "Used", "Hard"], usageRows(quota))];
  },
};

const LIMIT_TITLES = ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];

function limitRows({ spec }: LimitRange): readonly (readonly string[])[] {
  return spec.limits.flatMap((item: LimitRangeItem) => {
    const columns = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio];
    const names = [...new Set(columns.flatMap((list) => Object.keys(list ?? {})))].sort();
    return names.map((name) => [item.type, name, ...columns.map((list) => (list?.[name] === undefined ? "-" : quantityText(list[name])))]);
  });
}

function limitsOfNamespace(ranges: readonly LimitRange[]): Lines {
  if (ranges.length === 0) return ["No LimitRange resource."];
  return ["Resource Limits", ...table(0, LIMIT_TITLES, ranges.flatMap(limitRows)).map((line) => ` ${line}`)];
}

export const limitRangeDescriber: Describer<LimitRange> = {
  hasEvents: false,
  describe(range) {
    return [...nameLines(range.metadata), ...table(0, LIMIT_TITLES, limitRows(range))];
  },
};

export const podDisruptionBudgetDescriber: Describer<PodDisruptionBudget> = {
  describe({ metadata, spec, status }) {
    return [
      ...nameLines(metadata),
      ...(spec.minAvailable !== undefined
        ? [field(0, "Min available", spec.minAvailable)]
        : spec.maxUnavailable !== undefined
          ? [field(0, "Max unavailable", spec.maxUnavailable)]
          : []),
      field(0, "Selector", spec.selector === undefined ? UNSET : formatLabelSelector(spec.selector)),
      "Status:",
      field(2, "Allowed disruptions", status?.disruptionsAllowed ?? 0),
      field(2, "Current", status?.currentHealthy ?? 0),
      field(2, "Desired", status?.desiredHealthy ?? 0),
      field(2, "Total", status?.expectedPods ?? 0),
    ];
  },
};

export const priorityClassDescriber: Describer<PriorityClass> = {
  describe({ metadata, value, globalDefault = false, preemptionPolicy = "PreemptLowerPriority", description = "" }) {
    return [
      field(0, "Name", metadata.name),
      field(0, "Value", value),
      field(0, "GlobalDefault", globalDefault),
      field(0, "PreemptionPolicy", preemptionPolicy),
      field(0, "Description", description),
      field(0, "Annotations", pairsInLine(metadata.annotations)),
    ];
  },
};
