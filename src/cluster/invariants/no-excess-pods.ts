/**
 * A controller creates no more pods than are wanted: with a new one the active pods of a ReplicaSet, ReplicationController or Job are
 * at most as many as its spec asks for, or lately asked for.
 *
 * This is what expectations are for: a controller whose cache is behind would create pods twice without them. Source:
 * ControllerExpectations in pkg/controller/controller_utils.go.
 */
import type { ApiObject } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import type { Job, ReplicaSet } from "../../api/types/workloads.js";
import type { SimTime } from "../../engine/simulation.js";
import { controllerUid } from "./committed-objects.js";
import { SETTLING_TIME, type Invariant, type ObservedCluster } from "./invariant.js";
import { isActive } from "./pod-state.js";

const CREATORS: ReadonlySet<string> = new Set(["ReplicaSet", "ReplicationController", "Job"]);

interface Wanted {
  readonly count: number;
  /** When fewer were asked for; undefined while this many are. */
  readonly until: SimTime | undefined;
}

export function noExcessPods(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const wanted = new Map<string, Wanted[]>();

  /** Creations that are under way when fewer are asked for still come. */
  const mostWanted = (uid: string): number => {
    const recent = (wanted.get(uid) ?? []).filter(({ until }) => until === undefined || cluster.now - until <= SETTLING_TIME);
    wanted.set(uid, recent);
    return Math.max(0, ...recent.map(({ count }) => count));
  };

  return {
    committed: ({ type, kind, object }) => {
      const { uid = "" } = object.metadata;
      if (CREATORS.has(kind)) {
        if (type === "DELETED") wanted.delete(uid);
        else note(wanted, uid, countOf(object), cluster.now);
        return;
      }
      if (type !== "ADDED" || kind !== "Pod") return;
      const owner = committed.byUid(controllerUid(object));
      if (owner === undefined || !CREATORS.has(owner.kind) || !isActive(object as Pod)) return;
      const active = [...committed.podsOf(owner)].filter(isActive).length;
      const most = mostWanted(owner.metadata.uid!);
      if (active > most)
        cluster.violated(owner, `expected at most ${most} active pods, found ${active} when ${object.metadata.name} was created`);
    },
  };
}

function note(wanted: Map<string, Wanted[]>, uid: string, count: number, now: SimTime): void {
  const known = wanted.get(uid);
  if (known === undefined) {
    wanted.set(uid, [{ count, until: undefined }]);
    return;
  }
  const last = known.at(-1)!;
  if (last.count !== count) known.splice(-1, 1, { count: last.count, until: now }, { count, until: undefined });
}

function countOf(object: ApiObject): number {
  return object.kind === "Job" ? ((object as Job).spec.parallelism ?? 1) : ((object as ReplicaSet).spec.replicas ?? 1);
}
