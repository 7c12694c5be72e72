import { describe, expect, it } from "vitest";
import { load, loadTexts, mistakesOf, scenarioText } from "./text-scenario.js";

const NODES = "nodes:\n    - name: worker\n      count: 2\n      capacity: {cpu: 2, memory: 4Gi}\n";

/** The small scenario with other nodes. */
const withNodes = (nodes: string) => mistakesOf(() => loadTexts({ "s.yaml": scenarioText().replace(NODES, `nodes: [${nodes}]\n`) }));
const withCluster = (line: string) => mistakesOf(() => load(`  ${line}\n`));

const AMOUNT = 'must be a quantity such as "500m", 2 or "4Gi", 0 or more';
const CAPACITY = "capacity: {cpu: 2, memory: 4Gi}";

describe("values that no cluster can have", () => {
  it.each([
    ["{name: a, capacity: {cpu: -1, memory: 4Gi}}", `cluster.nodes[0].capacity.cpu: Invalid value: -1: ${AMOUNT}`],
    ["{name: a, capacity: {cpu: 1, memory: -4Gi}}", `cluster.nodes[0].capacity.memory: Invalid value: "-4Gi": ${AMOUNT}`],
    ["{name: a, capacity: {cpu: 1, memory: 4Gi, pods: -3}}", `cluster.nodes[0].capacity.pods: Invalid value: -3: ${AMOUNT}`],
    [`{name: a, ${CAPACITY}, kubeReserved: {cpu: -100m}}`, `cluster.nodes[0].kubeReserved.cpu: Invalid value: "-100m": ${AMOUNT}`],
    [
      `{name: a, ${CAPACITY}}, {name: a, ${CAPACITY}}`,
      'cluster.nodes[1].name: Duplicate value: there is a node "a" already; must be a name of its own',
    ],
    [
      `{name: a, count: 2, ${CAPACITY}}, {name: b, names: [c, a-2], ${CAPACITY}}`,
      'cluster.nodes[1].names: Duplicate value: there is a node "a-2"',
    ],
    [`{name: a, names: [c, c], ${CAPACITY}}`, 'cluster.nodes[0].names: Duplicate value: there is a node "c" already'],
    [
      `{name: a, ${CAPACITY}, addresses: [10.0.0.3, 10.0.0.300]}`,
      'cluster.nodes[0].addresses[1]: Invalid value: "10.0.0.300": must be an IP address such as "10.0.2.15"',
    ],
    [
      `{name: a, ${CAPACITY}, addresses: ["fd00::1::2"]}`,
      'cluster.nodes[0].addresses[0]: Invalid value: "fd00::1::2": must be an IP address',
    ],
  ])("nodes: [%s]", (nodes, message) => {
    expect(withNodes(nodes)).toEqual([expect.stringContaining(message)]);
  });

  it("leave groups of one name whose nodes are called differently", () => {
    expect(withNodes(`{name: a, ${CAPACITY}}, {name: a, count: 2, ${CAPACITY}, addresses: [10.0.0.3, "fd00::1"]}`)).toEqual([]);
  });

  it("include usage below nothing", () => {
    const usage = (text: string) => mistakesOf(() => load(`behaviors: [{match: {}, cpuUsage: ${text}}]\n`));
    expect(usage("-500m")[0]).toContain(`behaviors[0].cpuUsage: Invalid value: "-500m": ${AMOUNT}`);
    expect(usage("{normal: {mean: -1, standardDeviation: 1}}")[0]).toContain(`cpuUsage.normal.mean: Invalid value: -1: ${AMOUNT}`);
    expect(usage("{normal: {mean: 1, standardDeviation: 1}, min: 0}")).toEqual([]);
  });

  it("include samples so dense that the run would never end", () => {
    const interval = (text: string) => mistakesOf(() => load(`outputs: {interval: ${text}}\n`));
    for (const [text, shown] of [
      ["1us", '"1us"'],
      ["0", "0"],
      ["0s", '"0s"'],
    ])
      expect(interval(text)).toEqual([
        `scenario.yaml:9:21: outputs.interval: Invalid value: ${shown}: must be 1ms or more, since each sample is a line of series.csv`,
      ]);
    expect(interval("1ms")).toEqual([]);
  });

  it("include ranges of pods that are smaller than a node's", () => {
    expect(withCluster("network: {podCIDR: 10.244.0.0/30}")).toEqual([expect.stringContaining("cluster.network.podCIDR: Invalid value:")]);
  });
});

describe("texts of mistakes", () => {
  it("suggest no duration that would be wrong as well", () => {
    expect(withCluster("kubelet: {nodeStatusUpdateFrequency: 0}")[0]).toMatch(/Invalid value: 0: must be a duration above 0, [^?]*$/);
    expect(withCluster("kubelet: {nodeStatusUpdateFrequency: 5}")[0]).toMatch(/did you mean "5s"\?$/);
  });

  it("say that a latency is a duration or a distribution", () => {
    const rule =
      'must be a duration such as "90s", "15m" or "1h30m", at most "99999h", or a distribution such as {exponential: {mean: 5s}}';
    for (const [written, shown] of [
      ["-5ms", '"-5ms"'],
      ["[1ms]", "a list of 1"],
    ])
      expect(withCluster(`latencies: {network: ${written}}`)).toEqual([
        expect.stringContaining(`cluster.latencies.network: Invalid value: ${shown}: ${rule}`),
      ]);
  });

  it.each([".nan", ".inf", "-.inf"])("show %s as it is written", (written) => {
    expect(withCluster(`kubelet: {registryPullQPS: ${written}}`)[0]).toContain(`Invalid value: ${written}: must be a number, 0 or more`);
    expect(withCluster(`latencies: {network: ${written}}`)[0]).toMatch(new RegExp(`Invalid value: ${written}: must be a duration [^?]*$`));
  });
});
