/**
 * Checks on a whole, completed configuration.
 *
 * Source of rules and wording: pkg/scheduler/apis/config/validation/validation.go, k8s.io/component-base/config/validation
 */
import { parseDuration } from "../../api/duration.js";
import { duplicate, invalid, required, type FieldError } from "../../api/validation/field-error.js";
import { qualifiedName } from "../../api/validation/names.js";
import type { CompletedConfiguration, CompletedProfile } from "./defaults.js";
import { ARGS_CHECKS } from "./plugin-args.js";
import { API_VERSION } from "./schema.js";
import type { ExtenderConfiguration } from "./types.js";
import { EXTENSION_POINTS } from "../framework/plugin.js";

/** Plugins of earlier releases: validation.go (invalidPluginsByVersion) */
const REMOVED_PLUGINS = new Set(["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"]);

function clientConnection({ clientConnection: { burst } }: CompletedConfiguration): FieldError[] {
  return burst < 0 ? [invalid("clientConnection.burst", burst, "must be non-negative")] : [];
}

function leaderElection({ leaderElection: election }: CompletedConfiguration): FieldError[] {
  if (!election.leaderElect) return [];
  const errors: FieldError[] = [];
  const { leaseDuration, renewDeadline, retryPeriod, resourceLock } = election;
  for (const [name, duration] of Object.entries({ leaseDuration, renewDeadline, retryPeriod })) {
    if (parseDuration(duration) <= 0) errors.push(invalid(`leaderElection.${name}`, duration, "must be greater than zero"));
  }
  if (parseDuration(leaseDuration) <= parseDuration(renewDeadline)) {
    errors.push(invalid("leaderElection.leaseDuration", renewDeadline, "must be greater than `RenewDeadline`"));
  }
  if (parseDuration(renewDeadline) <= parseDuration(retryPeriod)) {
    errors.push(invalid("leaderElection.renewDeadline", retryPeriod, "must be greater than `RetryPeriod`"));
  }
  if (resourceLock !== "leases") errors.push(invalid("leaderElection.resourceLock", resourceLock, 'resourceLock value must be "leases"'));
  return errors;
}

function percentage(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && (value < 0 || value > 100) ? [invalid(field, value, "not in valid range [0-100]")] : [];
}

function removed(field: string, name: string): FieldError[] {
  return REMOVED_PLUGINS.has(name)
    ? [invalid(field, name, `was invalid in version "v1" (KubeSchedulerConfiguration is version "${API_VERSION}")`)]
    : [];
}

function profile(path: string, { schedulerName, percentageOfNodesToScore, plugins = {}, pluginConfig }: CompletedProfile): FieldError[] {
  const errors: FieldError[] = schedulerName === "" ? [required(`${path}.schedulerName`)] : [];
  errors.push(...percentage(`${path}.percentageOfNodesToScore`, percentageOfNodesToScore));
  for (const point of EXTENSION_POINTS) {
    plugins[point]?.enabled?.forEach(({ name = "" }, i) => errors.push(...removed(`${path}.plugins.${point}.enabled[${i}]`, name)));
  }
  pluginConfig.forEach(({ name, args }, i) => {
    const at = `${path}.pluginConfig[${i}]`;
    if (pluginConfig.findIndex((other) => other.name === name) < i) errors.push(duplicate(at, name));
    if (REMOVED_PLUGINS.has(name)) errors.push(...removed(at, name));
    else if (Object.hasOwn(ARGS_CHECKS, name)) errors.push(...ARGS_CHECKS[name](`${at}.args`, args as never));
  });
  return errors;
}

interface ShownPluginSet {
  readonly Enabled: readonly { readonly Name: string; readonly Weight: number }[] | null;
  readonly Disabled: readonly { readonly Name: string; readonly Weight: number }[] | null;
}

/** A set of plugins as Go shows it. */
function shownQueueSort({ plugins }: CompletedProfile): ShownPluginSet {
  const { enabled = [], disabled = [] } = plugins?.["queueSort"] ?? {};
  const shown = (list: readonly { readonly name?: string; readonly weight?: number }[]): ShownPluginSet["Enabled"] =>
    list.length === 0 ? null : list.map(({ name = "", weight = 0 }) => ({ Name: name, Weight: weight }));
  return { Enabled: shown(enabled), Disabled: shown(disabled) };
}

/** All profiles share the queue, so its order has to be the same for all. */
function commonQueueSort(profiles: readonly CompletedProfile[]): FieldError[] {
  const first = shownQueueSort(profiles[0]);
  const errors: FieldError[] = [];
  if ((first.Enabled?.length ?? 0) > 1)
    errors.push(invalid("profiles[0].plugins.queueSort.Enabled", first.Enabled!.length, "only one queue sort plugin can be enabled"));
  const argsOf = ({ pluginConfig }: CompletedProfile): unknown => pluginConfig.find(({ name }) => name === first.Enabled?.[0]?.Name)?.args;
  profiles.slice(1).forEach((other, i) => {
    const shown = shownQueueSort(other);
    if (JSON.stringify(shown) !== JSON.stringify(first))
      errors.push(invalid(`profiles[${i + 1}].plugins.queueSort`, shown, "must be the same for all profiles"));
    const args = argsOf(other);
    if (args !== undefined && JSON.stringify(args) !== JSON.stringify(argsOf(profiles[0]))) {
      errors.push(invalid(`profiles[${i + 1}].pluginConfig.args`, args, "queueSort must be the same for all profiles"));
    }
  });
  return errors;
}

function profiles({ profiles: all }: CompletedConfiguration): FieldError[] {
  const errors = all.flatMap((one, i) => [
    ...profile(`profiles[${i}]`, one),
    // The path of the first is what upstream shows as the value; Go's JSON has nothing to show of a path.
    ...(all.findIndex((other) => other.schedulerName === one.schedulerName) < i ? [duplicate(`profiles[${i}].schedulerName`, {})] : []),
  ]);
  return [...errors, ...commonQueueSort(all)];
}

/** k8s.io/kubernetes/pkg/apis/core/v1/helper (IsExtendedResourceName) */
function isExtendedResource(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/") && !name.startsWith("requests.");
}

function extenders(all: readonly ExtenderConfiguration[]): FieldError[] {
  const errors: FieldError[] = [];
  const resources = new Set<string>();
  all.forEach(({ prioritizeVerb = "", weight = 0, managedResources = [] }, i) => {
    if (prioritizeVerb !== "" && weight <= 0)
      errors.push(invalid(`extenders[${i}].weight`, weight, "must have a positive weight applied to it"));
    managedResources.forEach(({ name = "" }, j) => {
      const at = `extenders[${i}].managedResources[${j}].name`;
      const wrong = qualifiedName(name);
      errors.push(...wrong.map((message) => invalid(at, name, message)));
      if (wrong.length === 0 && !isExtendedResource(name)) errors.push(invalid(at, name, "is an invalid extended resource name"));
      if (resources.has(name)) errors.push(invalid(at, name, "duplicate extender managed resource name"));
      resources.add(name);
    });
  });
  const binders = all.filter(({ bindVerb = "" }) => bindVerb !== "").length;
  if (binders > 1)
    errors.push(invalid("extenders", `found ${binders} extenders implementing bind`, "only one extender can implement bind"));
  return errors;
}

export function validateConfiguration(configuration: CompletedConfiguration): FieldError[] {
  const { parallelism, percentageOfNodesToScore, podInitialBackoffSeconds: initial, podMaxBackoffSeconds: max } = configuration;
  return [
    ...clientConnection(configuration),
    ...leaderElection(configuration),
    ...(parallelism <= 0 ? [invalid("parallelism", parallelism, "should be an integer value greater than zero")] : []),
    ...profiles(configuration),
    ...percentage("percentageOfNodesToScore", percentageOfNodesToScore),
    ...(initial <= 0 ? [invalid("podInitialBackoffSeconds", initial, "must be greater than 0")] : []),
    ...(max < initial ? [invalid("podMaxBackoffSeconds", max, "must be greater than or equal to PodInitialBackoffSeconds")] : []),
    ...extenders(configuration.extenders),
  ];
}
