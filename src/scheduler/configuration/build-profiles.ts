/**
 * Profiles with their plugins from a configuration.
 *
 * Source of the rules: pkg/scheduler/framework/runtime/framework.go (NewFramework, expandMultiPointPlugins),
 * pkg/scheduler/apis/config/v1/default_plugins.go (mergePluginSet)
 */
import type { Handle } from "../framework/handle.js";
import { EXTENSION_POINTS, extendsPoint, type ExtensionPoint, type Plugin } from "../framework/plugin.js";
import { Profile } from "../framework/profile.js";
import { DEFAULT_PLUGINS, type PluginFactory } from "../plugins/registry.js";
import type { PluginReference, PluginSet, ProfileConfiguration, SchedulerConfiguration } from "./types.js";

/** Name of the profile that there is where the configuration has none. */
export const DEFAULT_SCHEDULER_NAME = "default-scheduler";

/** Plugins that are not in-tree, by name. */
export type PluginFactories = Readonly<Record<string, PluginFactory>>;

const DISABLE_ALL = "*";

/** The default plugins with the user's changes: a default enabled again by name keeps its place, others come after. */
function mergeMultiPoint(given: PluginSet = {}): readonly PluginReference[] {
  const disabled = new Set((given.disabled ?? []).map(({ name }) => name));
  const enabled = new Map((given.enabled ?? []).map((plugin) => [plugin.name, plugin]));
  const merged: PluginReference[] = [];
  const replaced = new Set<string>();
  if (!disabled.has(DISABLE_ALL)) {
    for (const { name, weight } of DEFAULT_PLUGINS) {
      if (disabled.has(name)) continue;
      const again = enabled.get(name);
      if (again !== undefined) replaced.add(name);
      merged.push(again ?? { name, ...(weight !== undefined && { weight }) });
    }
  }
  for (const plugin of enabled.values()) if (!replaced.has(plugin.name)) merged.push(plugin);
  return merged;
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

export function buildProfile(configuration: ProfileConfiguration, globalPercentage: number, handle: Handle, others: PluginFactories = {}): Profile {
  const points = configuration.plugins ?? {};
  const multiPoint = mergeMultiPoint(points.multiPoint);
  const instances = new Map<string, Plugin>();
  const factories = new Map<string, PluginFactory>([...DEFAULT_PLUGINS.map(({ name, create }) => [name, create] as const), ...Object.entries(others)]);
  const instance = (name: string): Plugin => {
    let plugin = instances.get(name);
    if (plugin === undefined) {
      const create = factories.get(name);
      if (create === undefined) throw new Error(`${name} does not exist`);
      const args = configuration.pluginConfig?.find((entry) => entry.name === name)?.args ?? {};
      instances.set(name, (plugin = create(args, handle, () => built)));
    }
    return plugin;
  };
  const expanded = multiPoint.map(({ name }) => instance(name));
  const byPoint = Object.fromEntries(
    EXTENSION_POINTS.map((point): [ExtensionPoint, Plugin[]] => {
      const set = points[point] ?? {};
      const fromMultiPoint = expanded.filter((plugin) => extendsPoint(plugin, point)).map((plugin) => plugin.name);
      const named = (set.enabled ?? []).map(({ name }) => name);
      return [point, pluginsOfPoint(fromMultiPoint, named, new Set((set.disabled ?? []).map(({ name }) => name))).map(instance)];
    }),
  ) as Record<ExtensionPoint, Plugin[]>;

  const weights = new Map<string, number>();
  for (const { name, weight } of [...multiPoint, ...(points.score?.enabled ?? [])]) weights.set(name, weight === undefined || weight === 0 ? 1 : weight);
  const built = new Profile(configuration.schedulerName ?? DEFAULT_SCHEDULER_NAME, byPoint, weights, configuration.percentageOfNodesToScore ?? globalPercentage, handle);
  return built;
}

/** Profiles by schedulerName. */
export function buildProfiles(configuration: SchedulerConfiguration, handle: Handle, others: PluginFactories = {}): Map<string, Profile> {
  const profiles = configuration.profiles ?? [{}];
  return new Map(profiles.map((profile) => [profile.schedulerName ?? DEFAULT_SCHEDULER_NAME, buildProfile(profile, configuration.percentageOfNodesToScore ?? 0, handle, others)]));
}
