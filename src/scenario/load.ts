/** Reads the files of a run into a scenario. Everything that is wrong in them is said at once, and nothing runs before. */
import { readDocuments, type ManifestDocument } from "../api/manifest/document.js";
import { manifestsOf } from "../api/manifest/load.js";
import { basename } from "node:path";
import { formatDuration, parseTimestamp, TimeFormatError } from "../api/duration.js";
import { MILLISECOND, SECOND } from "../engine/simulation.js";
import { FileError, STANDARD_INPUT } from "./files.js";
import { isClusterConfig } from "./importers/eksctl.js";
import { isKubeadmDocument } from "./importers/kubeadm.js";
import { documentsOf, readManifestFiles } from "./manifests.js";
import { InvalidInput, mistakeAt, type Finding, type Mistake } from "./mistake.js";
import { normalizeCluster } from "./normalize/cluster.js";
import { normalizeExpectations } from "./normalize/expectations.js";
import { durationOf, optionalDuration, Source } from "./normalize/source.js";
import { normalizeMetrics, withMeasurements } from "./normalize/metrics.js";
import { normalizeTimeline } from "./normalize/timeline.js";
import { normalizeTraffic } from "./normalize/traffic.js";
import { normalizeWorkloads } from "./normalize/workloads.js";
import { normalizeBehaviors } from "./behaviors.js";
import { parametersOf, substitute } from "./parameters.js";
import type { Scenario } from "./scenario.js";
import { readScheduler } from "./scheduler.js";
import { SCENARIO_API_VERSION, type ScenarioFile, ScenarioSchema } from "./schema/scenario.js";
import { describe, validatorOf } from "./validation.js";

/** Time of the Unix clock at which runs begin where the scenario does not say. */
const DEFAULT_EPOCH = "2026-01-01T00:00:00Z";
const DEFAULT_SEED = 1;
const DEFAULT_INTERVAL = 10 * SECOND;
/** No figure of the series changes within less than a message takes, and each sample is a line: at a microsecond a run would never end. */
const SHORTEST_INTERVAL = MILLISECOND;

/** What stands for the missing Scenario where only manifests are given: a small cluster, and time for them to run. */
const BARE_MANIFESTS: ScenarioFile = {
  apiVersion: SCENARIO_API_VERSION,
  kind: "Scenario",
  metadata: { name: "manifests" },
  duration: "10m",
  cluster: {
    nodes: [
      { name: "control-plane", role: "control-plane", capacity: { cpu: 4, memory: "4Gi" } },
      { name: "worker", count: 3, capacity: { cpu: 4, memory: "8Gi" } },
    ],
  },
};

export interface LoadOptions {
  /** `--set NAME=VALUE`: values of the scenario's parameters. */
  readonly parameters?: ReadonlyMap<string, string>;
}

const validate = validatorOf(ScenarioSchema);

/**
 * Reads a scenario: one document of kind Scenario, with manifests beside it in the same file or in further files. Manifests alone
 * run on a small cluster, or on that of a ClusterConfig or ClusterConfiguration among the files.
 *
 * @throws InvalidInput with every mistake, each with file, line and column
 */
export function loadScenario(files: readonly string[], options: LoadOptions = {}): Scenario {
  const mistakes: Mistake[] = [];
  const documents = files.flatMap((path) => documentsAt(path, mistakes));
  const scenarios = documents.filter(isScenario);
  for (const second of scenarios.slice(1)) {
    const message = `there is another Scenario in ${scenarios[0].file}; must be one for a run`;
    mistakes.push(mistakeAt(second, { path: ["kind"], at: "key", message }));
  }
  const clusters = documents.filter(isClusterFile);
  const manifests = documents
    .filter((document) => !scenarios.includes(document) && !clusters.includes(document))
    .flatMap((document) => manifestsOf(document, mistakes));
  if (documents.length === 0 && mistakes.length === 0) {
    mistakes.push({ file: files[0] ?? STANDARD_INPUT, line: 1, column: 1, message: "is empty; must hold a Scenario or manifests" });
  }
  if (scenarios.length > 0) {
    const message = "describes a cluster, not an object; name its file under cluster.from of the Scenario";
    mistakes.push(...clusters.map((one) => mistakeAt(one, { path: [], at: "value", message })));
  }
  const document = scenarios[0] ?? bareManifests(files[0] ?? STANDARD_INPUT, clusters[0]);
  const scenario = readScenario(document, options, mistakes);
  if (scenario === undefined || mistakes.length > 0) throw new InvalidInput(sorted(mistakes));
  return withMeasurements({ ...scenario, manifests: [...manifests, ...scenario.manifests] });
}

/**
 * Reads files that may hold several scenarios, to check them: each file with a Scenario by itself, all others together.
 *
 * @throws InvalidInput with every mistake of every file
 */
export function loadScenarios(files: readonly string[], options: LoadOptions = {}): readonly Scenario[] {
  const own = files.filter((path) => documentsAt(path, []).some(isScenario));
  const groups = own.length > 1 ? [...own.map((path) => [path]), files.filter((path) => !own.includes(path))] : [files];
  const mistakes: Mistake[] = [];
  const scenarios = groups
    .filter((group) => group.length > 0)
    .flatMap((group) => {
      try {
        return [loadScenario(group, options)];
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        mistakes.push(...error.mistakes);
        return [];
      }
    });
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return scenarios;
}

function documentsAt(path: string, mistakes: Mistake[]): readonly ManifestDocument[] {
  try {
    return documentsOf(path, mistakes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    mistakes.push({ file: path, line: 1, column: 1, message: error.message });
    return [];
  }
}

/** A document that is meant as a scenario, whether or not its apiVersion is right. */
function isScenario({ value }: ManifestDocument): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return kind === "Scenario" || (typeof apiVersion === "string" && apiVersion.startsWith("kubewarp.io/"));
}

function isClusterFile({ value }: ManifestDocument): boolean {
  return typeof value === "object" && value !== null && (isClusterConfig(value) || isKubeadmDocument(value));
}

/** The scenario of manifests alone. A kubeadm file names no machines, so it gets those of the small cluster. */
function bareManifests(file: string, described: ManifestDocument | undefined): ManifestDocument {
  if (described === undefined) return readDocuments(file, JSON.stringify(BARE_MANIFESTS), [])[0];
  const from = basename(described.file);
  const cluster = isClusterConfig(described.value) ? { from } : { ...BARE_MANIFESTS.cluster, from };
  return readDocuments(described.file, JSON.stringify({ ...BARE_MANIFESTS, cluster }), [])[0];
}

function readScenario(document: ManifestDocument, options: LoadOptions, mistakes: Mistake[]): Scenario | undefined {
  const found: Finding[] = [];
  const parameters = parametersOf(document.value, document.writtenKeys("parameters"), options.parameters ?? new Map(), found);
  const value = substitute(document.value, parameters, found);
  const hasParameters = found.length === 0;
  found.push(...validate(value));
  mistakes.push(...found.map((finding) => mistakeAt(document, finding)));
  if (found.length > 0 || !hasParameters) return undefined;
  return normalizeScenario(value as ScenarioFile, new Source(document, mistakes));
}

function checkInterval(interval: string | 0 | undefined, source: Source): void {
  if ((optionalDuration(interval) ?? DEFAULT_INTERVAL) >= SHORTEST_INTERVAL) return;
  const rule = `must be ${formatDuration(SHORTEST_INTERVAL)} or more, since each sample is a line of series.csv`;
  source.wrong(["outputs", "interval"], `Invalid value: ${describe(interval)}: ${rule}`);
}

/** Texts of a scenario that the schema has let pass become values. Mistakes are added to the source's list. */
export function normalizeScenario(file: ScenarioFile, source: Source): Scenario {
  const duration = durationOf(file.duration);
  if (duration === 0) source.wrong(["duration"], "Invalid value: 0: must be above 0");
  checkInterval(file.outputs?.interval, source);
  const cluster = {
    ...normalizeCluster(file.cluster, source, readScheduler(file.scheduler, source)),
    metrics: normalizeMetrics(file.metrics, source),
  };
  const traffic = normalizeTraffic(file.traffic ?? [], source);
  const { interval, files, metrics } = file.outputs ?? {};
  return {
    name: file.metadata?.name ?? "scenario",
    description: file.metadata?.description ?? "",
    file: source.file,
    seed: file.seed ?? DEFAULT_SEED,
    duration,
    epoch: epochOf(file.epoch ?? DEFAULT_EPOCH, source),
    cluster,
    manifests: (file.manifests ?? []).flatMap((path, index) =>
      readManifestFiles(source.relative(path), (message) => source.wrong(["manifests", index], message), source.mistakes),
    ),
    workloads: normalizeWorkloads(file.workloads ?? [], source),
    behaviors: normalizeBehaviors(file.behaviors ?? [], source),
    timeline: normalizeTimeline(file.timeline ?? [], cluster, duration, source),
    traffic,
    expectations: normalizeExpectations(file.expect ?? [], traffic, duration, source),
    outputs: {
      interval: optionalDuration(interval) ?? DEFAULT_INTERVAL,
      ...(files !== undefined && { files }),
      ...(metrics !== undefined && { metrics }),
    },
  };
}

function epochOf(text: string, source: Source): number {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (!(error instanceof TimeFormatError)) throw error;
    source.wrong(["epoch"], `Invalid value: "${text}": ${error.message}`);
    return 0;
  }
}

function sorted(mistakes: readonly Mistake[]): readonly Mistake[] {
  const files = [...new Set(mistakes.map(({ file }) => file))];
  return [...mistakes].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column);
}
