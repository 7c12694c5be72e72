/**
 * A `performance-config.yaml` of scheduler_perf, the benchmark of kube-scheduler: a list of test cases, each a template of operations
 * and workloads that fill in its parameters.
 *
 * Source of the format: test/integration/scheduler_perf/README.md and operations.go
 */
import { readDocuments, type ManifestDocument } from "../../../api/manifest/document.js";
import { FileError, readBytes } from "../../files.js";
import { InvalidInput, type Mistake } from "../../mistake.js";
import { OperationReader } from "./operation-reader.js";
import type { Operation } from "./operation.js";
import { Fields } from "./fields.js";

export interface PerfWorkload {
  /** "TESTCASE/WORKLOAD" */
  readonly name: string;
  readonly labels: readonly string[];
  /** SchedulerPopFromBackoffQ is heeded; the others have no part in the model. */
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** Least average SchedulingThroughput, in pods a second; absent where there is none. */
  readonly threshold?: number;
  /** File of a KubeSchedulerConfiguration. */
  readonly schedulerConfigPath?: string;
  /** Reads the operations with the workload's parameters and the templates that they name. @throws InvalidInput */
  operations(): readonly Operation[];
}

const CASE_FIELDS = [
  "name",
  "labels",
  "featureGates",
  "workloadTemplate",
  "workloads",
  "defaultPodTemplatePath",
  "schedulerConfigPath",
  "metricsCollectorConfig",
  "defaultThresholdMetricSelector",
];
const WORKLOAD_FIELDS = ["name", "labels", "featureGates", "params", "threshold", "thresholdMetricSelector", "expectFailure"];

/** Whether the file is meant as one: a list of test cases. */
export function isPerformanceConfig(file: string): boolean {
  try {
    return Array.isArray(readDocuments(file, readBytes(file), [])[0]?.value);
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** @throws InvalidInput with every mistake of the file itself; those of operations come with {@link PerfWorkload.operations} */
export function readPerformanceConfig(file: string): readonly PerfWorkload[] {
  const mistakes: Mistake[] = [];
  const document = documentOf(file, mistakes);
  const workloads = document === undefined ? [] : casesOf(document, mistakes);
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return workloads;
}

function documentOf(file: string, mistakes: Mistake[]): ManifestDocument | undefined {
  try {
    const documents = readDocuments(file, readBytes(file), mistakes);
    if (Array.isArray(documents[0]?.value)) return documents[0];
    if (mistakes.length === 0)
      mistakes.push({ file, line: 1, column: 1, message: "must be a list of test cases, as scheduler_perf's performance-config.yaml is" });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    mistakes.push({ file, line: 1, column: 1, message: error.message });
  }
  return undefined;
}

function casesOf(document: ManifestDocument, mistakes: Mistake[]): PerfWorkload[] {
  return (document.value as readonly unknown[]).flatMap((value, index) => {
    const test = new Fields(document, value, [index], mistakes);
    test.allow(CASE_FIELDS);
    const template = test.list("workloadTemplate");
    return test.list("workloads").map((_, at): PerfWorkload => {
      const path = [index, "workloads", at];
      const workload = test.child("workloads", at);
      workload.allow(WORKLOAD_FIELDS);
      const params = workload.map("params");
      const threshold = workload.optionalNumber("threshold");
      const schedulerConfigPath = test.optionalPath("schedulerConfigPath");
      return {
        name: `${test.text("name")}/${workload.text("name")}`,
        labels: [...test.list("labels"), ...workload.list("labels")].map(String),
        featureGates: { ...test.map("featureGates"), ...workload.map("featureGates") } as Readonly<Record<string, boolean>>,
        ...(threshold !== undefined && { threshold }),
        ...(schedulerConfigPath !== undefined && { schedulerConfigPath }),
        operations: () => {
          const wrong: Mistake[] = [];
          const reader = new OperationReader(document, params, path, test.optionalPath("defaultPodTemplatePath"), wrong);
          const operations = template.flatMap(
            (_operation, number) => reader.read([index, "workloadTemplate", number], template[number]) ?? [],
          );
          if (wrong.length > 0) throw new InvalidInput(wrong);
          return operations;
        },
      };
    });
  });
}
