/** `timeline:` kubectl command lines and faults at given times. */
import Type, { type Static, type TLiteral, type TObject, type TSchema } from "typebox";
import { closed, DurationText, ObjectName, Text } from "./value.js";

const CommandExpectations = {
  expectError: Type.Optional(
    Type.Unsafe<string>({
      ...Text,
      description: "The command must fail, with this text in its message. Without it, a command that fails makes the run fail.",
    }),
  ),
  expectOutput: Type.Optional(Type.Unsafe<string>({ ...Text, description: "This text must be in what the command prints." })),
};

const KubectlStep = closed({
  at: DurationText,
  kubectl: Type.Unsafe<string>({ ...Text, description: 'A command line without "kubectl", such as "scale deployment/web --replicas=5".' }),
  ...CommandExpectations,
});

const EksctlStep = closed({
  at: DurationText,
  eksctl: Type.Unsafe<string>({ ...Text, description: 'A command line without "eksctl", such as "upgrade nodegroup --name=workers".' }),
  ...CommandExpectations,
});

const EtcdStep = closed({
  at: DurationText,
  etcd: Type.Unsafe<string>({
    ...Text,
    description: 'A command line without "etcdctl" or "etcdutl", such as "snapshot save backup.db".',
  }),
  for: Type.Optional(
    Type.Unsafe<string | 0>({ ...DurationText, description: "How long the API servers are stopped by a restore; 30s where it is absent." }),
  ),
  ...CommandExpectations,
});

function fault<N extends string, P extends Record<string, TSchema>>(name: N, targets: P, description: string) {
  return closed({ at: DurationText, fault: Type.Literal(name), ...targets }, { description }) as TObject<
    { at: typeof DurationText; fault: TLiteral<N> } & P
  >;
}

const Node = Type.Unsafe<string>({ ...ObjectName, description: "Name of a node." });
const For = Type.Optional(
  Type.Unsafe<string | 0>({ ...DurationText, description: "After so long the opposite happens; absent: it lasts." }),
);
const Hosts = Type.Array(ObjectName, { minItems: 1, description: "Names of nodes." });
const Member = Type.String({ pattern: "^etcd-[1-9]$", errorMessage: "must be the name of an etcd member: etcd-1, etcd-2, ..." });

export const FaultStep = Type.Union([
  fault("nodePowerOff", { node: Node, for: For }, "A machine loses power."),
  fault("nodePowerOn", { node: Node }, "A machine boots and its kubelet starts."),
  fault("kubeletStop", { node: Node, for: For }, "The kubelet stops; containers run on."),
  fault("kubeletStart", { node: Node }, "The kubelet starts again."),
  fault("networkPartition", { hosts: Hosts, for: For }, "The hosts reach each other but nobody else."),
  fault("networkHeal", { hosts: Type.Optional(Hosts) }, "Ends the partitions that involve the hosts, or all."),
  fault(
    "brNetfilterUnload",
    { node: Node, for: For },
    "The kernel module br_netfilter goes: pods stay Ready, connections to services time out.",
  ),
  fault("brNetfilterLoad", { node: Node }, "The kernel module br_netfilter is loaded again."),
  fault("etcdMemberLoss", { member: Member, for: For }, "A member of etcd is lost."),
  fault("etcdMemberReturn", { member: Member }, "A member of etcd returns."),
  fault("apiServerLoss", { node: Node, for: For }, "The API server of that control-plane node stops."),
  fault("apiServerReturn", { node: Node }, "The API server of that control-plane node starts again."),
  fault("zoneOutage", { zone: Text, for: For }, "All machines of a zone lose power."),
  fault("zoneReturn", { zone: Text }, "All machines of a zone boot."),
  fault(
    "containerKill",
    { pod: ObjectName, namespace: Type.Optional(ObjectName), container: Type.Optional(ObjectName) },
    "The main process of a container is killed.",
  ),
]);
export type FaultStep = Static<typeof FaultStep>;

export const TimelineStep = Type.Union([KubectlStep, EksctlStep, EtcdStep, ...FaultStep.anyOf]);
export type TimelineStep = Static<typeof TimelineStep>;
