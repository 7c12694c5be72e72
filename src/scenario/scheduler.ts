/** The scheduler's configuration, from the scenario itself or from the file that it names. */
import { readDocuments, type ManifestDocument } from "../api/manifest/document.js";
import { SchedulerConfigurationError } from "../scheduler/configuration/configuration-error.js";
import { schedulerConfigurationFrom } from "../scheduler/configuration/scheduler-configuration.js";
import type { ProfileConfiguration, SchedulerConfiguration } from "../scheduler/configuration/types.js";
import { FileError, pathFrom, readBytes } from "./files.js";
import { InvalidInput, mistakeAt, type Mistake, type Path } from "./mistake.js";
import type { Source } from "./normalize/source.js";

const KIND = "KubeSchedulerConfiguration";

/** Mistakes are added to the source's list, each at its place; the result is undefined then. */
export function readScheduler(given: Readonly<Record<string, unknown>> | undefined, source: Source): SchedulerConfiguration | undefined {
  if (given === undefined) return undefined;
  if (typeof given["file"] !== "string") return configurationFrom(given, source.document, ["scheduler"], source.mistakes);
  const file = source.relative(given["file"]);
  const path = ["scheduler", "file"];
  try {
    const found = readDocuments(file, readBytes(file), source.mistakes).find(({ value }) => (value as { kind?: unknown }).kind === KIND);
    if (found !== undefined) return configurationFrom(found.value, found, [], source.mistakes);
    source.wrong(path, `${file}: holds no ${KIND}`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    source.wrong(path, `${file}: ${error.message}`);
  }
  return undefined;
}

/**
 * The configuration in a file of its own.
 *
 * @throws InvalidInput with every mistake
 */
export function readSchedulerFile(file: string): SchedulerConfiguration {
  const mistakes: Mistake[] = [];
  const found = documentsIn(file, mistakes).find(({ value }) => (value as { kind?: unknown } | null)?.kind === KIND);
  if (found === undefined && mistakes.length === 0) mistakes.push({ file, line: 1, column: 1, message: `holds no ${KIND}` });
  const configuration = found === undefined ? undefined : configurationFrom(found.value, found, [], mistakes);
  if (configuration === undefined || mistakes.length > 0) throw new InvalidInput(mistakes);
  return configuration;
}

function documentsIn(file: string, mistakes: Mistake[]): readonly ManifestDocument[] {
  try {
    return readDocuments(file, readBytes(file), mistakes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    mistakes.push({ file, line: 1, column: 1, message: error.message });
    return [];
  }
}

/** @param prefix where in the document the configuration stands */
function configurationFrom(
  value: unknown,
  document: ManifestDocument,
  prefix: Path,
  mistakes: Mistake[],
): SchedulerConfiguration | undefined {
  try {
    const configuration = schedulerConfigurationFrom(value);
    if ((configuration.extenders ?? []).length > 0) {
      const message = "Forbidden: extenders are not simulated; they answer over HTTP, in real time";
      mistakes.push(mistakeAt(document, { path: [...prefix, "extenders"], at: "key", message }));
    }
    return { ...configuration, profiles: configuration.profiles?.map((profile) => withModulePaths(profile, document.file)) ?? [] };
  } catch (error) {
    if (!(error instanceof SchedulerConfigurationError)) throw error;
    for (const { path, message } of error.mistakes) {
      const at = message.startsWith("unknown field") ? "key" : message.startsWith("Required value") ? "parent" : "value";
      mistakes.push(mistakeAt(document, { path: [...prefix, ...path], at, message }));
    }
    return undefined;
  }
}

/** Modules of plugins are found from the file that names them. */
function withModulePaths(profile: ProfileConfiguration, file: string): ProfileConfiguration {
  const pluginConfig = profile.pluginConfig?.map(({ name, args }) => {
    const modulePath = args?.["modulePath"];
    return { name, args: typeof modulePath === "string" ? { ...args, modulePath: pathFrom(file, modulePath) } : args };
  });
  return { ...profile, ...(pluginConfig !== undefined && { pluginConfig }) };
}
