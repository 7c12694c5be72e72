/** Grace periods, and when each container of a stopped pod is told to stop and has ended. */
import type { Pod } from "../../src/api/types/pod.js";
import { MILLISECOND } from "../../src/engine/simulation.js";
import { containerGraceSeconds, podGraceSeconds, stopPlans, type KillReason, type Stopping } from "../../src/node/pod/termination.js";
import { allContainers } from "../../src/node/admission/resources.js";
import { exactDifferences } from "./expected.js";

export const kind = "termination";

type TerminationCase =
  | { readonly sub: "container-grace"; readonly input: { readonly pod: Pod }; readonly expected: Readonly<Record<KillReason, number>> }
  | {
      readonly sub: "pod-grace";
      readonly input: {
        readonly previous: number;
        readonly override: number | null;
        readonly deletionGracePeriodSeconds?: number | null;
        readonly terminationGracePeriodSeconds?: number | null;
      };
      readonly expected: unknown;
    }
  | {
      readonly sub: "kill-pod";
      readonly input: {
        readonly pod: Pod;
        readonly running: readonly string[];
        readonly exitAfterTermMs: Readonly<Record<string, number>>;
        readonly preStopTakesMs: Readonly<Record<string, number>>;
        readonly gracePeriodOverride: number | null;
      };
      readonly expected: unknown;
    };

const REASONS: readonly KillReason[] = ["LivenessProbe", "StartupProbe", "FailedPostStartHook", "Unknown"];

export function check(testCase: TerminationCase): string[] {
  switch (testCase.sub) {
    case "container-grace": {
      const { pod } = testCase.input;
      const actual = Object.fromEntries(REASONS.map((reason) => [reason, containerGraceSeconds(pod, pod.spec.containers[0], reason)]));
      return exactDifferences("", actual, testCase.expected);
    }
    case "pod-grace": {
      const { previous, override, deletionGracePeriodSeconds, terminationGracePeriodSeconds } = testCase.input;
      const pod = {
        metadata: { name: "p", deletionGracePeriodSeconds: deletionGracePeriodSeconds ?? undefined },
        spec: { containers: [], terminationGracePeriodSeconds: terminationGracePeriodSeconds ?? undefined },
      } as unknown as Pod;
      const gracePeriodSeconds = podGraceSeconds(pod, previous, override ?? undefined);
      return exactDifferences("", { gracePeriodSeconds, changed: previous !== 0 && previous !== gracePeriodSeconds }, testCase.expected);
    }
    case "kill-pod": {
      const { pod, running, exitAfterTermMs, preStopTakesMs, gracePeriodOverride } = testCase.input;
      const stopping = new Map<string, Stopping>();
      for (const container of allContainers(pod.spec)) {
        if (!running.includes(container.name)) continue;
        const hook = container.lifecycle?.preStop === undefined ? undefined : (preStopTakesMs[container.name] ?? 0) * MILLISECOND;
        stopping.set(container.name, { exitAfterTerm: (exitAfterTermMs[container.name] ?? 0) * MILLISECOND, preStop: hook });
      }
      const plans = stopPlans(
        pod.spec,
        stopping,
        (container) => gracePeriodOverride ?? containerGraceSeconds(pod, container, "Unknown"),
        0,
      );
      const actual: Record<string, unknown> = { killPodReturnedAtMs: 0 };
      for (const [name, { stopAt, graceSeconds, exitAt, sigkill }] of plans) {
        actual[name] = { stopAtMs: stopAt / MILLISECOND, graceSeconds, exitAtMs: exitAt / MILLISECOND, sigkill };
        actual["killPodReturnedAtMs"] = Math.max(actual["killPodReturnedAtMs"] as number, exitAt / MILLISECOND);
      }
      return exactDifferences("", actual, testCase.expected);
    }
  }
}
