/** A committed change of one object: what watches and recorders are told. */
import type { Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { SimTime } from "../../engine/simulation.js";

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: Kind;
  /** "namespace/name", or "name" for cluster-scoped kinds. */
  readonly key: string;
  /** The new object; of a deletion, its last state. */
  readonly object: ApiObject;
  readonly previous: ApiObject | undefined;
  /** Revision of the store, the object's resourceVersion. */
  readonly revision: number;
  /** Not written by anybody: etcd was put back to a snapshot, and recorders are told what is other than before. */
  readonly restored?: true;
  /** When etcd committed it. */
  time: SimTime;
}
