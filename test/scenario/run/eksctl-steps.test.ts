import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { load, mistakesOf } from "../text-scenario.js";
import { NotingCluster, runOn } from "./noting-cluster.js";

/** Further groups of the small scenario's cluster, whose list of nodes its text ends with. */
const GROUPS = `    - {name: elastic, minSize: 1, maxSize: 6, capacity: {cpu: 2, memory: 4Gi}}
    - {name: stuck, count: 1, maxUnavailable: 1, capacity: {cpu: 2, memory: 4Gi}}
    - {name: busy, count: 1, maxUnavailable: 1, capacity: {cpu: 2, memory: 4Gi}}
`;

describe("eksctl steps", () => {
  it("update and scale node groups, each ending when the cloud says so", () => {
    const cluster = new NotingCluster();
    const { timeline, problems } = runOn(
      cluster,
      GROUPS +
        `timeline:
  - {at: 1m, eksctl: "upgrade nodegroup --name=elastic --kubernetes-version=1.37 --force-upgrade"}
  - {at: 2m, eksctl: "scale nodegroup elastic --nodes=4 --nodes-max=6"}
`,
    );
    expect(cluster.groupLog).toEqual([
      '60 update elastic {"force":true,"kubernetesVersion":"1.37.0"}',
      '120 scale elastic {"nodes":4,"max":6}',
    ]);
    expect(timeline.map(({ text, end }) => [text, end! / SECOND])).toEqual([
      ["eksctl upgrade nodegroup --name=elastic --kubernetes-version=1.37 --force-upgrade", 120],
      ["eksctl scale nodegroup elastic --nodes=4 --nodes-max=6", 120],
    ]);
    expect(problems).toEqual([]);
  });

  it("name what went wrong, unless that is what the scenario expects", () => {
    const lines =
      GROUPS +
      `timeline:
  - {at: 1m, eksctl: "upgrade nodegroup --name=stuck"}
  - {at: 2m, eksctl: "upgrade nodegroup --name=stuck", expectError: PodEvictionFailure}
  - {at: 3m, eksctl: "scale nodegroup --name=elastic --nodes=9"}
  - {at: 4m, eksctl: "upgrade nodegroup --name=busy"}
`;
    expect(runOn(new NotingCluster(), lines).problems).toEqual([
      expect.stringMatching(
        /at 1m0s eksctl upgrade nodegroup --name=stuck: Error: updating nodegroup "stuck": PodEvictionFailure: Reached max retries \[stuck-1\]$/,
      ),
      expect.stringMatching(
        /at 3m0s eksctl scale .*: Error: failed to scale nodegroup "elastic": desired capacity 9 can't be greater than max size 6$/,
      ),
      expect.stringMatching(
        /at 4m0s eksctl upgrade nodegroup --name=busy: Error: updating nodegroup "busy": ResourceInUseException: not in Active State$/,
      ),
    ]);
  });

  it.each([
    ["upgrade nodegroup --name=elastik", 'there is no managed nodegroup "elastik"; did you mean "elastic"?'],
    ["upgrade nodegruop --name=elastic", 'unknown command "upgrade nodegruop" for "eksctl"; did you mean "upgrade nodegroup"?'],
    ["upgrade nodegroup", "--name must be set"],
    ["upgrade nodegroup --name=elastic --kubernetes-version=new", "must be a version such as 1.36"],
    ["scale nodegroup --name=elastic", "at least one of --nodes, --nodes-min and --nodes-max must be set"],
    ["scale nodegroup elastic --name=elastic --nodes=1", "--name and argument cannot be used at the same time"],
  ])("eksctl %s is a mistake before anything runs", (line, message) => {
    expect(mistakesOf(() => load(`${GROUPS}timeline:\n  - {at: 1m, eksctl: "${line}"}\n`))).toEqual([expect.stringContaining(message)]);
  });
});
