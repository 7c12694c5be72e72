/** Golden kind `preemption`: a pod that fits nowhere, the nodes where preemption would make room, and the one that is chosen. */
import { SchedulingAlgorithm } from "../../src/scheduler/scheduling-algorithm.js";
import { CycleState } from "../../src/scheduler/framework/cycle-state.js";
import { fitErrorMessage } from "../../src/scheduler/framework/fit-error.js";
import { DefaultPreemption } from "../../src/scheduler/plugins/default-preemption.js";
import { bestCandidates, type Candidate } from "../../src/scheduler/preemption/candidate.js";
import { exactDifferences } from "./expected.js";
import { settingOf, storedPod, type Snapshot } from "./scheduler-snapshot.js";

export const kind = "preemption";

interface PreemptionCase {
  readonly snapshot: Snapshot;
  readonly pod: unknown;
  readonly expect: Readonly<Record<string, unknown>>;
}

export function check({ snapshot, pod: manifest, expect: expected }: PreemptionCase): string[] {
  return exactDifferences("", preempt(snapshot, manifest), expected);
}

function preempt(snapshot: Snapshot, manifest: unknown): Readonly<Record<string, unknown>> {
  const { handle, profile, podInfo } = settingOf(snapshot);
  const pod = podInfo(storedPod(manifest));
  const state = new CycleState();
  const outcome = new SchedulingAlgorithm(handle.cache, { index: 0 }, "name").schedule(profile, state, pod);
  if (!("diagnosis" in outcome)) throw new Error("the pod fits without preemption");
  const { diagnosis } = outcome;
  const statuses = diagnosis.statuses();
  const { result, status } = profile.runPostFilter(state, pod, statuses);
  const failed = {
    message: fitErrorMessage(diagnosis),
    ...(diagnosis.reasonCounts !== undefined && { reasonCounts: Object.fromEntries(diagnosis.reasonCounts) }),
    postFilter: {
      code: status.code,
      ...(status.message !== "" && { message: status.message }),
      ...(result !== undefined && { nominatingMode: "Override" }),
    },
  };
  const plugin = profile.plugins.postFilter.find((each) => each instanceof DefaultPreemption)!;
  if (plugin.evaluator.ineligibility(pod, statuses) !== undefined) return failed;

  const potential = plugin.evaluator.potentialNodes(statuses);
  const { candidates, failed: notHelped } = plugin.evaluator.findCandidates({ profile, state, pod }, potential);
  const tied = candidates.length === 0 ? [] : bestCandidates(candidates).map(({ node }) => node);
  const chosen = candidates.find(({ node }) => node === result?.nominatedNodeName);
  return {
    ...failed,
    potentialNodes: potential.map(({ name }) => name).sort(),
    ...(candidates.length > 0 && { candidates: candidates.toSorted((a, b) => (a.node < b.node ? -1 : 1)).map(described) }),
    ...(notHelped.length > 0 && {
      notCandidates: [...notHelped]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([node, { plugin: by, code, reasons }]) => ({ node, plugin: by, code, reasons: reasons.toSorted() })),
    }),
    ...(tied.length > 1 && { tied: tied.toSorted() }),
    ...(chosen !== undefined && { nominatedNode: chosen.node, victims: described(chosen).victims }),
  };
}

function described({ node, victims, numPDBViolations }: Candidate): {
  readonly node: string;
  readonly victims: readonly string[];
  readonly numPDBViolations: number;
} {
  return { node, victims: victims.map(({ key }) => key), numPDBViolations };
}
