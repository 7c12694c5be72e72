import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { load, mistakesOf } from "../text-scenario.js";
import { NotingCluster, runOn } from "./noting-cluster.js";

describe("etcd steps", () => {
  it("save, restore and look after etcd, and print what its tools print", () => {
    const cluster = new NotingCluster();
    const { timeline, problems } = runOn(
      cluster,
      `timeline:
  - {at: 1m, etcd: snapshot save backup.db, expectOutput: Snapshot saved at backup.db}
  - {at: 2m, etcd: snapshot restore backup.db --bump-revision=1000000000 --mark-compacted, for: 45s}
  - {at: 3m, etcd: snapshot restore backup.db}
  - {at: 4m, etcd: compact}
  - {at: 4m, etcd: compact 99}
  - {at: 4m, etcd: defrag --cluster}
  - {at: 4m, etcd: alarm disarm}
  - {at: 4m, etcd: endpoint status}
  - {at: 5m, etcd: snapshot restore missing.db, expectError: no such file or directory}
`,
    );
    expect(problems).toEqual([]);
    expect(cluster.etcdLog).toEqual([
      "60 save backup.db",
      '120 restore backup.db {"bumpRevision":1000000000,"markCompacted":true} 45',
      '180 restore backup.db {"bumpRevision":0,"markCompacted":false} 30',
    ]);
    expect(timeline.map(({ text, end, output }) => [text.replace("etcd ", ""), (end ?? 0) / SECOND, output.join("; ")])).toEqual([
      ["snapshot save backup.db", 60, "Snapshot saved at backup.db"],
      ["snapshot restore backup.db --bump-revision=1000000000 --mark-compacted", 165, "restored snapshot backup.db"],
      ["snapshot restore backup.db", 210, "restored snapshot backup.db"],
      ["compact", 240, "compacted revision 1234"],
      ["compact 99", 240, "compacted revision 99"],
      ["defrag --cluster", 240, "Finished defragmenting etcd member[etcd-1]; Finished defragmenting etcd member[etcd-2]"],
      ["alarm disarm", 240, "memberID:etcd-1 alarm:NOSPACE"],
      ["endpoint status", 240, "etcd-1, 2147.5 MB, leader: true, term: 2, alarm: NOSPACE; etcd-2, 20 kB, leader: false, term: 2"],
      ["snapshot restore missing.db", 300, "Error: open missing.db: no such file or directory"],
    ]);
  });

  it.each([
    ["etcd: snapshot", /unknown command "snapshot" for etcdctl and etcdutl/],
    ["etcd: snapshot save", /exactly one file name is needed/],
    ["etcd: compact now", /revision must be a number, not "now"/],
    ["etcd: snapshot restore a.db --mark-compacted", /--mark-compacted required --bump-revision/],
    ["etcd: defrag, for: 10s", /for: belongs to snapshot restore alone/],
  ])("%s is a mistake", (step, message) => {
    expect(mistakesOf(() => load(`timeline:\n  - {at: 1m, ${step}}\n`))[0]).toMatch(message);
  });
});
