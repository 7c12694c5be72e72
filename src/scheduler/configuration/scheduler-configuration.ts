/**
 * From a KubeSchedulerConfiguration as users write it to one that a scheduler can be made of, or every mistake in it.
 */
import { parse } from "yaml";
import type { FieldPath } from "../../api/decode-problem.js";
import { isPlainObject } from "../../api/plain-object.js";
import { readDocuments } from "../../api/manifest/document.js";
import type { ManifestMistake } from "../../api/manifest/mistake.js";
import { formatFieldErrors, type FieldError } from "../../api/validation/field-error.js";
import { RandomStreams } from "../../engine/random.js";
import { Cache } from "../cache/cache.js";
import type { Handle } from "../framework/handle.js";
import { listersOf } from "../framework/listers.js";
import { EXTENSION_POINTS, type ExtensionPoint, type Plugin } from "../framework/plugin.js";
import { PodShapes } from "../framework/pod-shape.js";
import { ResourceIndex } from "../framework/resources.js";
import { Nominator } from "../queue/nominator.js";
import { buildProfiles, type PluginFactories } from "./build-profiles.js";
import { SchedulerConfigurationError, type ConfigurationMistake } from "./configuration-error.js";
import { decodeConfiguration, type WrittenConfiguration } from "./decode.js";
import { completed } from "./defaults.js";
import { StartError } from "./start-error.js";
import type { SchedulerConfiguration } from "./types.js";
import { validateConfiguration } from "./validate.js";

/** "profiles[0].args" as a path. */
function pathOf(field: string): FieldPath {
  return [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([whole, index]) => (index === undefined ? whole : Number(index)));
}

function mistakesOf(errors: readonly FieldError[], prefix: FieldPath = []): ConfigurationMistake[] {
  return errors.map(({ field, message }) => ({ path: [...prefix, ...pathOf(field)], message }));
}

/** What plugins may ask of a scheduler that has nothing to schedule: enough to see whether they can be made. */
function idleHandle(): Handle {
  const resources = new ResourceIndex();
  const streams = new RandomStreams(0, 0);
  return {
    cache: new Cache(resources),
    shapes: new PodShapes(resources),
    listers: listersOf([]),
    nominator: new Nominator(),
    versions: { namespaces: 0, selectors: 0 },
    now: () => 0,
    stream: (name) => streams.stream(name),
  };
}

/** The points that a configuration enables a plugin at by name. */
function pointsOf(configuration: SchedulerConfiguration, name: string): readonly ExtensionPoint[] {
  return EXTENSION_POINTS.filter((point) =>
    configuration.profiles?.some(({ plugins }) => plugins?.[point]?.enabled?.some((plugin) => plugin.name === name)),
  );
}

/** Stands for a plugin whose module is not loaded yet: it extends whatever the configuration asks of it. */
function standIn(configuration: SchedulerConfiguration, name: string): Plugin {
  const methods = pointsOf(configuration, name).map((point) => [point === "queueSort" ? "less" : point, () => undefined]);
  return { name, ...Object.fromEntries(methods) } as Plugin;
}

/** Plugins of the user's own: those whose arguments name a module. */
export function modulePaths(configuration: SchedulerConfiguration): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { pluginConfig = [] } of configuration.profiles ?? []) {
    for (const { name, args } of pluginConfig) if (typeof args?.["modulePath"] === "string") paths.set(name, args["modulePath"]);
  }
  return paths;
}

function finish(written: WrittenConfiguration): SchedulerConfiguration {
  const whole = completed(written);
  const wrong = validateConfiguration(whole);
  if (wrong.length > 0) throw new SchedulerConfigurationError(formatFieldErrors(wrong), "validate", mistakesOf(wrong));
  const configuration = whole as unknown as SchedulerConfiguration;
  checkStart(
    configuration,
    Object.fromEntries([...modulePaths(configuration).keys()].map((name) => [name, () => standIn(configuration, name)])),
  );
  return configuration;
}

/**
 * Whether a scheduler can be made with the configuration, given the plugins that are not in-tree.
 *
 * @throws SchedulerConfigurationError where it cannot
 */
export function checkStart(configuration: SchedulerConfiguration, others: PluginFactories): void {
  try {
    buildProfiles(configuration, idleHandle(), others);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const mistakes = error.fields.length > 0 ? mistakesOf(error.fields, error.path) : [{ path: error.path, message: error.message }];
    throw new SchedulerConfigurationError(error.message, "start", mistakes);
  }
}

/**
 * Reads a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) given as plain data, with the defaults filled in.
 *
 * @throws SchedulerConfigurationError with every mistake, in kube-scheduler's words
 */
export function schedulerConfigurationFrom(value: unknown): SchedulerConfiguration {
  return finish(decodeConfiguration(value));
}

/** "path: duplicate field" as Kubernetes' YAML library words it. */
function duplicateKeys(mistakes: readonly ManifestMistake[]): readonly string[] {
  const lines = mistakes.flatMap(({ line, message }) => {
    const field = /: duplicate field "(.*)"$/.exec(message)?.[1];
    return field === undefined ? [] : [`  line ${line}: key ${JSON.stringify(pathOf(field).at(-1))} already set in map`];
  });
  return lines.length === 0 ? [] : [`yaml: unmarshal errors:\n${lines.join("\n")}`];
}

/**
 * Reads the text of a configuration file, YAML or JSON.
 *
 * @throws SchedulerConfigurationError with every mistake, in kube-scheduler's words
 */
export function schedulerConfigurationFromText(text: string): SchedulerConfiguration {
  const mistakes: ManifestMistake[] = [];
  const document = readDocuments("", text, mistakes).at(0);
  const duplicates = duplicateKeys(mistakes);
  const broken = mistakes.find(({ message }) => !message.includes("duplicate field"));
  if (broken !== undefined) throw new SchedulerConfigurationError(broken.message, "decode", [{ path: [], message: broken.message }]);
  // A document with a key given twice is not handed out; of such keys the last one counts.
  const value: unknown = duplicates.length > 0 ? parse(text, { uniqueKeys: false, logLevel: "silent" }) : document?.value;
  return finish(decodeConfiguration(isPlainObject(value) ? value : {}, text, duplicates));
}
