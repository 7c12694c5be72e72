/** Back-off of crashing containers and failing image pulls. */
import { formatDuration, parseDuration } from "../../src/api/duration.js";
import { SECOND } from "../../src/engine/simulation.js";
import { Backoff, crashLoopBackoffPeriods } from "../../src/node/containers/backoff.js";
import { exactDifferences } from "./expected.js";

export const kind = "backoff";

interface Periods {
  readonly initial: string;
  readonly max: string;
}

type BackoffCase =
  | {
      readonly sub: "periods";
      readonly input: { readonly featureGates: string; readonly "crashLoopBackOff.maxContainerRestartPeriod": string };
      readonly expected: unknown;
    }
  | {
      readonly sub: "crashloop";
      readonly input: Periods & { readonly runSeconds: readonly number[]; readonly syncDelaySeconds: number };
      readonly expected: unknown;
    }
  | {
      readonly sub: "imagepull";
      readonly input: Periods & { readonly ops: readonly { readonly afterSeconds: number; readonly op: "pullFailed" | "check" | "gc" }[] };
      readonly expected: unknown;
    };

const KEY = "p_default(u)/c";

function backoffOf({ initial, max }: Periods): Backoff {
  return new Backoff({ initial: parseDuration(initial), max: parseDuration(max) });
}

export function check(testCase: BackoffCase): string[] {
  switch (testCase.sub) {
    case "periods": {
      const gates = new Map(testCase.input.featureGates.split(",").map((gate) => gate.split("=") as [string, string]));
      const configured =
        gates.get("KubeletCrashLoopBackOffMax") === "false"
          ? undefined
          : parseDuration(testCase.input["crashLoopBackOff.maxContainerRestartPeriod"]);
      const { initial, max } = crashLoopBackoffPeriods(configured, gates.get("ReduceDefaultCrashLoopBackOffDecay") === "true");
      return exactDifferences("", { initial: formatDuration(initial), max: formatDuration(max) }, testCase.expected);
    }
    case "crashloop": {
      const { runSeconds, syncDelaySeconds } = testCase.input;
      const backoff = backoffOf(testCase.input);
      let startedAt = 0;
      const restarts = runSeconds.map((seconds, restart) => {
        const finishedAt = startedAt + seconds * SECOND;
        const look = finishedAt + syncDelaySeconds * SECOND;
        const until = backoff.untilSince(KEY, finishedAt, look);
        const waits = until !== undefined;
        const messages = waits ? [`back-off ${formatDuration(backoff.get(KEY))} restarting failed container=c pod=p_default(u)`] : [];
        const restartedAt = until ?? look;
        backoff.next(KEY, finishedAt, restartedAt);
        const entry = {
          restart,
          startedAt: startedAt / SECOND,
          finishedAt: finishedAt / SECOND,
          ...(waits && { backoffUntil: until / SECOND }),
          restartedAt: restartedAt / SECOND,
          nextBackoffSeconds: backoff.get(KEY) / SECOND,
          messages,
        };
        startedAt = restartedAt;
        return entry;
      });
      return exactDifferences("", { restarts }, testCase.expected);
    }
    case "imagepull": {
      const backoff = backoffOf(testCase.input);
      let now = 0;
      const steps = testCase.input.ops.map(({ afterSeconds, op }) => {
        now += afterSeconds * SECOND;
        if (op === "gc") backoff.collect(now);
        const inBackOff = backoff.untilSinceUpdate(KEY, now) !== undefined;
        const pulled = op === "pullFailed" && !inBackOff;
        if (pulled) backoff.next(KEY, now, now);
        return { at: now / SECOND, inBackOff, backoffSeconds: backoff.get(KEY) / SECOND, ...(pulled && { pulled }) };
      });
      return exactDifferences("", { steps }, testCase.expected);
    }
  }
}
