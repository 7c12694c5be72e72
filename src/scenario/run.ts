/**
 * Sets a scenario going on a simulated cluster: behaviors, manifests, workloads, timeline, faults, traffic and expectations become
 * events. Whoever runs the simulation calls {@link ScenarioRun.finish} at the end.
 */
import { ZONE_LABEL } from "../api/topology-labels.js";
import { kindInfo } from "../api/kinds.js";
import type { Manifest } from "../api/manifest/load.js";
import { formatDuration } from "../api/duration.js";
import type { SimTime } from "../engine/simulation.js";
import { behaviorSource } from "./behaviors.js";
import { evaluate, type Verdict } from "./evaluation.js";
import type { Expectation } from "./expectation.js";
import type { CommandResult } from "./kubectl/command-result.js";
import { applyOne } from "./kubectl/apply.js";
import { withMetadata } from "./kubectl/pod-template.js";
import { runScript } from "./kubectl/script.js";
import { KubectlError } from "./kubectl/kubectl-error.js";
import { KubectlSession } from "./kubectl/session.js";
import type { CommandStep, EksctlStep, EtcdStep, Fault, FaultStep, KubectlStep, Scenario } from "./scenario.js";
import type { RequestCounts, SimulatedCluster } from "./simulated-cluster.js";
import { WorkloadSource, type WorkloadCounts } from "./workload-source.js";

/** A step of the timeline, or the manifests at its beginning, and how it went. */
export interface TimelineEntry {
  readonly at: SimTime;
  /** When it ended; undefined while it goes on. */
  readonly end?: SimTime;
  /** `kubectl scale ...`, `fault nodePowerOff worker-2`. */
  readonly text: string;
  readonly output: readonly string[];
  /** Why the step did not go as the scenario says; undefined where it did. */
  readonly problem?: string;
}

export interface ExpectationResult extends Verdict {
  readonly expectation: Expectation;
  readonly at: SimTime;
}

export interface RunOutcome {
  readonly timeline: readonly TimelineEntry[];
  readonly expectations: readonly ExpectationResult[];
  /** Expectations whose time the run did not reach, since it was cut short. */
  readonly unjudged: readonly Expectation[];
  readonly workloads: readonly WorkloadCounts[];
  /** One line for each step that went wrong and each expectation that did not hold; empty where all is as it should be. */
  readonly problems: readonly string[];
}

export class ScenarioRun {
  private readonly entries: TimelineEntry[] = [];
  private readonly results: ExpectationResult[] = [];
  private readonly sources: WorkloadSource[] = [];
  private readonly baselines = new Map<Expectation, RequestCounts>();
  private readonly problems: string[] = [];
  /** Commands that have begun and not ended, with their entries and what they have printed so far. */
  private readonly running = new Map<CommandStep, { readonly entry: number; output: readonly string[] }>();

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly scenario: Scenario,
  ) {}

  /** Schedules everything. To be called once, at time 0, before the simulation runs. */
  start(): void {
    const { cluster, scenario } = this;
    cluster.setBehaviors(behaviorSource(scenario.behaviors));
    for (const expectation of scenario.expectations) this.expect(expectation);
    if (scenario.manifests.length > 0) this.applyManifests(scenario.manifests);
    for (const workload of scenario.workloads) {
      const source = new WorkloadSource(cluster.simulation, cluster.kubectl, workload.name);
      this.sources.push(source);
      if (workload.kind === "trace") source.replay(workload);
      else source.generate(workload);
    }
    for (const { start, generator } of scenario.traffic) cluster.simulation.at(start, () => cluster.startTraffic(generator));
    for (const step of scenario.timeline) {
      cluster.simulation.at(step.at, () => {
        if (step.kind === "kubectl") this.runKubectl(step);
        else if (step.kind === "eksctl") this.runEksctl(step);
        else if (step.kind === "etcd") this.runEtcd(step);
        else this.injectFault(step);
      });
    }
  }

  /** Judges what is expected at the end, and says how the run went. */
  finish(): RunOutcome {
    for (const expectation of this.scenario.expectations) if (expectation.at === "end") this.judge(expectation);
    for (const [step, { entry, output }] of this.running) {
      this.entries[entry] = { ...this.entries[entry], output: [...output] };
      // What a watch prints is known whenever the run ends.
      if (step.expectError === undefined && step.expectOutput !== undefined && output.some((line) => line.includes(step.expectOutput!)))
        continue;
      if (step.expectError !== undefined || step.expectOutput !== undefined)
        this.problems.push(`${placeOf(step)}: had not ended at the end of the run, so what is expected of it cannot be judged`);
    }
    this.running.clear();
    const unjudged = this.scenario.expectations.filter((one) => !this.results.some(({ expectation }) => expectation === one));
    return {
      timeline: this.entries,
      expectations: this.results,
      unjudged,
      workloads: this.sources.map(({ counts }) => counts),
      problems: this.problems,
    };
  }

  private expect(expectation: Expectation): void {
    const { simulation, view } = this.cluster;
    if (expectation.subject === "requests" && expectation.since > 0) {
      simulation.at(expectation.since, () => this.baselines.set(expectation, view.requests(expectation.generator)));
    }
    if (expectation.at !== "end") simulation.at(expectation.at, () => this.judge(expectation));
  }

  private judge(expectation: Expectation): void {
    const verdict = evaluate(expectation, this.cluster.view, this.baselines.get(expectation));
    const at = this.cluster.simulation.now;
    this.results.push({ ...verdict, expectation, at });
    if (verdict.holds) return;
    const because = expectation.because === undefined ? "" : ` (${expectation.because})`;
    this.problems.push(
      `${expectation.file}:${expectation.line}: at ${formatDuration(at)} expected ${expectation.text}: found ${verdict.found}${because}`,
    );
  }

  /** As `kubectl apply -f` of all files: one object after the other. */
  private applyManifests(manifests: readonly Manifest[]): void {
    const { kubectl, simulation, epoch } = this.cluster;
    const session = new KubectlSession(kubectl, simulation, epoch);
    const begin = this.begin(`kubectl apply (${manifests.length} object${manifests.length === 1 ? "" : "s"})`);
    const failed: string[] = [];
    function* applyAll() {
      for (const { object, file, line } of manifests) {
        const isNamespaced = kindInfo(object.kind)?.namespaced === true && object.metadata.namespace === undefined;
        try {
          yield* applyOne(session, isNamespaced ? withMetadata(object, { namespace: "default" }) : object);
        } catch (error) {
          if (!(error instanceof KubectlError)) throw error;
          session.fail(error);
          failed.push(`${file}:${line}: ${error.alone}`);
        }
      }
    }
    const end = () => this.end(begin, session.end().output, failed.length === 0 ? undefined : failed.join("\n"));
    runScript(applyAll(), end, (error) => {
      throw error;
    });
  }

  private runKubectl(step: KubectlStep): void {
    const { kubectl, simulation, epoch } = this.cluster;
    const begin = this.beginCommand(step);
    const { output } = step.command.run(kubectl, simulation, epoch, (result) => this.endCommand(step, begin, result));
    const running = this.running.get(step);
    if (running !== undefined) running.output = output;
  }

  private runEksctl(step: EksctlStep): void {
    const begin = this.beginCommand(step);
    step.command.run(this.cluster.nodeGroups, (result) => this.endCommand(step, begin, result));
  }

  private runEtcd(step: EtcdStep): void {
    const begin = this.beginCommand(step);
    step.command.run(this.cluster.etcdOperations, step.downtime, (result) => this.endCommand(step, begin, result));
  }

  private beginCommand(step: CommandStep): number {
    const entry = this.begin(`${step.kind} ${step.text}`);
    this.running.set(step, { entry, output: [] });
    return entry;
  }

  private endCommand(step: CommandStep, begin: number, { output, errors }: CommandResult): void {
    this.running.delete(step);
    const problem = commandProblem(step, output, errors);
    this.end(begin, output, problem === undefined ? undefined : `${placeOf(step)}: ${problem}`);
  }

  private injectFault({ fault, file, line, at }: FaultStep): void {
    const text = faultText(fault);
    const begin = this.begin(text);
    try {
      this.inject(fault);
      this.end(begin, [], undefined);
    } catch (error) {
      // A fault whose target is not there: the cluster says so in one line.
      const message = error instanceof Error ? error.message : String(error);
      this.end(begin, [message], `${file}:${line}: at ${formatDuration(at)} ${text}: ${message}`);
    }
  }

  private inject(fault: Fault): void {
    const { faults, view } = this.cluster;
    switch (fault.name) {
      case "networkPartition":
      case "networkHeal":
        faults[fault.name](fault.hosts);
        return;
      case "etcdMemberLoss":
      case "etcdMemberReturn":
        faults[fault.name](fault.member);
        return;
      case "zoneOutage":
      case "zoneReturn":
        for (const node of [...view.list("Node")]) {
          if (node.metadata.labels?.[ZONE_LABEL] !== fault.zone) continue;
          if (fault.name === "zoneOutage") faults.nodePowerOff(node.metadata.name);
          else faults.nodePowerOn(node.metadata.name);
        }
        return;
      case "containerKill":
        faults.containerKill({ kind: "Pod", namespace: fault.namespace, name: fault.pod }, fault.container);
        return;
      default:
        faults[fault.name](fault.node);
    }
  }

  private begin(text: string): number {
    return this.entries.push({ at: this.cluster.simulation.now, text, output: [] }) - 1;
  }

  private end(index: number, output: readonly string[], problem: string | undefined): void {
    this.entries[index] = { ...this.entries[index], end: this.cluster.simulation.now, output, ...(problem !== undefined && { problem }) };
    if (problem !== undefined) this.problems.push(problem);
  }
}

function placeOf(step: CommandStep): string {
  return `${step.file}:${step.line}: at ${formatDuration(step.at)} ${step.kind} ${step.text}`;
}

/** Why a command did not do as the scenario says; undefined where it did. */
function commandProblem(
  { expectError, expectOutput }: CommandStep,
  output: readonly string[],
  errors: readonly string[],
): string | undefined {
  if (expectError === undefined && errors.length > 0) return errors.join("; ");
  if (expectError !== undefined && !errors.some((error) => error.includes(expectError))) {
    return errors.length === 0
      ? `expected it to fail with "${expectError}", but it did not fail`
      : `expected it to fail with "${expectError}", but it said: ${errors.join("; ")}`;
  }
  if (expectOutput !== undefined && !output.some((line) => line.includes(expectOutput)))
    return `expected it to print "${expectOutput}", but it printed: ${output.join("; ") || "nothing"}`;
  return undefined;
}

function faultText(fault: Fault): string {
  const { name, ...targets } = fault;
  return `fault ${name} ${Object.values(targets).flat().join(" ")}`.trimEnd();
}
