/** `kubewarp explain FILE POD`: how the scheduler came to its decision about a pod. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { formatDuration } from "../../api/duration.js";
import type { SimTime } from "../../engine/simulation.js";
import { explainPod, type ExplainedPod } from "../../study/explained-attempts.js";
import { podStanding } from "../../scheduler/pod-standing.js";
import { prepare } from "../../study/simulate.js";
import { UsageError } from "../exit.js";
import { extendersAsked, extendersNote } from "../extenders-note.js";
import { attemptData, attemptText } from "../explanation-report.js";
import { countOption, durationOption, podOption, scenarioOptions, type ScenarioFlags } from "../options.js";
import { similarPods } from "../similar-pods.js";

interface ExplainFlags extends ScenarioFlags {
  readonly namespace: string;
  readonly at?: SimTime;
  readonly attempt: "all" | "last" | number;
  readonly output: "table" | "wide" | "json";
}

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("Show how the scheduler decided on a pod: each node's filters and scores, the choice, or why there was none.")
    .argument("<file>", "a Scenario")
    .argument("<pod>", "name of the pod, or namespace/name", podName);
  scenarioOptions(command)
    .option("-n, --namespace <namespace>", "namespace of the pod", "default")
    .option("--at <duration>", "simulated time up to which attempts count (default: the scenario's end)", durationOption)
    .option("--attempt <number>", "which attempt: a number, last, or all", attemptOption, "last" as const)
    .addOption(new Option("-o, --output <format>", "wide and json tell of every node").choices(["table", "wide", "json"]).default("table"))
    .action(explain);
}

function podName(text: string): string {
  podOption(text);
  return text;
}

function attemptOption(text: string): ExplainFlags["attempt"] {
  if (text === "all" || text === "last") return text;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("must be a number from 1 on, last, or all.");
  return countOption(text);
}

async function explain(file: string, name: string, { namespace, set = {}, at, attempt, output, ...flags }: ExplainFlags): Promise<void> {
  const scenario = await prepare({ files: [file], settings: set, ...flags });
  const pod = name.includes("/") ? name : `${namespace}/${name}`;
  const time = at ?? scenario.duration;
  const explained = explainPod(scenario, pod, time, attempt);
  const { attempts } = explained;
  if (attempts.length === 0) throw new UsageError(`${whyNoAttempt(explained, pod)} at ${formatDuration(time)}`);
  const asked =
    attempt === "all" ? attempts : attempt === "last" ? attempts.slice(-1) : attempts.filter(({ number }) => number === attempt);
  if (asked.length === 0)
    throw new UsageError(
      `${pod} had ${attempts.length} attempt${attempts.length === 1 ? "" : "s"} by ${formatDuration(time)}, not ${attempt}`,
    );
  if (output === "json") {
    const extenders = extendersAsked(scenario.cluster);
    const marked = extenders.length > 0 ? { reproducible: false, extenders } : {};
    process.stdout.write(
      `${JSON.stringify({ pod, ...marked, attempts: attempts.length, explained: asked.map(attemptData) }, undefined, 2)}\n`,
    );
    return;
  }
  process.stdout.write(extendersNote(scenario.cluster));
  process.stdout.write(asked.map((one) => attemptText(one, pod, output === "wide")).join("\n"));
}

function whyNoAttempt({ cluster }: ExplainedPod, key: string): string {
  const slash = key.indexOf("/");
  const stored = cluster.view.get("Pod", key.slice(0, slash), key.slice(slash + 1));
  if (stored === undefined) return `there is no pod ${key} (${similarPods(cluster, key)})`;
  if (stored.spec.nodeName !== undefined) return `${key} was on ${stored.spec.nodeName} without the scheduler`;
  const standing = cluster.scheduler === undefined ? undefined : podStanding(cluster.scheduler, stored);
  if (standing !== undefined) return `no attempt was made to place ${key}: ${standing.text}`;
  return `no scheduler has tried to place ${key} (schedulerName ${stored.spec.schedulerName ?? "default-scheduler"})`;
}
