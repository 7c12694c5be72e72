/**
 * Profiles with their plugins from a configuration.
 *
 * Source of rules and wording: pkg/scheduler/framework/runtime/framework.go (NewFramework, expandMultiPointPlugins),
 * pkg/scheduler/apis/config/v1/default_plugins.go (mergePluginSet)
 */
import { formatFieldErrors } from "../../api/validation/field-error.js";
import type { Handle } from "../framework/handle.js";
import { EXTENSION_POINTS, extendsPoint, type ExtensionPoint, type Plugin } from "../framework/plugin.js";
import { Profile } from "../framework/profile.js";
import { DEFAULT_PLUGINS, type PluginFactory } from "../plugins/registry.js";
import { defaultedArgs } from "./default-args.js";
import { DEFAULT_SCHEDULER_NAME } from "./defaults.js";
import { ignoringManaged } from "./ignored-resources.js";
import { checkNodeResourcesFit } from "./plugin-args.js";
import { StartError } from "./start-error.js";
import type { PluginReference, PluginSet, ProfileConfiguration, SchedulerConfiguration } from "./types.js";

export { DEFAULT_SCHEDULER_NAME };

/** Plugins that are not in-tree, by name. */
export type PluginFactories = Readonly<Record<string, PluginFactory>>;

const DISABLE_ALL = "*";

/** The order in which kube-scheduler goes through the points, and so finds mistakes: framework.go (getExtensionPoints) */
const CHECKED_POINTS: readonly ExtensionPoint[] = [
  "preFilter",
  "filter",
  "postFilter",
  "reserve",
  "preScore",
  "score",
  "preBind",
  "bind",
  "postBind",
  "permit",
  "preEnqueue",
  "queueSort",
];

/** Go's name of a point's interface. */
function interfaceOf(point: ExtensionPoint): string {
  return `${point[0].toUpperCase()}${point.slice(1)}Plugin`;
}

/** The default plugins with the user's changes: a default enabled again by name keeps its place, others come after. */
function mergeMultiPoint(given: PluginSet = {}): readonly PluginReference[] {
  const disabled = new Set((given.disabled ?? []).map(({ name }) => name));
  const enabled = given.enabled ?? [];
  const merged: PluginReference[] = [];
  const replacing = new Set<PluginReference>();
  if (!disabled.has(DISABLE_ALL)) {
    for (const { name, weight } of DEFAULT_PLUGINS) {
      if (disabled.has(name)) continue;
      const again = enabled.findLast((plugin) => plugin.name === name);
      if (again !== undefined) replacing.add(again);
      merged.push(again ?? { name, ...(weight !== undefined && { weight }) });
    }
  }
  return [...merged, ...enabled.filter((plugin) => !replacing.has(plugin))];
}

/**
 * The plugins of one point in running order: those named at the point that multiPoint has too, the rest of multiPoint, then those
 * named at the point only.
 */
function pluginsOfPoint(multiPoint: readonly string[], named: readonly string[], disabled: ReadonlySet<string>): string[] {
  const override = named.filter((name) => multiPoint.includes(name));
  const rest = disabled.has(DISABLE_ALL) ? [] : multiPoint.filter((name) => !disabled.has(name) && !named.includes(name));
  return [...override, ...rest, ...named.filter((name) => !multiPoint.includes(name))];
}

/** The plugins that a profile needs, made once each. */
class Instances {
  private readonly made = new Map<string, Plugin>();

  constructor(
    private readonly configuration: ProfileConfiguration,
    private readonly handle: Handle,
    private readonly factories: ReadonlyMap<string, PluginFactory>,
    private readonly profile: () => Profile,
  ) {}

  /** Makes all that are there, in the order in which they are registered. */
  make(needed: ReadonlySet<string>): void {
    for (const [name, create] of this.factories) {
      if (!needed.has(name)) continue;
      const at = this.configuration.pluginConfig?.findIndex((entry) => entry.name === name) ?? -1;
      const args = this.configuration.pluginConfig?.[at]?.args ?? {};
      const wrong = name === "NodeResourcesFit" ? checkNodeResourcesFit(defaultedArgs.NodeResourcesFit(args)) : [];
      if (wrong.length > 0) {
        const path = ["pluginConfig", at, "args"];
        throw new StartError(`initializing plugin ${JSON.stringify(name)}: ${formatFieldErrors(wrong)}`, path, wrong);
      }
      this.made.set(name, create(args, this.handle, this.profile));
    }
  }

  /** @throws StartError where there is no such plugin */
  get(name: string, point: ExtensionPoint): Plugin {
    const plugin = this.made.get(name);
    if (plugin === undefined) throw new StartError(`${interfaceOf(point)} ${JSON.stringify(name)} does not exist`, ["plugins"]);
    return plugin;
  }
}

function checkNamed(named: readonly PluginReference[], point: ExtensionPoint, instances: Instances): void {
  named.forEach(({ name }, i) => {
    const path = ["plugins", point, "enabled", i];
    const plugin = instances.get(name, point);
    if (!extendsPoint(plugin, point))
      throw new StartError(`plugin ${JSON.stringify(name)} does not extend ${interfaceOf(point)} plugin`, path);
    if (named.findIndex((other) => other.name === name) < i)
      throw new StartError(`plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(interfaceOf(point))}`, path);
  });
}

/** Plugins of multiPoint that extend the point, but for those that are disabled there or named there. */
function expand(multiPoint: readonly PluginReference[], point: ExtensionPoint, set: PluginSet, instances: Instances): string[] {
  const disabled = new Set((set.disabled ?? []).map(({ name }) => name));
  const named = new Set((set.enabled ?? []).map(({ name }) => name));
  const expanded: string[] = [];
  if (disabled.has(DISABLE_ALL))
    return multiPoint.map(({ name }) => name).filter((name) => named.has(name) && extendsPoint(instances.get(name, point), point));
  for (const { name } of multiPoint) {
    if (!extendsPoint(instances.get(name, point), point)) continue;
    if (expanded.includes(name)) {
      if (named.has(name) || disabled.has(name)) continue;
      throw new StartError(`plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(interfaceOf(point))}`, [
        "plugins",
        "multiPoint",
      ]);
    }
    expanded.push(name);
  }
  return expanded;
}

/** @throws StartError where kube-scheduler would not start with the profile */
export function buildProfile(
  configuration: ProfileConfiguration,
  globalPercentage: number,
  handle: Handle,
  others: PluginFactories = {},
): Profile {
  const points = configuration.plugins ?? {};
  const multiPoint = mergeMultiPoint(points.multiPoint);
  const factories = new Map<string, PluginFactory>([
    ...DEFAULT_PLUGINS.map(({ name, create }) => [name, create] as const),
    ...Object.entries(others),
  ]);
  const instances = new Instances(configuration, handle, factories, () => built);
  const named = EXTENSION_POINTS.flatMap((point) => points[point]?.enabled ?? []);
  instances.make(new Set([...multiPoint, ...named].map(({ name }) => name)));

  for (const point of CHECKED_POINTS) checkNamed(points[point]?.enabled ?? [], point, instances);
  const expanded = new Map(CHECKED_POINTS.map((point) => [point, expand(multiPoint, point, points[point] ?? {}, instances)]));
  const byPoint = Object.fromEntries(
    EXTENSION_POINTS.map((point): [ExtensionPoint, Plugin[]] => {
      const { enabled = [], disabled = [] } = points[point] ?? {};
      const names = pluginsOfPoint(
        expanded.get(point)!,
        enabled.map(({ name }) => name),
        new Set(disabled.map(({ name }) => name)),
      );
      return [point, names.map((name) => instances.get(name, point))];
    }),
  ) as Record<ExtensionPoint, Plugin[]>;

  const schedulerName = configuration.schedulerName ?? DEFAULT_SCHEDULER_NAME;
  const forProfile = `profile with scheduler name ${JSON.stringify(schedulerName)}`;
  if (byPoint.queueSort.length !== 1) {
    throw new StartError(`only one queue sort plugin required for ${forProfile}, but got ${byPoint.queueSort.length}`, ["plugins"]);
  }
  if (byPoint.bind.length === 0) throw new StartError(`at least one bind plugin is needed for ${forProfile}`, ["plugins"]);

  const weights = new Map<string, number>();
  for (const { name, weight } of [...multiPoint, ...(points.score?.enabled ?? [])])
    weights.set(name, weight === undefined || weight === 0 ? 1 : weight);
  const built = new Profile(schedulerName, byPoint, weights, configuration.percentageOfNodesToScore ?? globalPercentage, handle);
  return built;
}

/**
 * Profiles by schedulerName.
 *
 * @throws StartError where kube-scheduler would not start with one of them
 */
export function buildProfiles(configuration: SchedulerConfiguration, handle: Handle, others: PluginFactories = {}): Map<string, Profile> {
  const profiles = configuration.profiles ?? [{}];
  return new Map(
    profiles.map((given, i) => {
      const profile = ignoringManaged(given, configuration.extenders ?? []);
      const name = profile.schedulerName ?? DEFAULT_SCHEDULER_NAME;
      try {
        return [name, buildProfile(profile, configuration.percentageOfNodesToScore ?? 0, handle, others)];
      } catch (error) {
        throw error instanceof StartError
          ? error.within(`initializing profiles: creating profile for scheduler name ${name}: `, ["profiles", i])
          : error;
      }
    }),
  );
}
