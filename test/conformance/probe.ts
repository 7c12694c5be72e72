/** When probes run and what comes of them, for one container that is killed and started again by them. */
import type { Pod } from "../../src/api/types/pod.js";
import { MILLISECOND } from "../../src/engine/simulation.js";
import type { ProbeKind } from "../../src/node/probes/probe-worker.js";
import { PodProbes, type ProbeNews } from "../../src/node/probes/probe-workers.js";
import { exactDifferences } from "./expected.js";

export const kind = "probe";

interface ProbeCase {
  readonly input: {
    readonly pod: Pod;
    readonly outcomes: Readonly<Partial<Record<ProbeKind, readonly { readonly fromMs: number; readonly ok: boolean }[]>>>;
    readonly containerRunningAtMs: number;
    readonly stopTakesMs: number;
    readonly restartTakesMs: number;
    readonly probeTakesMs: Readonly<Record<ProbeKind, number>>;
    readonly untilMs: number;
  };
  readonly expected: { readonly timeline: readonly object[] };
}

export function check({ input, expected }: ProbeCase): string[] {
  return exactDifferences("timeline", timeline(input, false), expected.timeline);
}

/** The container's life as the probes make it; with `jump` quiet ticks are left out, as in a simulation. */
export function timeline(input: ProbeCase["input"], jump: boolean): object[] {
  const container = input.pod.spec.containers[0];
  const probes = new PodProbes([container], 0, (of) => input.probeTakesMs[of] * MILLISECOND);
  const outcomes = (of: ProbeKind): { from: number; ok: boolean }[] =>
    (input.outcomes[of] ?? []).map(({ fromMs, ok }) => ({ from: fromMs * MILLISECOND, ok }));
  const until = input.untilMs * MILLISECOND;
  const lines: object[] = [];
  let instance = 0;
  let next: { readonly at: number; readonly what: "running" | "terminated" } | undefined = {
    at: input.containerRunningAtMs * MILLISECOND,
    what: "running",
  };

  const write = (news: readonly ProbeNews[]): void => {
    for (const item of news) {
      const t = item.at / MILLISECOND;
      if (item.at >= until) continue;
      switch (item.what) {
        case "probe":
          lines.push({ t, event: "probe", probe: item.kind, ok: item.ok, instance: item.instance });
          break;
        case "kill":
          lines.push({ t, event: "kill", by: item.kind });
          next = { at: item.at + input.stopTakesMs * MILLISECOND, what: "terminated" };
          break;
        default:
          lines.push({ t, event: item.what, value: item.value });
      }
    }
  };

  for (;;) {
    const step = jump ? probes.nextVisible() : probes.nextStepAt();
    const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, step ?? Number.POSITIVE_INFINITY);
    if (at >= until) break;
    const news: ProbeNews[] = [];
    if (next !== undefined && next.at === at) {
      const { what } = next;
      probes.advance(at - 1, news, jump);
      write(news);
      news.length = 0;
      next = undefined;
      lines.push({ t: at / MILLISECOND, event: what, instance });
      if (what === "running") probes.containerRunning(container.name, instance, at, at, outcomes, news);
      else {
        probes.containerEnded(container.name, at, news);
        instance++;
        next = { at: at + input.restartTakesMs * MILLISECOND, what: "running" };
      }
    } else probes.advance(at, news, jump);
    write(news);
  }
  return lines;
}
