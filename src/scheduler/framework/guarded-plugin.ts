/** A broken plugin is reported with where it broke. */
import type { NodeInfo } from "./node-info.js";
import type { Plugin } from "./plugin.js";
import { PluginError } from "./plugin-error.js";
import type { PodInfo } from "./pod-info.js";

/** @throws PluginError where the plugin throws anything */
export function guarded<T>(plugin: Plugin, point: string, pod: PodInfo, node: NodeInfo | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asPluginError(error, plugin, point, pod, node);
  }
}

export function asPluginError(error: unknown, plugin: Plugin, point: string, pod: PodInfo, node: NodeInfo | undefined): PluginError {
  if (error instanceof PluginError) return error;
  return new PluginError(plugin, point, pod.key, node?.name, error instanceof Error ? error.message : String(error), error);
}
