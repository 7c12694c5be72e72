/**
 * Holds a run to what a control plane must keep. It listens to what the API server commits, answers and delivers, and looks around at the
 * end; it schedules nothing, draws nothing and changes nothing, so that a run is the same with it and without.
 */
import type { Kind } from "../../api/kinds.js";
import { KINDS, objectKey } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { ApiServer } from "../../control-plane/apiserver/api-server.js";
import type { Change } from "../../control-plane/apiserver/change.js";
import type { HandledRequest } from "../../control-plane/apiserver/request.js";
import type { SimTime } from "../../engine/simulation.js";
import { CommittedObjects } from "./committed-objects.js";
import {
  SETTLING_TIME,
  type Invariant,
  type ObservedCluster,
  type ObservedNodeGroups,
  type StartInvariant,
  type Violation,
} from "./invariant.js";
import { INVARIANTS } from "./invariants.js";

/** What the checker asks of a cluster. */
export interface CheckedCluster {
  readonly simulation: { readonly now: SimTime };
  readonly apiServer: Pick<ApiServer, "objects" | "onCommit" | "onRestore" | "trace">;
  /** Whether writes are taken and the whole control plane works, with all of its controllers on. */
  readonly isControlPlaneUp: boolean;
  readonly hasDefaultScheduler: boolean;
  isNodeUp(name: string): boolean;
  readonly nodeGroups: ObservedNodeGroups;
  onFault(listener: () => void): void;
}

/** What a checked run has come to. */
export interface InvariantReport {
  /** How many invariants the run was held to. */
  readonly invariants: number;
  /** How often one of them looked at something: a commit, a request, a delivery, or the end. */
  readonly checks: number;
  /** In order of time; of each invariant the first ones only. */
  readonly violations: readonly Violation[];
  /** How many there were of each invariant that did not hold. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Of one invariant; further ones are only counted. */
const MOST_KEPT = 20;

interface Checked {
  readonly name: string;
  readonly invariant: Invariant;
}

export class InvariantChecker {
  private readonly counts = new Map<string, number>();
  private readonly found: Violation[] = [];
  private committed = new CommittedObjects();
  private invariants: readonly Checked[] = [];
  private checks = 0;
  private lastFault: SimTime = 0;
  private hadFault = false;
  private permissionsTaken = false;

  /** Watches the cluster from now on: make it before the first event. */
  constructor(
    private readonly cluster: CheckedCluster,
    invariants: Readonly<Record<string, StartInvariant>> = INVARIANTS,
  ) {
    const { apiServer } = cluster;
    let watching: NonNullable<Invariant["delivered"]>[] = [];
    let handling: NonNullable<Invariant["handling"]>[] = [];
    const begin = (): void => {
      this.committed = new CommittedObjects();
      for (const { kind } of KINDS) for (const object of apiServer.objects.list(kind)) if (kind !== "Event") this.committed.add(object);
      this.invariants = Object.entries(invariants).map(([name, start]) => ({ name, invariant: start(this.observed(name)) }));
      watching = this.invariants.flatMap(({ invariant }) => invariant.delivered?.bind(invariant) ?? []);
      handling = this.invariants.flatMap(({ invariant }) => invariant.handling ?? []);
    };
    begin();
    apiServer.onCommit((change) => this.commit(change));
    // A restored etcd is a new one.
    apiServer.onRestore(() => {
      this.lastFault = cluster.simulation.now;
      this.hadFault = true;
      begin();
    });
    apiServer.trace({
      ...(handling.length > 0 && {
        handling: (request: HandledRequest) => {
          this.checks += handling.length;
          const handled = handling.map((listener) => listener(request));
          return (accepted: boolean) => {
            for (const listener of handled) listener?.(accepted);
          };
        },
      }),
      ...(watching.length > 0 && {
        delivered: (change: Change, component: string, host: string | undefined) => {
          if (change.kind === "Event") return;
          this.checks += watching.length;
          const watcher = host === undefined ? component : `${component} on ${host}`;
          for (const listener of watching) listener(change, watcher);
        },
      }),
    });
    cluster.onFault(() => {
      this.lastFault = cluster.simulation.now;
      this.hadFault = true;
    });
  }

  /** To be called once, when the run is over. */
  finish(): InvariantReport {
    for (const { invariant } of this.invariants) {
      if (invariant.ended !== undefined) this.checks++;
      invariant.ended?.();
    }
    return { invariants: this.invariants.length, checks: this.checks, violations: this.found, counts: this.counts };
  }

  private commit(change: Change): void {
    if (change.kind === "Event" || change.restored === true) return;
    this.committed.apply(change);
    if (change.previous !== undefined && PERMISSION_KINDS.has(change.kind)) this.permissionsTaken = true;
    for (const { invariant } of this.invariants) {
      if (invariant.committed === undefined) continue;
      this.checks++;
      invariant.committed(change);
    }
  }

  private observed(name: string): ObservedCluster {
    const { cluster, committed } = this;
    return {
      get now() {
        return cluster.simulation.now;
      },
      committed,
      stored: cluster.apiServer.objects,
      hasDefaultScheduler: cluster.hasDefaultScheduler,
      isNodeUp: (node) => cluster.isNodeUp(node),
      nodeGroups: cluster.nodeGroups,
      isSettled: (...since) => this.isSettled(since),
      isUndisturbed: (since) => !this.permissionsTaken && (!this.hadFault || this.lastFault < since),
      violated: (object, expected) => this.violated(name, object, expected),
    };
  }

  private isSettled(since: readonly SimTime[]): boolean {
    const { isControlPlaneUp, simulation } = this.cluster;
    return isControlPlaneUp && !this.permissionsTaken && simulation.now - Math.max(this.lastFault, ...since) >= SETTLING_TIME;
  }

  private violated(invariant: string, object: ApiObject | string, expected: string): void {
    const count = (this.counts.get(invariant) ?? 0) + 1;
    this.counts.set(invariant, count);
    if (count > MOST_KEPT) return;
    const named = typeof object === "string" ? object : `${object.kind} ${objectKey(object)}`;
    this.found.push({ time: this.cluster.simulation.now, invariant, object: named, expected });
  }
}

/** A scenario that takes rights away stops whoever had them: nothing has to come about any more. */
const PERMISSION_KINDS: ReadonlySet<Kind> = new Set<Kind>(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]);
