/** Loads the modules of the user's own plugins, which has to be done before a run: importing takes real time. */
import { pathToFileURL } from "node:url";
import type { PluginFactories } from "../configuration/build-profiles.js";
import { modulePaths } from "../configuration/scheduler-configuration.js";
import type { SchedulerConfiguration } from "../configuration/types.js";
import type { Handle } from "../framework/handle.js";
import type { Plugin } from "../framework/plugin.js";
import { adaptPlugin, customHandle, METHODS } from "./adapt-plugin.js";
import type { CustomPluginFactory } from "./custom-plugin.js";
import { PluginModuleError } from "./plugin-module-error.js";
import { giveWordTo, guardProcessExit } from "./running-plugin.js";

/**
 * The plugins whose arguments name a module (`modulePath`, an absolute path), ready to be made.
 *
 * @throws PluginModuleError for a module that cannot be imported or whose default export makes no plugin
 */
export async function loadPlugins(configuration: SchedulerConfiguration): Promise<PluginFactories> {
  guardProcessExit();
  const factories: Record<string, PluginFactories[string]> = {};
  for (const [name, path] of modulePaths(configuration)) {
    const factory = await importFactory(name, path);
    factories[name] = (args, handle) => make(name, path, factory, args, handle);
  }
  return factories;
}

async function importFactory(name: string, path: string): Promise<CustomPluginFactory> {
  let module: { readonly default?: unknown };
  // Where the import never ends, neither does this: the word stays with the plugin.
  const before = giveWordTo({ plugin: name, file: path, point: "import" });
  try {
    module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new PluginModuleError(name, path, `cannot be imported: ${error instanceof Error ? error.message : String(error)}`, error);
  } finally {
    giveWordTo(before);
  }
  if (typeof module.default !== "function")
    throw new PluginModuleError(name, path, "has no function as its default export; must be (args, handle) => plugin");
  return module.default as CustomPluginFactory;
}

function make(name: string, path: string, factory: CustomPluginFactory, args: Readonly<Record<string, unknown>>, handle: Handle): Plugin {
  let made: unknown;
  const before = giveWordTo({ plugin: name, file: path, point: "its default export" });
  try {
    made = factory(args, customHandle(name, handle));
  } catch (error) {
    throw new PluginModuleError(
      name,
      path,
      `its default export threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      error,
    );
  } finally {
    giveWordTo(before);
  }
  if (typeof made !== "object" || made === null || made instanceof Promise)
    throw new PluginModuleError(
      name,
      path,
      "its default export returned no plugin; must be an object with the methods of the extension points",
    );
  const methods = [...METHODS].filter((method) => typeof (made as Readonly<Record<string, unknown>>)[method] === "function");
  if (methods.length === 0) throw new PluginModuleError(name, path, `the plugin has none of the methods ${[...METHODS].join(", ")}`);
  return adaptPlugin(name, made, path);
}
