/** Golden kind `sequence`: pods scheduled one after the other, each seeing where the earlier ones went. */
import { schedulerConfigurationFromText } from "../../src/scheduler/configuration/scheduler-configuration.js";
import { CycleState } from "../../src/scheduler/framework/cycle-state.js";
import { fitErrorMessage } from "../../src/scheduler/framework/fit-error.js";
import { IncrementalAlgorithm } from "../../src/scheduler/evaluation/incremental-algorithm.js";
import { settingOf, storedPod, type Snapshot } from "./scheduler-snapshot.js";

export const kind = "sequence";

interface Decision {
  readonly pod: string;
  readonly node: string;
  readonly evaluatedNodes?: number;
  readonly feasibleNodes?: number;
  readonly score?: number;
  readonly tied?: number;
  readonly message?: string;
  readonly reasonCounts?: Readonly<Record<string, number>>;
}

interface SequenceCase {
  readonly snapshot: Snapshot;
  readonly pods: readonly unknown[];
  readonly percentageOfNodesToScore: number;
  readonly opportunisticBatching: boolean;
  readonly config?: string;
  readonly expect: { readonly nodeOrder: readonly string[]; readonly decisions: readonly Decision[] };
}

export function check(testCase: unknown): string[] {
  const { snapshot, pods, percentageOfNodesToScore, opportunisticBatching, config, expect: expected } = testCase as SequenceCase;
  const configuration = config === undefined ? {} : schedulerConfigurationFromText(config);
  const setting = settingOf(snapshot, { ...configuration, percentageOfNodesToScore });
  const { handle, profile } = setting;
  const algorithm = new IncrementalAlgorithm(handle.cache, { index: 0 }, "name", { reuseResults: opportunisticBatching });
  const differences: string[] = [];
  const order = handle.cache.nodes.map((node) => node.name).join();
  if (order !== expected.nodeOrder.join()) differences.push(`node order: ${order}`);
  for (const [at, manifest] of pods.entries()) {
    const pod = setting.podInfo(storedPod(manifest));
    const outcome = algorithm.schedule(profile, new CycleState(), pod);
    let actual: Decision;
    if ("result" in outcome) {
      const { node, ...counts } = outcome.result;
      handle.cache.assumePod(pod, node.name);
      actual = { pod: pod.key, node: node.name, ...counts };
    } else {
      const { diagnosis } = outcome;
      const reasonCounts = diagnosis.reasonCounts === undefined ? {} : { reasonCounts: Object.fromEntries(diagnosis.reasonCounts) };
      actual = { pod: pod.key, node: "", message: fitErrorMessage(diagnosis), ...reasonCounts };
    }
    const wanted = expected.decisions[at];
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(actual)]) as Set<keyof Decision>) {
      const [want, got] = [text(wanted[key]), text(actual[key])];
      if (want !== got) differences.push(`pod ${at} ${pod.key}: ${key} is ${got}, expected ${want}`);
    }
  }
  return differences;
}

function text(value: unknown): string {
  return typeof value === "object" && value !== null
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : String(value);
}
