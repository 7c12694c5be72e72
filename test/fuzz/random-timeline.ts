/** Random steps: what administrators do, and what breaks. */
import type { TimelineStep } from "../../src/scenario/schema/timeline.js";
import type { Draw } from "./draw.js";
import type { RandomCluster } from "./random-cluster.js";
import type { RandomWorkload } from "./random-workloads.js";

const REPLICATED: ReadonlySet<string> = new Set(["deployment", "statefulset", "replicaset", "replicationcontroller"]);
const ROLLED_OUT: ReadonlySet<string> = new Set(["deployment", "statefulset", "daemonset"]);

const MOST_NODES = 10;

export function randomStep(draw: Draw, at: string, cluster: RandomCluster, workloads: readonly RandomWorkload[]): TimelineStep {
  if (cluster.isElastic && draw.chance(0.15)) return { at, eksctl: randomGroupCommand(draw) };
  return draw.chance(0.4) ? randomFault(draw, at, cluster, workloads) : { at, kubectl: randomCommand(draw, cluster, workloads) };
}

function randomCommand(draw: Draw, { workers, masters }: RandomCluster, workloads: readonly RandomWorkload[]): string {
  const { type, name, namespace, pods } = draw.one(workloads);
  const object = `${type}/${name} -n ${namespace}`;
  const node = draw.one(draw.chance(0.9) ? workers : masters);
  const commands = [
    `cordon ${node}`,
    `uncordon ${node}`,
    `drain ${node} --ignore-daemonsets --force --delete-emptydir-data --timeout=${draw.one(["30s", "90s", "5m"])}`,
    `taint nodes ${node} fuzz=x:${draw.one(["NoSchedule", "NoExecute", "PreferNoSchedule"])} --overwrite`,
    `taint nodes ${node} fuzz-`,
    `delete pod -n ${namespace} -l app=${name}${draw.one(["", " --now", " --force --grace-period=0"])}`,
    `label pod -n ${namespace} -l app=${name} ${draw.one(["app=stray --overwrite", "extra=1 --overwrite"])}`,
    `delete ${object} --cascade=${draw.one(["background", "foreground", "orphan"])}`,
    ...(REPLICATED.has(type)
      ? Array.from({ length: 4 }, (_, index) => `scale ${object} --replicas=${draw.between(0, 4 + 2 * index)}`)
      : []),
    ...(ROLLED_OUT.has(type)
      ? [
          `set image ${object} main=web:${draw.one(["1.2", "1.3", "1.0:broken"])}`,
          `set resources ${object} --requests=cpu=${draw.one([50, 200, 400])}m`,
          `rollout undo ${object}`,
          `rollout restart ${object}`,
        ]
      : []),
    ...(type === "deployment" ? [`rollout pause ${object}`, `rollout resume ${object}`, `rollout undo ${object} --to-revision=1`] : []),
    ...(type === "job" ? [true, false].map((suspend) => `patch ${object} --type=merge -p '{"spec":{"suspend":${suspend}}}'`) : []),
    ...(draw.chance(0.3)
      ? [
          `patch ${object} --type=merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'`,
          `patch ${object} --type=merge -p '{"metadata":{"finalizers":[]}}'`,
          `delete service,pdb,quota --all -n ${namespace}`,
          `label node ${node} kubernetes.io/hostname=elsewhere --overwrite`,
          `create quota small -n ${namespace} --hard=pods=${draw.between(1, 6)}`,
          `delete pvc --all -n ${namespace}`,
          `annotate pv --all kubewarp.io/attach-error="rpc error: code = Internal desc = refused" --overwrite`,
          `annotate pv --all kubewarp.io/attach-error-`,
          `annotate pod --all -n ${namespace} cluster-autoscaler.kubernetes.io/safe-to-evict=${draw.one(["true", "false"])} --overwrite`,
          `delete clusterrolebinding system:controller:${draw.one(["replicaset-controller", "job-controller", "node-controller"])}`,
          `delete pod --all -n kube-system`,
        ]
      : []),
    ...pods.map((pod) => `exec ${pod} -n ${namespace} -- kill 1`),
    ...(draw.chance(0.1) ? [`delete node ${draw.one(workers)}`] : []),
    ...(draw.chance(0.1) && namespace !== "default" ? [`delete namespace ${namespace}`] : []),
  ];
  return draw.one(commands);
}

function randomGroupCommand(draw: Draw): string {
  return draw.one(["upgrade nodegroup --name=worker", `scale nodegroup --name=worker --nodes=${draw.between(1, MOST_NODES)}`]);
}

function randomFault(draw: Draw, at: string, cluster: RandomCluster, workloads: readonly RandomWorkload[]): TimelineStep {
  const { workers, masters, zones } = cluster;
  const node = draw.one(draw.chance(0.75) ? workers : masters);
  const lasts = draw.maybe(0.85, () => ({ for: draw.one(["2s", "10s", "30s", "70s", "4m", "7m"]) }));
  const pod = workloads.flatMap(({ pods, namespace }) => pods.map((name) => ({ pod: name, namespace })));
  const both = [...workers, ...masters];
  const hosts = [...new Set(draw.times(draw.between(1, 3), () => draw.one(both)))];
  const choices: TimelineStep[] = [
    { at, fault: "nodePowerOff", node, ...lasts },
    { at, fault: "kubeletStop", node, ...lasts },
    { at, fault: "networkPartition", hosts, ...lasts },
    { at, fault: "apiServerLoss", node: draw.one(masters), ...lasts },
    { at, fault: "etcdMemberLoss", member: `etcd-${draw.between(1, masters.length)}`, ...lasts },
    // So many that the quorum is lost.
    { at, fault: "networkPartition", hosts: masters.slice(0, Math.ceil((masters.length + 1) / 2)), ...lasts },
    ...(zones.length > 0 ? [{ at, fault: "zoneOutage", zone: draw.one(zones), ...lasts } as const] : []),
    ...(pod.length > 0 ? [{ at, fault: "containerKill", ...draw.one(pod) } as const] : []),
  ];
  return draw.one(choices);
}
