/**
 * About how many bytes an object takes in etcd, in protobuf: enough to tell when a database fills, without encoding anything.
 *
 * Source: sizes commonly reported for production clusters; a pod with a few containers is 2 to 4 kB, a node with its images 8 to 12 kB.
 */
import type { Kind } from "../../api/kinds.js";
import type { Change } from "./change.js";

const BYTES_OF_KIND: Partial<Readonly<Record<Kind, number>>> = {
  Pod: 3_000,
  Node: 10_000,
  Lease: 400,
  Event: 900,
  EndpointSlice: 4_000,
  Deployment: 2_500,
  ReplicaSet: 2_500,
  StatefulSet: 2_500,
  DaemonSet: 2_500,
  Job: 2_500,
};
const OTHER_BYTES = 1_200;
/** What a deletion leaves in the history. */
const TOMBSTONE_BYTES = 100;

function objectBytes(kind: Kind): number {
  return BYTES_OF_KIND[kind] ?? OTHER_BYTES;
}

/** Size of the log entry of a change. */
export function entryBytes({ type, kind }: Change): number {
  return type === "DELETED" ? TOMBSTONE_BYTES : objectBytes(kind);
}

/** By how much the current state grows with a change. */
export function growthBytes({ type, kind }: Change): number {
  if (type === "MODIFIED") return 0;
  return type === "ADDED" ? objectBytes(kind) : -objectBytes(kind);
}
