import { describe, expect, it } from "vitest";
import { EtcdCluster, type EtcdClusterOptions } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { UnknownEtcdMember } from "../../../src/control-plane/etcd/etcd-members.js";
import { constant } from "../../../src/engine/distribution.js";
import { exponential } from "../../../src/engine/distribution-families.js";
import { MILLISECOND, SECOND, type SimTime, Simulation } from "../../../src/engine/simulation.js";

const FSYNC = 1_000;
const ROUND_TRIP = 500;

function setUp(
  members: number,
  options: Partial<EtcdClusterOptions> = {},
  seed = 1,
): { simulation: Simulation; etcd: EtcdCluster; commits: SimTime[] } {
  const simulation = new Simulation({ seed });
  const etcd = new EtcdCluster({
    simulation,
    members: Array.from({ length: members }, (_, index) => `etcd-${index + 1}`),
    latencies: { etcdFsync: constant(FSYNC), etcdRoundTrip: constant(ROUND_TRIP) },
    ...options,
  });
  const commits: SimTime[] = [];
  etcd.onCommit((count) => {
    for (let index = 0; index < count; index++) commits.push(simulation.now);
  });
  return { simulation, etcd, commits };
}

describe("a write", () => {
  it("takes one flush with one member, and a round trip more with three or five", () => {
    for (const [members, wanted] of [
      [1, FSYNC],
      [3, FSYNC + ROUND_TRIP],
      [5, FSYNC + ROUND_TRIP],
    ]) {
      const { simulation, etcd, commits } = setUp(members);
      etcd.append(1, 1);
      simulation.run(SECOND);
      expect(commits).toEqual([wanted]);
    }
  });

  it("waits for the slowest member that the quorum needs, not for the slowest of all", () => {
    const fsyncOfMember = { "etcd-2": constant(9_000), "etcd-3": constant(70_000), "etcd-4": constant(4_000), "etcd-5": constant(90_000) };
    const { simulation, etcd, commits } = setUp(5, { fsyncOfMember });
    etcd.append(1, 1);
    simulation.run(SECOND);
    // Leader 1 ms, etcd-4 4.5 ms, etcd-2 9.5 ms: three of five.
    expect(commits).toEqual([9_500]);
  });

  it("that comes while the leader flushes shares the next flush with all that wait", () => {
    const { simulation, etcd, commits } = setUp(1);
    for (const time of [0, 100, 200, 900]) simulation.at(time, () => etcd.append(1, 1));
    simulation.run(SECOND);
    expect(commits).toEqual([FSYNC, 2 * FSYNC, 2 * FSYNC, 2 * FSYNC]);
  });

  it("is not committed before an older one, for which the followers are slow", () => {
    const drawn = [50_000, 1_000];
    const slowAtFirst = { mean: 1, sample: () => drawn.shift() ?? 1_000 };
    const { simulation, etcd, commits } = setUp(2, { fsyncOfMember: { "etcd-2": slowAtFirst } });
    for (const time of [0, 100, 200]) simulation.at(time, () => etcd.append(1, 1));
    simulation.run(SECOND);
    expect(commits).toEqual([50_500, 50_500, 50_500]);
  });

  it("is committed in order although flushes take random times", () => {
    const { simulation, etcd } = setUp(3, { latencies: { etcdFsync: exponential(FSYNC), etcdRoundTrip: exponential(ROUND_TRIP) } });
    let appended = 0;
    let committed = 0;
    etcd.onCommit((count) => {
      committed += count;
      expect(committed).toBeLessThanOrEqual(appended);
    });
    for (let index = 0; index < 2_000; index++) {
      simulation.at(index * 137, () => {
        appended++;
        etcd.append(1, 1);
      });
    }
    simulation.run(10 * SECOND);
    expect(committed).toBe(2_000);
  });
});

describe("the loss of a member", () => {
  it("does not stop writes while a quorum is left, and slows them where the fast ones are gone", () => {
    const { simulation, etcd, commits } = setUp(3, { fsyncOfMember: { "etcd-3": constant(20_000) } });
    etcd.lose("etcd-2");
    expect(etcd.writable).toBe(true);
    etcd.append(1, 1);
    simulation.run(SECOND);
    expect(commits).toEqual([20_000 + ROUND_TRIP]);
  });

  it("as leader stops writes for one to two election timeouts, and what was in the log is committed afterwards", () => {
    const gaps: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const { simulation, etcd, commits } = setUp(3, {}, seed);
      const changes: [SimTime, boolean][] = [];
      etcd.onWritable((writable) => changes.push([simulation.now, writable]));
      simulation.run(SECOND);
      etcd.append(1, 1);
      etcd.lose("etcd-1");
      expect(etcd.leader).toBeUndefined();
      simulation.run(10 * SECOND);
      expect(changes.map(([, writable]) => writable)).toEqual([false, true]);
      expect(["etcd-2", "etcd-3"]).toContain(etcd.leader);
      expect(etcd.term).toBe(2);
      expect(commits).toHaveLength(1);
      gaps.push(changes[1][0] - changes[0][0]);
    }
    // At least the shortest timeout less one heartbeat; at most, without split votes, the longest and the votes.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(900 * MILLISECOND);
    expect(Math.min(...gaps)).toBeLessThan(1_100 * MILLISECOND);
    const sorted = gaps.sort((a, b) => a - b);
    expect(sorted[190]).toBeLessThan(2_010 * MILLISECOND);
    // The smaller of two uniform times on 1 to 2 s has mean 4/3 s; half a heartbeat has passed, and two round trips and a flush follow.
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(mean / SECOND).toBeGreaterThan(1.2);
    expect(mean / SECOND).toBeLessThan(1.37);
  });

  it("beyond the quorum stops writes until one returns", () => {
    const { simulation, etcd, commits } = setUp(3);
    etcd.lose("etcd-2");
    etcd.append(1, 1);
    etcd.lose("etcd-3");
    expect(etcd.writable).toBe(false);
    simulation.run(60 * SECOND);
    expect(commits).toEqual([]);
    expect(etcd.leader).toBeUndefined();
    etcd.restore("etcd-3");
    simulation.run(70 * SECOND);
    expect(etcd.writable).toBe(true);
    expect(commits).toHaveLength(1);
  });

  it("of a single member's group ends when the member is back", () => {
    const { simulation, etcd } = setUp(1);
    etcd.lose("etcd-1");
    etcd.lose("etcd-1");
    simulation.run(30 * SECOND);
    etcd.restore("etcd-1");
    simulation.run(40 * SECOND);
    expect(etcd.leader).toBe("etcd-1");
  });

  it("names members that there are", () => {
    const { etcd } = setUp(3);
    expect(() => {
      etcd.lose("etcd-9");
    }).toThrow(UnknownEtcdMember);
    expect(() => new EtcdCluster({ simulation: new Simulation({ seed: 1 }), members: [] })).toThrow("at least one member");
  });
});

describe("the database", () => {
  const MIB = 2 ** 20;

  it("raises its alarm above the quota and keeps it until there is room and it is disarmed", () => {
    const { simulation, etcd } = setUp(1, { quotaBackendBytes: 10 * MIB });
    etcd.append(6 * MIB, 6 * MIB);
    expect(etcd.full).toBe(false);
    etcd.append(6 * MIB, 0);
    expect(etcd.full).toBe(true);
    etcd.disarm();
    expect(etcd.full).toBe(true);
    // Two compactions later the history is gone; the file shrinks when it is defragmented.
    simulation.run(11 * 60 * SECOND);
    expect(etcd.database.total).toBe(12 * MIB);
    etcd.defragment();
    expect(etcd.database.total).toBe(6 * MIB);
    etcd.disarm();
    expect(etcd.full).toBe(false);
    expect(etcd.database.compactions).toBe(2);
  });

  it("keeps the history of five to ten minutes", () => {
    const { simulation, etcd } = setUp(1);
    etcd.append(MIB, MIB);
    simulation.run(4 * 60 * SECOND);
    etcd.append(MIB, 0);
    expect(etcd.database.inUse).toBe(2 * MIB);
    simulation.run(6 * 60 * SECOND);
    etcd.append(MIB, 0);
    expect(etcd.database.inUse).toBe(3 * MIB);
    simulation.run(11 * 60 * SECOND);
    etcd.append(MIB, 0);
    expect(etcd.database.inUse).toBe(3 * MIB);
    etcd.append(0, -MIB);
    expect(etcd.database.inUse).toBe(2 * MIB);
  });
});
