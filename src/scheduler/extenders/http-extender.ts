/**
 * An extender that is asked over HTTP.
 *
 * Source: pkg/scheduler/extender.go. Unlike kube-scheduler 1.36, nodes that an extender without a node cache sends back are taken from
 * those that were asked about, with the pods that are there (https://github.com/kubernetes/kubernetes/issues/141781).
 */
import type { Container } from "../../api/types/index.js";
import type { ExtenderConfiguration } from "../configuration/types.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { unresolvable, unschedulable, type Status } from "../framework/status.js";
import { Candidate } from "../preemption/candidate.js";
import { ExtenderError, type Extender, type ExtenderSettings, type FilterAnswer } from "./extender.js";
import type { HttpAnswer, HttpPost } from "./synchronous-http.js";
import {
  bindingResult,
  extenderArgs,
  extenderBindingArgs,
  extenderPreemptionArgs,
  filterResult,
  hostPriorityList,
  preemptionResult,
  type FilterResult,
  type MetaVictims,
} from "./wire.js";

const OK = 200;

/** Sends a request and waits for the answer. */
export interface HttpClient {
  post(request: HttpPost): HttpAnswer;
}

export class HttpExtender implements Extender {
  readonly settings: ExtenderSettings;
  private readonly managedResources: ReadonlySet<string>;
  private readonly nodeCacheCapable: boolean;

  constructor(
    private readonly configuration: ExtenderConfiguration,
    private readonly http: HttpClient,
  ) {
    const { urlPrefix = "", weight = 0, ignorable = false, nodeCacheCapable = false, managedResources = [] } = configuration;
    const { filterVerb = "", prioritizeVerb = "", bindVerb = "", preemptVerb = "" } = configuration;
    this.nodeCacheCapable = nodeCacheCapable;
    this.settings = {
      name: urlPrefix,
      weight,
      isIgnorable: ignorable,
      filters: filterVerb !== "",
      prioritizes: prioritizeVerb !== "",
      processesPreemption: preemptVerb !== "",
      binds: bindVerb !== "",
    };
    this.managedResources = new Set(managedResources.map(({ name = "" }) => name));
  }

  isInterested({ pod: { spec } }: PodInfo): boolean {
    if (this.managedResources.size === 0) return true;
    const asks = ({ resources }: Container): boolean =>
      [resources?.requests, resources?.limits].some((list) => Object.keys(list ?? {}).some((name) => this.managedResources.has(name)));
    return spec.containers.some(asks) || (spec.initContainers ?? []).some(asks);
  }

  filter(pod: PodInfo, nodes: readonly NodeInfo[]): FilterAnswer {
    const result = filterResult(this.send(this.configuration.filterVerb, this.argsOf(pod, nodes)));
    if ((result.Error ?? "") !== "") throw new ExtenderError(result.Error);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const passed = this.passedNames(result).map((name) => {
      const node = byName.get(name);
      if (node !== undefined) return node;
      throw new ExtenderError(
        `extender ${JSON.stringify(this.settings.name)} claims a filtered node ${JSON.stringify(name)} which is not found in the input node list`,
      );
    });
    const failed = new Map<string, Status>();
    for (const [name, message] of Object.entries(result.FailedNodes ?? {})) failed.set(name, unschedulable("", message));
    for (const [name, message] of Object.entries(result.FailedAndUnresolvableNodes ?? {})) failed.set(name, unresolvable("", message));
    return { passed, failed };
  }

  private passedNames({ NodeNames, Nodes }: FilterResult): readonly string[] {
    if (this.nodeCacheCapable && NodeNames !== undefined) return NodeNames;
    return (Nodes?.items ?? []).map(({ metadata }) => metadata?.name ?? "");
  }

  prioritize(pod: PodInfo, nodes: readonly NodeInfo[]): ReadonlyMap<string, number> {
    const list = hostPriorityList(this.send(this.configuration.prioritizeVerb, this.argsOf(pod, nodes)));
    const scores = new Map<string, number>();
    for (const { Host = "", Score = 0 } of list) scores.set(Host, (scores.get(Host) ?? 0) + Score);
    return scores;
  }

  processPreemption(
    pod: PodInfo,
    candidates: readonly Candidate[],
    nodeNamed: (name: string) => NodeInfo | undefined,
  ): readonly Candidate[] {
    const victims = candidates.map(({ node, victims: pods, numPDBViolations }) => ({
      node,
      pods: pods.map((each) => each.pod),
      numPDBViolations,
    }));
    const body = extenderPreemptionArgs(pod.pod, victims, this.nodeCacheCapable);
    const result = preemptionResult(this.send(this.configuration.preemptVerb, body));
    return Object.entries(result.NodeNameToMetaVictims ?? {}).map(([name, victimsThere]) =>
      this.candidateOn(name, victimsThere, nodeNamed(name)),
    );
  }

  /** The extender names victims by uid. */
  private candidateOn(name: string, { Pods = [], NumPDBViolations = 0 }: MetaVictims, node: NodeInfo | undefined): Candidate {
    if (node === undefined) throw new ExtenderError(`nodeinfo not found for node name ${JSON.stringify(name)}`);
    const victims = Pods.map(({ UID = "" }) => {
      const victim = node.pods.find(({ uid }) => uid === UID);
      if (victim !== undefined) return victim;
      throw new ExtenderError(
        `extender: ${this.settings.name} claims to preempt pod (UID: ${UID}) on node: ${name}, but the pod is not found on that node`,
      );
    });
    return new Candidate(name, victims, NumPDBViolations);
  }

  bind({ pod }: PodInfo, nodeName: string): void {
    const { Error: failure = "" } = bindingResult(this.send(this.configuration.bindVerb, extenderBindingArgs(pod, nodeName)));
    if (failure !== "") throw new ExtenderError(failure);
  }

  private argsOf({ pod }: PodInfo, nodes: readonly NodeInfo[]): unknown {
    return extenderArgs(
      pod,
      nodes.map(({ node }) => node),
      this.nodeCacheCapable,
    );
  }

  /** The body of the answer. */
  private send(verb = "", body: unknown): string {
    const url = `${this.settings.name.replace(/\/+$/, "")}/${verb}`;
    const answer = this.http.post({ url, body: JSON.stringify(body) });
    if ("failure" in answer) throw new ExtenderError(answer.failure);
    if (answer.status !== OK) throw new ExtenderError(`failed ${verb} with extender at URL ${url}, code ${answer.status}`);
    return answer.body;
  }
}
