/** How long etcd's disks and network take. */
import type { Distribution } from "../../engine/distribution.js";
import { lognormal } from "../../engine/distribution-families.js";
import { MILLISECOND } from "../../engine/simulation.js";

export interface EtcdLatencies {
  /** One flush of a member's log to its disk, in microseconds. */
  readonly etcdFsync: Distribution;
  /** A message between two members and its answer, in microseconds. */
  readonly etcdRoundTrip: Distribution;
}

/** Spread of the defaults below: the 99th percentile is 3.2 times the median. */
const SIGMA = 0.5;

/**
 * An SSD flushes in less than 1 ms and members of one zone are about half a millisecond apart; together they give the 1.6 ms of one
 * client's write that etcd's operation guide measured with three members.
 */
export const DEFAULT_ETCD_LATENCIES: EtcdLatencies = {
  etcdFsync: lognormal(0.9 * MILLISECOND, SIGMA),
  etcdRoundTrip: lognormal(0.5 * MILLISECOND, SIGMA),
};
