import { describe, expect, it } from "vitest";
import type { Kind, ObjectsByKind } from "../../src/api/kinds.js";
import type { Pod } from "../../src/api/types/pod.js";
import { SECOND } from "../../src/engine/simulation.js";
import { ScenarioRun, type RunOutcome } from "../../src/scenario/run.js";
import type {
  EtcdOperations,
  Faults,
  NodeGroups,
  PodBehavior,
  RequestCounts,
  SimulatedCluster,
  TrafficGenerator,
} from "../../src/scenario/simulated-cluster.js";
import { EPOCH, MemoryCluster, node, pod } from "./memory-cluster.js";
import { load, mistakesOf } from "./text-scenario.js";

/** A cluster without controllers: what is written stays, faults are only noted. */
class NotingCluster implements SimulatedCluster {
  readonly kubectl: MemoryCluster;
  readonly epoch = EPOCH;
  readonly faultLog: string[] = [];
  readonly trafficLog: (readonly [number, TrafficGenerator])[] = [];
  counts: RequestCounts = { sent: 0, succeeded: 0, timedOut: 0, refused: 0, failed: 0 };
  behaviorOf: (pod: Pod) => PodBehavior = () => ({});
  readonly faults: Faults;
  /** Updates of the group "stuck" fail, those of "busy" are refused. */
  readonly nodeGroups: NodeGroups = {
    update: (name, options, done) => {
      this.groupLog.push(`${this.simulation.now / SECOND} update ${name} ${JSON.stringify(options)}`);
      const failure = {
        status: "Failed",
        errorCode: "PodEvictionFailure",
        errorMessage: "Reached max retries",
        resourceIds: ["stuck-1"],
      } as const;
      if (name === "busy") done({ status: "Refused", errorCode: "ResourceInUseException", errorMessage: "not in Active State" });
      else this.simulation.after(60 * SECOND, () => done(name === "stuck" ? failure : { status: "Successful" }));
    },
    scale: (name, sizes, done) => {
      this.groupLog.push(`${this.simulation.now / SECOND} scale ${name} ${JSON.stringify(sizes)}`);
      done(sizes.nodes === 9 ? "desired capacity 9 can't be greater than max size 6" : undefined);
    },
  };
  readonly groupLog: string[] = [];
  /** Its database is full; "missing.db" is no snapshot. */
  readonly etcdOperations: EtcdOperations = {
    saveSnapshot: (file) => {
      this.etcdLog.push(`${this.simulation.now / SECOND} save ${file}`);
    },
    restoreSnapshot: (file, options, downtime, done) => {
      if (file === "missing.db") throw new Error(`open ${file}: no such file or directory`);
      this.etcdLog.push(`${this.simulation.now / SECOND} restore ${file} ${JSON.stringify(options)} ${downtime / SECOND}`);
      this.simulation.after(downtime, done);
    },
    compact: (revision = 1_234) => revision,
    defragment: () => ["etcd-1", "etcd-2"],
    alarms: () => ["etcd-1"],
    disarm: () => ["etcd-1"],
    status: () => [
      { name: "etcd-1", size: 2_147_483_648, isLeader: true, term: 2, isFull: true },
      { name: "etcd-2", size: 20_000, isLeader: false, term: 2, isFull: false },
    ],
  };
  readonly etcdLog: string[] = [];

  constructor(objects: readonly unknown[] = [], seed?: number) {
    this.kubectl = new MemoryCluster(objects, seed);
    const note =
      (name: string) =>
      (...targets: unknown[]) => {
        if (targets[0] === "broken") throw new Error(`${name}: there is no node broken`);
        this.faultLog.push(`${this.simulation.now / SECOND} ${name} ${JSON.stringify(targets)}`);
      };
    this.faults = new Proxy({}, { get: (_, name) => note(String(name)) }) as Faults;
  }

  get simulation() {
    return this.kubectl.simulation;
  }

  readonly view = {
    get: <K extends Kind>(kind: K, namespace: string | undefined, name: string) =>
      this.kubectl.read(kind, namespace === undefined ? name : `${namespace}/${name}`),
    list: <K extends Kind>(kind: K, namespace?: string) =>
      [...this.kubectl.objects.values()].filter(
        (one) => one.kind === kind && (namespace === undefined || one.metadata.namespace === namespace),
      ) as ObjectsByKind[K][],
    requests: () => this.counts,
    /** Two watches were told that their history is gone. */
    answers: (code: number) => (code === 410 ? 2 : 0),
  };

  setBehaviors(behaviorOf: (pod: Pod) => PodBehavior): void {
    this.behaviorOf = behaviorOf;
  }

  startTraffic(generator: TrafficGenerator): void {
    this.trafficLog.push([this.simulation.now / SECOND, generator]);
  }

  preload(): void {
    throw new Error("a scenario preloads nothing");
  }
}

function runOn(cluster: NotingCluster, lines: string): RunOutcome {
  const scenario = load(lines);
  const run = new ScenarioRun(cluster, scenario);
  run.start();
  cluster.simulation.run(scenario.duration);
  return run.finish();
}

const podTemplate =
  "template: {apiVersion: v1, kind: Pod, metadata: {labels: {app: x-$(index)}}, spec: {containers: [{name: c, image: i}]}}";

describe("timeline", () => {
  it("runs commands at their times and logs what they print", () => {
    const { timeline, problems } = runOn(
      new NotingCluster([node("a")]),
      "timeline:\n  - {at: 2m, kubectl: uncordon a}\n  - {at: 1m, kubectl: cordon a}\n",
    );
    expect(timeline.map(({ at, text, output }) => [at / SECOND, text, ...output])).toEqual([
      [60, "kubectl cordon a", "node/a cordoned"],
      [120, "kubectl uncordon a", "node/a uncordoned"],
    ]);
    expect(timeline[0].end).toBeGreaterThan(60 * SECOND);
    expect(problems).toEqual([]);
  });

  it("makes a problem of a command that fails, unless it is expected to", () => {
    const step = (more: string) =>
      runOn(new NotingCluster(), `timeline:\n  - {at: 1m, kubectl: cordon a${more}}\n`).problems.map((one) =>
        one.replace(/^.*scenario\.yaml:/, ""),
      );
    expect(step("")).toEqual(['10:at 1m0s kubectl cordon a: Error from server (NotFound): nodes "a" not found'.replace("10:", "10: ")]);
    expect(step(", expectError: not found")).toEqual([]);
    expect(step(", expectError: refused")).toEqual([
      expect.stringContaining('expected it to fail with "refused", but it said: Error from server (NotFound)'),
    ]);
  });

  it("makes a problem of a command that does not fail or print as expected", () => {
    const step = (more: string) => runOn(new NotingCluster([node("a")]), `timeline:\n  - {at: 1m, kubectl: cordon a${more}}\n`).problems;
    expect(step(", expectError: refused")[0]).toContain('expected it to fail with "refused", but it did not fail');
    expect(step(", expectOutput: uncordoned")[0]).toContain('expected it to print "uncordoned", but it printed: node/a cordoned');
    expect(step(", expectOutput: cordoned")).toEqual([]);
  });

  it("shows what a command has printed that has not ended when the run has", () => {
    const cluster = new NotingCluster([node("a"), pod("web")]);
    const steps = [
      "{at: 1m, kubectl: get pods -w -o name, expectOutput: pod/later}",
      "{at: 2m, kubectl: run later --image=nginx}",
      "{at: 3m, kubectl: drain a --timeout=10h}",
    ];
    const { timeline, problems } = runOn(cluster, `timeline:\n${steps.map((step) => `  - ${step}\n`).join("")}`);
    expect(timeline[0]).toMatchObject({ output: ["pod/web", "pod/later"] });
    expect(timeline[0].end).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it("makes a problem of a command that has not ended when the run has, where something is expected of it", () => {
    const cluster = () => new NotingCluster([node("a")]);
    const step = (more: string) =>
      runOn(cluster(), `timeline:\n  - {at: 1m, kubectl: wait node/a --for=delete --timeout=10h${more}}\n`).problems;
    expect(step("")).toEqual([]);
    expect(step(", expectOutput: deleted")).toEqual([expect.stringContaining("had not ended at the end of the run")]);
    expect(step(", expectError: timed out")).toEqual([expect.stringContaining("had not ended at the end of the run")]);
  });

  it("injects faults, and their opposites after `for`", () => {
    const zoned = (name: string, zone: string) => node(name, { "topology.kubernetes.io/zone": zone });
    const cluster = new NotingCluster([zoned("worker-1", "a"), zoned("worker-2", "b")]);
    const { problems } = runOn(
      cluster,
      `timeline:
  - {at: 10s, fault: kubeletStop, node: worker-1, for: 30s}
  - {at: 20s, fault: networkPartition, hosts: [worker-1], for: 5s}
  - {at: 50s, fault: containerKill, pod: web}
`,
    );
    expect(cluster.faultLog).toEqual([
      '10 kubeletStop ["worker-1"]',
      '20 networkPartition [["worker-1"]]',
      '25 networkHeal [["worker-1"]]',
      '40 kubeletStart ["worker-1"]',
      '50 containerKill [{"kind":"Pod","namespace":"default","name":"web"},null]',
    ]);
    expect(problems).toEqual([]);
  });

  it("applies manifests beside the scenario at time 0, in order, into the default namespace", () => {
    const cluster = new NotingCluster();
    runOn(
      cluster,
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: dev}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
    );
    expect(cluster.kubectl.requests).toEqual(["create Namespace dev", "create ConfigMap default/settings"]);
  });
});

describe("workloads", () => {
  it("create objects at their times, numbered, and delete them at the end of their lives", () => {
    const cluster = new NotingCluster();
    const { workloads } = runOn(
      cluster,
      `workloads:\n  - {name: w, start: 10s, arrivals: {times: [0s, 1m]}, lifetime: 30s, ${podTemplate}}\n`,
    );
    expect(cluster.kubectl.requests).toEqual([
      "create Pod default/w-1",
      "delete Pod default/w-1",
      "create Pod default/w-2",
      "delete Pod default/w-2",
    ]);
    expect(workloads).toEqual([{ name: "w", arrived: 2, created: 2, deleted: 2, refused: new Map() }]);
  });

  it("end after count objects, or at the time until", () => {
    const arrivals = (text: string) =>
      runOn(new NotingCluster(), `workloads:\n  - {name: w, arrivals: ${text}, ${podTemplate}}\n`).workloads[0].arrived;
    expect(arrivals("{interarrival: 10s, count: 5}")).toBe(5);
    expect(arrivals("{interarrival: 10s, until: 35s}")).toBe(3);
    expect(arrivals("{count: 4, over: 1m}")).toBe(4);
  });

  it("arrive at random, the same for the same seed, and at the rate asked for", () => {
    const times = (seed: number) => {
      const cluster = new NotingCluster([], seed);
      runOn(cluster, `workloads:\n  - {name: w, arrivals: {interarrival: {exponential: {mean: 1s}}, until: 10m}, ${podTemplate}}\n`);
      return [...cluster.kubectl.objects.values()].map(({ metadata }) => metadata.creationTimestamp);
    };
    expect(times(1)).toEqual(times(1));
    expect(times(1).slice(0, 5)).not.toEqual(times(2).slice(0, 5));
    // 600 arrivals are expected; 5 standard deviations of a Poisson count are 122.
    expect(Math.abs(times(1).length - 600)).toBeLessThan(122);
  });

  it("note the drawn run duration in the pod, and share what does not vary", () => {
    const cluster = new NotingCluster();
    runOn(cluster, `workloads:\n  - {name: w, arrivals: {times: [0s, 1s]}, runDuration: 90s, ${podTemplate}}\n`);
    const [first, second] = [...cluster.kubectl.objects.values()] as Pod[];
    expect(first.metadata.annotations).toEqual({ "kubewarp.io/run-duration": "90s" });
    expect(first.metadata.labels).toEqual({ app: "x-1" });
    expect(first.spec).toBe(second.spec);
  });

  it("count what the API server refuses, with its words", () => {
    const { workloads } = runOn(new NotingCluster([pod("w-1")]), `workloads:\n  - {name: w, arrivals: {times: [0s]}, ${podTemplate}}\n`);
    expect([...workloads[0].refused]).toEqual([['pod/w-1: AlreadyExists: pods "w-1" already exists', 1]]);
  });
});

describe("behaviors", () => {
  it("are those of the first rule that matches labels, namespace, name and owner", () => {
    const cluster = new NotingCluster();
    runOn(
      cluster,
      `behaviors:
  - {match: {owner: Deployment/web}, exitCode: 1}
  - {match: {labels: {app: x}, namespace: dev}, exitCode: 2}
  - {match: {owner: cronjob/nightly}, exitCode: 3}
  - {match: {}, runDuration: 5s, cpuUsage: 250m, memoryUsage: 1Gi}
`,
    );
    const owner = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: "v1", kind, name, uid: "u", controller: true }] });
    const behavior = (metadata: object) => cluster.behaviorOf(pod("p", { metadata }) as Pod);
    expect(behavior({ ...owner("ReplicaSet", "web-abc"), labels: { "pod-template-hash": "abc" } }).exitCode).toBe(1);
    expect(behavior({ ...owner("ReplicaSet", "web-shop-abc"), labels: { "pod-template-hash": "abc" } }).exitCode).toBeUndefined();
    expect(behavior({ labels: { app: "x" }, namespace: "dev" }).exitCode).toBe(2);
    expect(behavior({ labels: { app: "x" } }).exitCode).toBeUndefined();
    expect(behavior(owner("Job", "nightly-29450000")).exitCode).toBe(3);
    const other = behavior({});
    expect([other.runDuration?.mean, other.cpuUsage?.mean, other.memoryUsage?.mean]).toEqual([5 * SECOND, 0.25, 2 ** 30]);
  });
});

describe("traffic", () => {
  it("starts at its time with the load asked for", () => {
    const cluster = new NotingCluster();
    runOn(
      cluster,
      "traffic:\n  - {name: a, start: 30s, to: {service: web}, rate: 50}\n  - {name: b, to: {service: web, via: nodePort}, stages: [{duration: 1m, rate: 10}]}\n",
    );
    expect(cluster.trafficLog.map(([time, { name }]) => [time, name])).toEqual([
      [0, "b"],
      [30, "a"],
    ]);
    const { load: pattern, from, timeout } = cluster.trafficLog[1][1];
    expect("interarrival" in pattern && pattern.interarrival.mean).toBeCloseTo(SECOND / 50);
    expect({ from, timeout }).toEqual({ from: { external: true }, timeout: SECOND });
    expect(cluster.trafficLog[0][1].load).toEqual({ stages: [{ duration: 60 * SECOND, requestsPerSecond: 10 }] });
  });
});

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

/** Further groups of the small scenario's cluster, whose list of nodes its text ends with. */
const GROUPS = `    - {name: elastic, minSize: 1, maxSize: 6, capacity: {cpu: 2, memory: 4Gi}}
    - {name: stuck, count: 1, maxUnavailable: 1, capacity: {cpu: 2, memory: 4Gi}}
    - {name: busy, count: 1, maxUnavailable: 1, capacity: {cpu: 2, memory: 4Gi}}
`;

describe("expectations", () => {
  const pods = [
    pod("a", {
      metadata: { labels: { app: "web" } },
      spec: { nodeName: "node-a" },
      status: { conditions: [{ type: "Ready", status: "True" }], containerStatuses: [{ restartCount: 2 }] },
    }),
    pod("b", { metadata: { labels: { app: "web" }, deletionTimestamp: 1 }, status: { phase: "Pending" } }),
    pod("c", { metadata: { namespace: "dev" } }),
    node("node-a", { "topology.kubernetes.io/zone": "z" }),
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: "default" },
      involvedObject: { kind: "Pod", name: "a" },
      type: "Warning",
      reason: "BackOff",
      message: "Back-off restarting",
      count: 3,
    },
  ];
  const problems = (expectation: string) => runOn(new NotingCluster(pods), `expect:\n  - {at: 1m, ${expectation}}\n`).problems;

  it.each([
    "pods: {}, count: 3",
    "pods: {selector: app=web}, count: {atLeast: 2, atMost: 2}",
    "pods: {phase: Running}, count: 2",
    "pods: {ready: true}, count: 1",
    "pods: {terminating: true}, count: 1",
    "pods: {scheduled: false, namespace: default}, count: 1",
    "pods: {node: node-a}, count: 1",
    "pods: {zone: z}, count: 1",
    "pods: {restarts: {atLeast: 1}}, count: 1",
    "pods: {name: c}, count: 1",
    'nodes: {ready: "True"}, count: 1',
    "nodes: {zone: z, unschedulable: false}, count: 1",
    'nodes: {taint: "x:NoExecute"}, count: 0',
    "events: {reason: BackOff}",
    "events: {object: pod/a, message: restarting, type: Warning}, count: 3",
    "object: pod/a, field: status.phase, equals: Running",
    "object: pod/a, field: 'status.containerStatuses[0].restartCount', atLeast: 2, atMost: 2",
    "object: pod/gone, exists: false",
    "object: node/node-a",
    "answers: {code: 410}",
    "answers: {code: 410}, count: 2",
    "answers: {code: 429}, count: 0",
  ])("%s holds", (expectation) => {
    expect(problems(expectation)).toEqual([]);
  });

  it.each([
    ["pods: {selector: app=web}, count: 3, because: all run", "expected pods {selector: app=web}, count 3: found 2 (all run)"],
    ["nodes: {zone: elsewhere}, count: 1", "found 0"],
    ["events: {reason: Killing}", "found 0"],
    ["object: pod/a, field: status.phase, equals: Failed", 'found "Running"'],
    ["object: pod/a, exists: false", "found it exists"],
    ["answers: {code: 429}", "found 0"],
    ["answers: {code: 410}, count: 1", "found 2"],
    ["object: pod/gone", "found no such object"],
    ["object: pod/a, field: status.nothing, atLeast: 1", "found no such field"],
  ])("%s does not hold", (expectation, message) => {
    expect(problems(expectation)).toEqual([expect.stringMatching(/scenario\.yaml:10: at 1m0s expected /)]);
    expect(problems(expectation)[0]).toContain(message);
  });

  it("count requests from a time on", () => {
    const traffic = "traffic: [{name: u, to: {service: web}, rate: 1}]\n";
    const judged = (expectation: string) => {
      const cluster = new NotingCluster();
      cluster.counts = { sent: 110, succeeded: 100, timedOut: 0, refused: 0, failed: 0 };
      cluster.simulation.after(90 * SECOND, () => {
        cluster.counts = { sent: 150, succeeded: 110, timedOut: 30, refused: 0, failed: 0 };
      });
      return runOn(cluster, `${traffic}expect:\n  - {at: 2m, ${expectation}}\n`).problems.map((one) => one.replace(/.*found/, "found"));
    };
    expect(judged("requests: {generator: u, outcome: timedOut, since: 1m}, share: {atLeast: 0.75, atMost: 0.75}")).toEqual([]);
    expect(judged("requests: {generator: u, outcome: timedOut}, share: {atLeast: 0.75}")).toEqual(["found 0.214 of 140"]);
    expect(judged("requests: {generator: u, outcome: sent, since: 1m}, count: 40")).toEqual([]);
  });

  it("at the end are judged at the end, and those that a cut run does not reach are not judged", () => {
    const scenario = load("expect:\n  - {at: end, pods: {}, count: 0}\n  - {at: 9m, pods: {}, count: 5}\n");
    const cluster = new NotingCluster();
    const run = new ScenarioRun(cluster, scenario);
    run.start();
    cluster.simulation.run(60 * SECOND);
    const { expectations, unjudged, problems } = run.finish();
    expect(expectations.map(({ at, holds }) => [at / SECOND, holds])).toEqual([[60, true]]);
    expect(unjudged.map(({ at }) => at)).toEqual([540 * SECOND]);
    expect(problems).toEqual([]);
  });
});
