/** How the scheduler is set up: its configuration, from the scenario itself or from the file that it names, and how it breaks ties. */
import { readDocuments, type ManifestDocument } from "../api/manifest/document.js";
import { SchedulerConfigurationError } from "../scheduler/configuration/configuration-error.js";
import { schedulerConfigurationFrom } from "../scheduler/configuration/scheduler-configuration.js";
import type { ExtenderConfiguration, ProfileConfiguration, SchedulerConfiguration } from "../scheduler/configuration/types.js";
import { TIE_BREAKS, type TieBreakRule } from "../scheduler/node-selection.js";
import { FileError, pathFrom, readBytes } from "./files.js";
import { InvalidInput, mistakeAt, type Mistake, type Path } from "./mistake.js";
import type { Source } from "./normalize/source.js";

const KIND = "KubeSchedulerConfiguration";

const NO_CONSENT =
  "Forbidden: extenders answer from outside of the simulation, so that a run with them cannot be repeated; --allow-extenders asks them all the same";

/** What is said where extenders are not allowed to be asked, by configuration. */
const refusals = new WeakMap<SchedulerConfiguration, Mistake>();

/**
 * Holds the configuration's extenders back.
 *
 * @throws InvalidInput where there are any
 */
export function refuseExtenders(configuration: SchedulerConfiguration): void {
  const refusal = refusals.get(configuration);
  if (refusal !== undefined) throw new InvalidInput([refusal]);
}

export interface SchedulerSettings {
  /** Absent for kube-scheduler's defaults, and where there are mistakes in it. */
  readonly configuration?: SchedulerConfiguration;
  readonly tieBreak?: TieBreakRule;
}

/** Mistakes are added to the source's list, each at its place. */
export function readScheduler(given: Readonly<Record<string, unknown>> | undefined, source: Source): SchedulerSettings {
  if (given === undefined) return {};
  const { tieBreak, ...rest } = given;
  const rule = TIE_BREAKS.find((one) => one === tieBreak);
  if (tieBreak !== undefined && rule === undefined) {
    source.wrong(["scheduler", "tieBreak"], `Invalid value: ${JSON.stringify(tieBreak)}: must be one of ${TIE_BREAKS.join(", ")}`);
  }
  const configuration = tieBreak !== undefined && Object.keys(rest).length === 0 ? undefined : readConfiguration(rest, source);
  return { ...(configuration !== undefined && { configuration }), ...(rule !== undefined && { tieBreak: rule }) };
}

function readConfiguration(given: Readonly<Record<string, unknown>>, source: Source): SchedulerConfiguration | undefined {
  if (typeof given["file"] !== "string") return configurationFrom(given, source.document, ["scheduler"], source.mistakes);
  const file = source.relative(given["file"]);
  const path = ["scheduler", "file"];
  const before = source.mistakes.length;
  try {
    const found = readDocuments(file, readBytes(file), source.mistakes).find(isSchedulerConfiguration);
    if (found !== undefined) return configurationFrom(found.value, found, [], source.mistakes);
    // A document that cannot be read may be the one.
    if (source.mistakes.length === before) source.wrong(path, `${file}: holds no ${KIND}`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    source.wrong(path, `${file}: ${error.message}`);
  }
  return undefined;
}

function isSchedulerConfiguration({ value }: ManifestDocument): boolean {
  return (value as { kind?: unknown } | null)?.kind === KIND;
}

/**
 * The configuration in a file of its own.
 *
 * @throws InvalidInput with every mistake
 */
export function readSchedulerFile(file: string): SchedulerConfiguration {
  const mistakes: Mistake[] = [];
  const found = documentsIn(file, mistakes).find(isSchedulerConfiguration);
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
    const { profiles = [], extenders = [], ...rest } = configuration;
    const read = {
      ...rest,
      profiles: profiles.map((profile) => withModulePaths(profile, document.file)),
      extenders: extenders.map((extender) => withCertificatePaths(extender, document.file)),
    };
    if (extenders.length > 0) refusals.set(read, mistakeAt(document, { path: [...prefix, "extenders"], at: "key", message: NO_CONSENT }));
    return read;
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

/** Files of keys and certificates are found from the file that names them. */
function withCertificatePaths(extender: ExtenderConfiguration, file: string): ExtenderConfiguration {
  const { tlsConfig } = extender;
  if (tlsConfig === undefined) return extender;
  const { certFile = "", keyFile = "", caFile = "" } = tlsConfig;
  const paths = Object.entries({ certFile, keyFile, caFile }).flatMap(([name, path]) =>
    path === "" ? [] : [[name, pathFrom(file, path)] as const],
  );
  return { ...extender, tlsConfig: { ...tlsConfig, ...Object.fromEntries(paths) } };
}
