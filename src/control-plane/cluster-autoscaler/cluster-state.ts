/**
 * What the autoscaler knows of the groups' nodes: which are ready, starting or missing, which scale-ups are under way, and whether all
 * is well enough to scale.
 *
 * Source: cluster-autoscaler/clusterstate/clusterstate.go
 */
import { formatDuration } from "../../api/duration.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import type { SimTime } from "../../engine/simulation.js";
import { NOT_READY } from "../controllers/taints.js";
import type { CloudProvider, NodeGroup } from "./cloud-provider.js";
import { NodeGroupBackoff, type ScaleUpError } from "./node-group-backoff.js";
import type { ClusterAutoscalerOptions } from "./options.js";

/** Nodes of a group by state. */
export interface Readiness {
  ready: number;
  /** Broke down after they had started. */
  unready: number;
  /** Registered lately and not ready yet. */
  readonly notStarted: string[];
  /** Machines without a node: on the way, and overdue. */
  readonly unregistered: string[];
  readonly longUnregistered: string[];
}

interface ScaleUpRequest {
  increase: number;
  time: SimTime;
  expectedAddTime: SimTime;
}

/** Code of the error of a scale-up that did not come in time. Source: metrics.Timeout in cluster-autoscaler/metrics */
const TIMEOUT = "timeout";

/** A scale-up that did not come in time. */
export interface TimedOutScaleUp {
  readonly group: NodeGroup;
  readonly after: SimTime;
}

function noNodes(): Readiness {
  return { ready: 0, unready: 0, notStarted: [], unregistered: [], longUnregistered: [] };
}

const NO_NODES: Readiness = noNodes();

/** Source: GetReadinessState in cluster-autoscaler/utils/kubernetes/ready.go */
export function isReady({ spec, status }: Node): boolean {
  const is = (type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;
  return is("Ready") && !is("NetworkUnavailable") && spec.taints?.some(({ key }) => key === NOT_READY) !== true;
}

export class ClusterState {
  private readonly backoff: NodeGroupBackoff;
  private readonly requests = new Map<string, ScaleUpRequest>();
  private readonly unregisteredSince = new Map<string, SimTime>();
  private byGroup = new Map<string, Readiness>();
  private registered = new Set<string>();
  private all: Readiness = NO_NODES;
  private deadlineOfNodes = Number.POSITIVE_INFINITY;

  constructor(
    private readonly cloud: CloudProvider,
    private readonly options: ClusterAutoscalerOptions,
    private readonly epoch: Timestamp,
  ) {
    this.backoff = new NodeGroupBackoff(options);
  }

  /** Takes the nodes in as they are now; returns the scale-ups whose time is up, whose groups rest from now on. */
  update(nodes: Iterable<Node>, now: SimTime): TimedOutScaleUp[] {
    this.countNodes(nodes, now);
    this.countUnregistered(now);
    return this.updateRequests(now);
  }

  /** A scale-up was asked for. */
  registerScaleUp(group: NodeGroup, increase: number, now: SimTime): void {
    const expectedAddTime = now + this.options.maxNodeProvisionTime;
    const request = this.requests.get(group.id);
    if (request === undefined) this.requests.set(group.id, { increase, time: now, expectedAddTime });
    else Object.assign(request, { increase: request.increase + increase, time: now, expectedAddTime });
  }

  /** The cloud could not make machines of the group: the group rests. */
  registerFailure(group: NodeGroup, machines: number, now: SimTime, error: ScaleUpError): void {
    this.backoff.fail(group.id, now, error);
    const request = this.requests.get(group.id);
    if (request === undefined) return;
    request.increase -= machines;
    if (request.increase <= 0) this.requests.delete(group.id);
  }

  /** All nodes, those of no group too. */
  get readiness(): Readiness {
    return this.all;
  }

  readinessOf(group: NodeGroup): Readiness {
    return this.byGroup.get(group.id) ?? NO_NODES;
  }

  /** Nodes that were asked for and are not ready yet. */
  upcoming(group: NodeGroup): number {
    const { ready, unready, longUnregistered } = this.readinessOf(group);
    return Math.max(0, group.targetSize - ready - unready - longUnregistered.length);
  }

  /** Whether so few nodes are broken that the cluster may be scaled at all. */
  get isClusterHealthy(): boolean {
    const { ready, unready, notStarted } = this.all;
    return this.isTolerable(unready, ready + unready + notStarted.length);
  }

  isGroupHealthy(group: NodeGroup): boolean {
    const { ready, unready, notStarted, longUnregistered } = this.readinessOf(group);
    const expected = group.targetSize - longUnregistered.length - (this.requests.get(group.id)?.increase ?? 0);
    return this.isTolerable(Math.max(0, expected - ready), ready + unready + notStarted.length);
  }

  isResting(group: NodeGroup, now: SimTime): boolean {
    return this.backoff.isResting(group.id, now);
  }

  /** Why the group rests, while it does. */
  restingBecause(group: NodeGroup, now: SimTime): ScaleUpError | undefined {
    return this.backoff.errorOf(group.id, now);
  }

  isScalingUp(group: NodeGroup): boolean {
    return this.requests.has(group.id);
  }

  /** The first time from which on something would be judged otherwise without any change of the cluster. */
  get deadline(): SimTime {
    const times = [...this.requests.values()].map(({ expectedAddTime }) => expectedAddTime);
    const overdue = [...this.unregisteredSince.values()].map((since) => since + this.options.maxNodeProvisionTime);
    return Math.min(this.deadlineOfNodes, ...times, ...overdue);
  }

  private isTolerable(broken: number, all: number): boolean {
    const { okTotalUnreadyCount, maxTotalUnreadyPercentage } = this.options;
    return broken <= okTotalUnreadyCount || broken <= (maxTotalUnreadyPercentage / 100) * all;
  }

  private countNodes(nodes: Iterable<Node>, now: SimTime): void {
    this.byGroup = new Map();
    this.registered = new Set();
    this.all = noNodes();
    this.deadlineOfNodes = Number.POSITIVE_INFINITY;
    for (const node of nodes) {
      const { name, creationTimestamp } = node.metadata;
      this.registered.add(name);
      const group = this.cloud.groupOf(name);
      const readiness = group === undefined ? undefined : this.group(group.id);
      if (isReady(node)) {
        this.all.ready++;
        if (readiness !== undefined) readiness.ready++;
        continue;
      }
      const startedBy = (creationTimestamp ?? this.epoch) - this.epoch + this.options.maxNodeStartupTime;
      if (startedBy > now) {
        this.all.notStarted.push(name);
        readiness?.notStarted.push(name);
        this.deadlineOfNodes = Math.min(this.deadlineOfNodes, startedBy);
      } else {
        this.all.unready++;
        if (readiness !== undefined) readiness.unready++;
      }
    }
  }

  private countUnregistered(now: SimTime): void {
    const missing = new Set<string>();
    for (const group of this.cloud.nodeGroups) {
      for (const { name, error } of group.instances) {
        if (this.registered.has(name) || error !== undefined) continue;
        missing.add(name);
        const since = this.unregisteredSince.get(name) ?? now;
        this.unregisteredSince.set(name, since);
        const isOverdue = since + this.options.maxNodeProvisionTime < now;
        for (const readiness of [this.group(group.id), this.all])
          (isOverdue ? readiness.longUnregistered : readiness.unregistered).push(name);
      }
    }
    for (const name of this.unregisteredSince.keys()) if (!missing.has(name)) this.unregisteredSince.delete(name);
  }

  private updateRequests(now: SimTime): TimedOutScaleUp[] {
    const timedOut: TimedOutScaleUp[] = [];
    for (const group of this.cloud.nodeGroups) {
      const request = this.requests.get(group.id);
      if (request === undefined) continue;
      if (this.upcoming(group) === 0 && this.readinessOf(group).longUnregistered.length === 0) {
        this.requests.delete(group.id);
        this.backoff.reset(group.id);
      } else if (request.expectedAddTime < now) {
        this.requests.delete(group.id);
        const after = now - request.time;
        const message = `Scale-up timed out for node group ${group.id} after ${formatDuration(after)}`;
        this.backoff.fail(group.id, now, { code: TIMEOUT, message });
        timedOut.push({ group, after });
      }
    }
    return timedOut;
  }

  private group(id: string): Readiness {
    let readiness = this.byGroup.get(id);
    if (readiness === undefined) this.byGroup.set(id, (readiness = noNodes()));
    return readiness;
  }
}
