/**
 * Lease renewals of kubelets, as rates instead of events: a healthy heartbeat changes nothing, so none is simulated singly.
 * A kubelet says when its renewals begin and that they end; the time of the last renewal that reached the API server follows
 * from phase and period. Source of the mechanism: https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats
 */
import type { SimTime } from "../../engine/simulation.js";

export interface NodeHeartbeats {
  /** Renewals of the node's Lease begin at `first` and go on each `period` until {@link cease}, or while its host is cut off. */
  renew(node: string, first: SimTime, period: SimTime): void;
  cease(node: string): void;
  /** Time of the last renewal that arrived up to `now`, undefined where none did. */
  lastRenewal(node: string, now: SimTime): SimTime | undefined;
  /** Whether renewals are arriving at present. */
  isRenewing(node: string): boolean;
  /** Called when renewals of a node begin or stop arriving. */
  onChange(listener: (node: string) => void): void;
  /** Renewal requests per second that all renewing nodes make together, as load of the API server. */
  readonly requestsPerSecond: number;
}
