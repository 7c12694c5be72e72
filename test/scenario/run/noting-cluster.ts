/** Scenarios on a cluster that only notes what it is asked for. */
import type { Kind, ObjectsByKind } from "../../../src/api/kinds.js";
import type { Pod } from "../../../src/api/types/pod.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { type RunOutcome, ScenarioRun } from "../../../src/scenario/run.js";
import type {
  EtcdOperations,
  Faults,
  NodeGroups,
  PodBehavior,
  RequestCounts,
  SimulatedCluster,
  TrafficGenerator,
} from "../../../src/scenario/simulated-cluster.js";
import { EPOCH, MemoryCluster } from "../memory-cluster.js";
import { load } from "../text-scenario.js";

/** A cluster without controllers: what is written stays, faults are only noted. */
export class NotingCluster implements SimulatedCluster {
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

export function runOn(cluster: NotingCluster, lines: string): RunOutcome {
  const scenario = load(lines);
  const run = new ScenarioRun(cluster, scenario);
  run.start();
  cluster.simulation.run(scenario.duration);
  return run.finish();
}
