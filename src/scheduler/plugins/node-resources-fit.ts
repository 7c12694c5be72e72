/**
 * Rejects nodes without room for what the pod requests, and scores by how full a node is.
 *
 * Source: pkg/scheduler/framework/plugins/noderesources/fit.go
 */
import { quantityValue } from "../../api/quantity.js";
import type { Node, Pod } from "../../api/types/index.js";
import type { NodeResourcesFitArgs } from "../configuration/types.js";
import type { CycleState } from "../framework/cycle-state.js";
import {
  ADD,
  DELETE,
  isSamePod,
  queueIf,
  UPDATE_NODE_ALLOCATABLE,
  UPDATE_POD_SCALE_DOWN,
  type EventRegistration,
} from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import { LocalFilter, LocalScore, type NodeFilter, type NodeScorer } from "../framework/node-local-plugin.js";
import type { Answer, NodeLocal, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";
import { FIRST_SCALAR } from "../framework/resources.js";
import { Status, type Code } from "../framework/status.js";
import { nodeResourcesScorer } from "./node-resources-scoring.js";

export class NodeResourcesFit implements Plugin {
  static readonly NAME = "NodeResourcesFit";
  readonly name = NodeResourcesFit.NAME;
  readonly local: NodeLocal = {
    reads: "pods",
    filterOf: (shape) => this.filterOf(shape),
    scoreOf: (shape) => this.scoreOf(shape),
    filterKey: ({ requests }) => requests.requested.join(),
    scoreKey: ({ requests }) => requests.scored.join(),
  };
  private readonly rule = new LocalFilter(this.name, (shape) => this.filterOf(shape));
  private readonly scorer = new LocalScore(this.name, (shape) => this.scoreOf(shape));
  private readonly ignored: ReadonlySet<string>;
  private readonly ignoredGroups: ReadonlySet<string>;
  private readonly statuses = new Map<string, Status>();

  constructor(
    private readonly args: NodeResourcesFitArgs,
    private readonly handle: Handle,
  ) {
    this.ignored = new Set(args.ignoredResources ?? []);
    this.ignoredGroups = new Set(args.ignoredResourceGroups ?? []);
  }

  /** Numbers of the resources that are checked, most general first. */
  private checkedResources(shape: PodShape): readonly number[] {
    const { names } = this.handle.shapes.resources;
    return shape.requests.resources.filter((number) => {
      const name = names[number];
      if (number < FIRST_SCALAR || !isExtendedResource(name)) return true;
      return !this.ignored.has(name) && !this.ignoredGroups.has(name.split("/", 1)[0]);
    });
  }

  private filterOf(shape: PodShape): NodeFilter {
    const { requested } = shape.requests;
    const checked = this.checkedResources(shape);
    const kept: Status[] = [];
    return (node) => {
      const { allocatable, requested: used } = node;
      if (node.pods.length + 1 > node.allowedPodNumber) return this.insufficient(node, requested, checked, kept);
      for (let i = 0; i < checked.length; i++) {
        const number = checked[i];
        if (requested[number] > amount(allocatable, number) - amount(used, number))
          return this.insufficient(node, requested, checked, kept);
      }
      return undefined;
    };
  }

  /** Every resource that is short is a reason; asking for more than the node's whole allocatable cannot be mended by preemption. */
  private insufficient(node: NodeInfo, requested: Float64Array, checked: readonly number[], kept: (Status | undefined)[]): Status {
    const { names } = this.handle.shapes.resources;
    const tooMany = node.pods.length + 1 > node.allowedPodNumber;
    let unresolvable = false;
    // A bit for each, by its place among the pod's resources: most nodes are short of the same few things, and share a status.
    let short = tooMany ? 1 : 0;
    for (let i = 0, bit = 2; i < checked.length; i++, bit *= 2) {
      const allocatable = amount(node.allocatable, checked[i]);
      if (requested[checked[i]] <= allocatable - amount(node.requested, checked[i])) continue;
      short += bit;
      if (requested[checked[i]] > allocatable) unresolvable = true;
    }
    const key = 2 * short + (unresolvable ? 1 : 0);
    let status = kept[key];
    if (status === undefined) {
      const reasons = checked.filter((_, i) => Math.floor(short / 2 ** (i + 1)) % 2 === 1).map((number) => `Insufficient ${names[number]}`);
      if (tooMany) reasons.unshift("Too many pods");
      kept[key] = status = this.statusOf(unresolvable ? "UnschedulableAndUnresolvable" : "Unschedulable", reasons);
    }
    return status;
  }

  /** Equal reasons are one status, whatever the pod. */
  private statusOf(code: Code, reasons: readonly string[]): Status {
    const key = `${code} ${reasons.join()}`;
    let status = this.statuses.get(key);
    if (status === undefined) this.statuses.set(key, (status = new Status(code, reasons, this.name)));
    return status;
  }

  private scoreOf(shape: PodShape): NodeScorer {
    return nodeResourcesScorer(this.args.scoringStrategy, this.handle.shapes.resources, shape.requests.scored);
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status?: Status } | undefined {
    return this.rule.preFilter(state, pod);
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Answer {
    return this.rule.filter(state, pod, node);
  }

  preScore(state: CycleState, pod: PodInfo): Answer {
    return this.scorer.preScore(state, pod);
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    return this.scorer.score(state, pod, node);
  }

  sign({ shape }: PodInfo): string {
    return shape.requests.requested.join();
  }

  eventsToRegister(): readonly EventRegistration[] {
    const freed = queueIf<Pod>((pod, previous, current) => isSamePod(pod, current) || this.freesRequested(pod, previous, current));
    return [
      { resource: "AssignedPod", actions: DELETE | UPDATE_POD_SCALE_DOWN, hint: freed },
      {
        resource: "UnscheduledPod",
        actions: UPDATE_POD_SCALE_DOWN,
        hint: queueIf<Pod>((pod, _previous, current) => isSamePod(pod, current)),
      },
      {
        resource: "Node",
        actions: ADD | UPDATE_NODE_ALLOCATABLE,
        hint: queueIf<Node>((pod, previous, current) => this.offersMore(pod, previous, current)),
      },
    ];
  }

  /** Whether the other pod, which shrank or is gone, held something that the pod asks for. A pod that asks for nothing wants a place among the pods. */
  private freesRequested(pod: PodInfo, previous: Pod | undefined, current: Pod | undefined): boolean {
    if (previous === undefined) return false;
    const { shapes } = this.handle;
    const { requested } = pod.shape.requests;
    const before = shapes.shapeOf(previous).requests.requested;
    const after = current === undefined ? undefined : shapes.shapeOf(current).requests.requested;
    if (requested.every((wanted) => wanted === 0)) return current === undefined;
    return requested.some((wanted, number) => wanted > 0 && amount(before, number) > (after === undefined ? 0 : amount(after, number)));
  }

  /** Whether the pod would fit on the node if it were empty, and the node offers more than before of something that the pod asks for. */
  private offersMore({ shape }: PodInfo, previous: Node | undefined, current: Node | undefined): boolean {
    if (current === undefined) return false;
    const { requested } = shape.requests;
    const now = this.allocatableOf(current);
    if (now.pods < 1 || this.checkedResources(shape).some((number) => requested[number] > amount(now.amounts, number))) return false;
    if (previous === undefined) return true;
    const before = this.allocatableOf(previous);
    return (
      now.pods > before.pods ||
      requested.some((wanted, number) => wanted > 0 && amount(now.amounts, number) > amount(before.amounts, number))
    );
  }

  private allocatableOf({ status }: Node): { readonly amounts: Float64Array; readonly pods: number } {
    const list = status?.allocatable ?? status?.capacity;
    return {
      amounts: this.handle.shapes.resources.amountsOf(list, "pods"),
      pods: list?.["pods"] === undefined ? 0 : quantityValue(list["pods"]),
    };
  }
}

function amount(amounts: Float64Array, number: number): number {
  return number < amounts.length ? amounts[number] : 0;
}

/** k8s.io/kubernetes/pkg/apis/core/v1/helper (IsExtendedResourceName): a domain of its own, outside kubernetes.io and requests.*. */
function isExtendedResource(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/") && !name.startsWith("requests.");
}
