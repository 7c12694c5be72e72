/** Conformance kind "renew-to-unknown": how long after a node's last renewal its conditions become Unknown, over all phases of the ticks. */
import { Cluster } from "../../src/cluster/cluster.js";
import { MILLISECOND, SECOND } from "../../src/engine/simulation.js";

export const kind = "renew-to-unknown";

interface RenewalCase {
  readonly gracePeriodSeconds: number;
  readonly tickSeconds: number;
  readonly min: number;
  readonly max: number;
}

/** Phases of a tick at which a kubelet is started. */
const PHASES = 20;
const NODES = "worker";
const STARTED = 20 * SECOND;
const STOPPED = 45 * SECOND;
/** A reaction: writing the status and its watch event. */
const TOLERANCE_MS = 250;

export function check({ gracePeriodSeconds, tickSeconds, min, max }: RenewalCase): readonly string[] {
  const differences = simulatedDifferences(gracePeriodSeconds, tickSeconds);
  const [least, greatest] = [Math.min(...differences), Math.max(...differences)];
  return [
    ...differences
      .filter((ms) => ms < gracePeriodSeconds * 1000 || ms > (gracePeriodSeconds + tickSeconds) * 1000 + TOLERANCE_MS)
      .map((ms) => `Unknown ${ms} ms after the last renewal, want ${gracePeriodSeconds} to ${gracePeriodSeconds + tickSeconds} s`),
    ...(least > min + TOLERANCE_MS ? [`least ${least} ms, want at most ${min} ms`] : []),
    ...(greatest < max - TOLERANCE_MS ? [`greatest ${greatest} ms, want at least ${max} ms`] : []),
  ];
}

/** Milliseconds from the last renewal to Unknown, for nodes whose kubelets are started at all phases of the ticks. */
function simulatedDifferences(gracePeriodSeconds: number, tickSeconds: number): readonly number[] {
  const cluster = new Cluster(
    {
      name: "renewals",
      kubernetesVersion: "1.36.3",
      profile: "kubernetes-1.36",
      nodeGroups: [
        { name: NODES, count: PHASES, capacity: { cpu: "4", memory: "8Gi", pods: "110" }, agent: "fake" },
        { name: "stays", count: PHASES, capacity: { cpu: "4", memory: "8Gi", pods: "110" }, agent: "fake" },
      ],
      scaling: [],
      controlPlane: {
        etcdMembers: 1,
        apiServers: 1,
        controllerManager: { "node-monitor-grace-period": gracePeriodSeconds * SECOND, "node-monitor-period": tickSeconds * SECOND },
      },
      network: { plugin: "calico", podCIDR: "10.244.0.0/16", serviceCIDR: "10.96.0.0/16", proxyMode: "iptables" },
      kubelet: { bootDuration: 0, startupDuration: 0 },
      latencies: {},
    },
    { seed: "renewals", epoch: 0 },
  );
  const { simulation, machines } = cluster;
  const lastRenewal = new Map<string, number>();
  const unknown = new Map<string, number>();
  cluster.start();
  for (let phase = 0; phase < PHASES; phase++) {
    const machine = machines.get(`${NODES}-${phase + 1}`)!;
    // A process that is started renews at once, and not again before it is stopped a moment later.
    const restart = STARTED + Math.round((phase / PHASES) * tickSeconds * SECOND);
    simulation.at(restart, () => {
      machine.stopKubelet();
      machine.startKubelet();
      lastRenewal.set(machine.name, restart);
    });
    simulation.at(restart + SECOND, () => machine.stopKubelet());
  }
  cluster.apiServer
    .informers({ component: "watch-client" })
    .informer("Node")
    .addHandlers({
      updated: (_previous, { metadata: { name }, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === "Ready");
        if (ready?.status === "Unknown" && !unknown.has(name)) unknown.set(name, simulation.now);
      },
    });
  simulation.run(STOPPED + (gracePeriodSeconds + 2 * tickSeconds) * SECOND);
  return [...lastRenewal].map(([node, renewed]) => Math.round(((unknown.get(node) ?? Number.POSITIVE_INFINITY) - renewed) / MILLISECOND));
}
