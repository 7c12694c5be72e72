/**
 * How long a Raft group is without leader.
 *
 * Each follower waits between one and two election timeouts since the last heartbeat that it got; the first to wake asks for
 * pre-votes and then votes, each a round trip, and writes its term to disk. Where two wake within a round trip of each other they
 * may split the votes, and wait anew.
 *
 * Source: go.etcd.io/raft (resetRandomizedElectionTimeout, PreVote) and https://etcd.io/docs/v3.6/tuning/.
 */
import type { RandomStream } from "../../engine/random.js";
import type { SimTime } from "../../engine/simulation.js";

export interface ElectionTimes {
  readonly electionTimeout: SimTime;
  readonly heartbeatInterval: SimTime;
  /** Draws the time of a message and its answer. */
  readonly roundTrip: () => SimTime;
  /** Draws the time of a flush to disk. */
  readonly flush: () => SimTime;
}

/** A group that splits its votes so often has met a fault of the drawing, not of Raft. */
const MAX_ROUNDS = 100;

export interface Election {
  /** Index of the winner among the candidates. */
  readonly winner: number;
  /** From the loss of the leader. */
  readonly duration: SimTime;
}

/** @param candidates how many members are left, at least 1 */
export function drawElection(candidates: number, times: ElectionTimes, stream: RandomStream): Election {
  const { electionTimeout, heartbeatInterval } = times;
  let duration = -stream.integer(heartbeatInterval + 1);
  for (let round = 1; ; round++) {
    let [first, second, winner] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let candidate = 0; candidate < candidates; candidate++) {
      const wakes = electionTimeout + stream.integer(electionTimeout);
      if (wakes < first) [second, first, winner] = [first, wakes, candidate];
      else if (wakes < second) second = wakes;
    }
    const roundTrip = times.roundTrip();
    duration += first;
    if (second - first >= roundTrip || round === MAX_ROUNDS) {
      return { winner, duration: Math.max(0, duration) + roundTrip + times.roundTrip() + times.flush() };
    }
  }
}
