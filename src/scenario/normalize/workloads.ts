/** `workloads:` with their templates checked and their traces read. */
import type { ApiObject } from "../../api/types/meta.js";
import { FileError, readBytes } from "../files.js";
import { readPods, TraceError } from "../importers/openb.js";
import { documentsOf, templateAt } from "../manifests.js";
import type { Path } from "../mistake.js";
import { INDEX } from "../object-template.js";
import type { GeneratedWorkload, TraceWorkload, Workload } from "../scenario.js";
import type { Workload as WorkloadSchema } from "../schema/workload.js";
import { durationOf, optionalDuration, type Source } from "./source.js";

export function normalizeWorkloads(workloads: readonly WorkloadSchema[], source: Source): readonly Workload[] {
  return workloads.flatMap((workload, index): readonly Workload[] => {
    const path = ["workloads", index];
    return "trace" in workload ? readTrace(workload, path, source) : generated(workload, path, source);
  });
}

type Generated = Exclude<WorkloadSchema, { trace: unknown }>;
type Traced = Extract<WorkloadSchema, { trace: unknown }>;

function generated(workload: Generated, path: Path, source: Source): readonly GeneratedWorkload[] {
  const template = templateOf(workload, path, source);
  if (template === undefined) return [];
  const { lifetime, runDuration } = workload;
  return [
    {
      kind: "generated",
      name: workload.name,
      start: durationOf(workload.start ?? 0),
      arrivals: arrivalsOf(workload.arrivals, path, source),
      template,
      ...(lifetime !== undefined && { lifetime: source.distribution([...path, "lifetime"], lifetime) }),
      ...(runDuration !== undefined && { runDuration: source.distribution([...path, "runDuration"], runDuration) }),
    },
  ];
}

function arrivalsOf(arrivals: Generated["arrivals"], path: Path, source: Source): GeneratedWorkload["arrivals"] {
  if ("times" in arrivals) return { times: arrivals.times.map(durationOf).sort((a, b) => a - b) };
  if ("over" in arrivals) {
    const over = durationOf(arrivals.over);
    return { times: Array.from({ length: arrivals.count }, (_, index) => Math.round((index * over) / arrivals.count)) };
  }
  if (arrivals.count === undefined && arrivals.until === undefined)
    source.wrong([...path, "arrivals"], "must say where it ends: count, until, or both");
  const until = optionalDuration(arrivals.until);
  const interarrival = source.distribution([...path, "arrivals", "interarrival"], arrivals.interarrival);
  if (!(interarrival.mean > 0)) source.wrong([...path, "arrivals", "interarrival"], "must have a mean above 0");
  return { interarrival, ...(arrivals.count !== undefined && { count: arrivals.count }), ...(until !== undefined && { until }) };
}

function templateOf(workload: Generated, path: Path, source: Source): ApiObject | undefined {
  const { template, manifest } = workload;
  if ((template === undefined) === (manifest === undefined)) {
    source.wrong(
      [...path, "template"],
      "Required value: must have either template, the object to create, or manifest, a file with it",
      "parent",
    );
    return undefined;
  }
  const object =
    manifest === undefined
      ? templateAt(source.document, named(template, workload), [...path, "template"], source.mistakes)
      : templateOfFile(manifest, workload, [...path, "manifest"], source);
  const name = object?.metadata.name;
  if (name !== undefined && !name.includes(INDEX) && !isSingle(workload.arrivals)) {
    const place = manifest === undefined ? ["template", "metadata", "name"] : ["manifest"];
    source.wrong([...path, ...place], `Invalid value: "${name}": must contain ${INDEX}, since two objects cannot have one name`);
  }
  return object;
}

function isSingle(arrivals: Generated["arrivals"]): boolean {
  return "times" in arrivals ? arrivals.times.length === 1 : arrivals.count === 1;
}

function templateOfFile(manifest: string, workload: Generated, place: Path, source: Source): ApiObject | undefined {
  const file = source.relative(manifest);
  try {
    const documents = documentsOf(file, source.mistakes);
    if (documents.length !== 1) source.wrong(place, `${file}: must hold one object, not ${documents.length}`);
    return documents.length === 1 ? templateAt(documents[0], named(documents[0].value, workload), [], source.mistakes) : undefined;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    source.wrong(place, `${file}: ${error.message}`);
    return undefined;
  }
}

/** Gives the template a name that differs from arrival to arrival, and the workload's namespace, where it has none. */
function named(template: unknown, workload: Generated): unknown {
  if (!isMap(template)) return template;
  const metadata = template.metadata ?? {};
  if (!isMap(metadata)) return template;
  const name = metadata.name ?? (metadata.generateName === undefined ? `${workload.name}-${INDEX}` : undefined);
  const namespace = metadata.namespace ?? workload.namespace;
  return { ...template, metadata: { ...metadata, ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) } };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readTrace(workload: Traced, path: Path, source: Source): readonly TraceWorkload[] {
  const place = [...path, "trace", "pods"];
  const file = source.relative(workload.trace.pods);
  const { end = "deletion", timeScale = 1, limit, resample = false } = workload.trace;
  try {
    const text = new TextDecoder().decode(readBytes(file));
    const options = {
      namespace: workload.namespace ?? "default",
      end,
      timeScale,
      start: durationOf(workload.start ?? 0),
      ...(limit !== undefined && { limit }),
    };
    return [{ kind: "trace", name: workload.name, pods: readPods(text, options), resample }];
  } catch (error) {
    if (error instanceof FileError) source.wrong(place, `${file}: ${error.message}`);
    else if (error instanceof TraceError) source.mistakes.push({ file, line: error.line, column: 1, message: error.message });
    else throw error;
    return [];
  }
}
