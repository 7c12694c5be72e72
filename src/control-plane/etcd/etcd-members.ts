/** The voting members of an etcd cluster: which are up, and whether they are a quorum. */
import type { Distribution } from "../../engine/distribution.js";
import type { RandomStream } from "../../engine/random.js";
import type { SimTime, Simulation } from "../../engine/simulation.js";

/** No such member. */
export class UnknownEtcdMember extends Error {
  constructor(name: string, members: readonly string[]) {
    super(`etcd has no member "${name}": its members are ${members.join(", ")}`);
    this.name = "UnknownEtcdMember";
  }
}

export interface Member {
  readonly name: string;
  readonly fsync: Distribution;
  readonly stream: RandomStream;
  up: boolean;
  /** Takes part in quorums: it is up and has caught up. */
  voting: boolean;
  /** Length of the log when it was lost. */
  lostAt: number;
}

export class EtcdMembers {
  readonly all: readonly Member[];

  /** @throws RangeError where there are none, or two of one name */
  constructor(
    readonly names: readonly string[],
    fsyncOf: (name: string) => Distribution,
    simulation: Simulation,
  ) {
    if (names.length === 0 || new Set(names).size !== names.length) {
      throw new RangeError(`etcd needs at least one member, and names that differ: [${names.join(", ")}]`);
    }
    this.all = names.map((name) => ({
      name,
      fsync: fsyncOf(name),
      stream: simulation.stream(`etcd/${name}/fsync`),
      up: true,
      voting: true,
      lostAt: 0,
    }));
  }

  /** @throws UnknownEtcdMember */
  find(name: string): Member {
    const found = this.all.find((member) => member.name === name);
    if (found === undefined) throw new UnknownEtcdMember(name, this.names);
    return found;
  }

  get voting(): readonly Member[] {
    return this.all.filter((member) => member.voting);
  }

  get quorum(): number {
    return Math.floor(this.all.length / 2) + 1;
  }

  get hasQuorum(): boolean {
    return this.voting.length >= this.quorum;
  }
}

/** How long the member's next flush takes. */
export function drawFlush({ fsync, stream }: Member): SimTime {
  return wholeMicroseconds(fsync.sample(stream));
}

/** A drawn duration as simulated time. */
export function wholeMicroseconds(drawn: number): SimTime {
  return Math.max(0, Math.round(drawn));
}
