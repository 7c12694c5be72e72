/** `timeline:` with its command lines parsed and its faults checked against the cluster. */
import type { ClusterDescription } from "../../cluster/description.js";
import { formatPath } from "../../api/decode-problem.js";
import { parseEksctl } from "../eksctl/command.js";
import { DEFAULT_DOWNTIME, parseEtcd } from "../etcd/command.js";
import { parseKubectl } from "../kubectl/command.js";
import { UsageError } from "../kubectl/usage-error.js";
import type { ReadManifests } from "../kubectl/verb.js";
import { readManifestFiles } from "../manifests.js";
import type { Path } from "../mistake.js";
import type { EksctlStep, EtcdStep, Fault, FaultStep, KubectlStep, NodeFaultName, TimelineStep } from "../scenario.js";
import type { FaultStep as FaultSchema, TimelineStep as StepSchema } from "../schema/timeline.js";
import { suggestion } from "../suggestion.js";
import { durationOf, optionalDuration, type Source } from "./source.js";

/** What ends a fault. */
const OPPOSITE = {
  nodePowerOff: "nodePowerOn",
  kubeletStop: "kubeletStart",
  brNetfilterUnload: "brNetfilterLoad",
  apiServerLoss: "apiServerReturn",
  networkPartition: "networkHeal",
  etcdMemberLoss: "etcdMemberReturn",
  zoneOutage: "zoneReturn",
} as const;

/** Steps in order of time. */
export function normalizeTimeline(
  steps: readonly StepSchema[],
  cluster: ClusterDescription,
  duration: number,
  source: Source,
): readonly TimelineStep[] {
  const known = namesOf(cluster);
  const all = steps.flatMap((step, index): readonly TimelineStep[] => {
    const path = ["timeline", index];
    if (durationOf(step.at) > duration)
      source.wrong([...path, "at"], `Invalid value: "${step.at}": must not be later than the end of the run (duration)`);
    if ("kubectl" in step) return kubectlStep(step, path, source);
    if ("etcd" in step) return etcdStep(step, path, source);
    return "eksctl" in step ? eksctlStep(step, path, known, source) : faultSteps(step, path, known, source);
  });
  return all.sort((a, b) => a.at - b.at);
}

function kubectlStep(step: Extract<StepSchema, { kubectl: string }>, path: Path, source: Source): readonly KubectlStep[] {
  const place = [...path, "kubectl"];
  const readManifests: ReadManifests = (file) =>
    readManifestFiles(source.relative(file), (message) => source.wrong(place, message), source.mistakes);
  return parsed(place, source, () => ({
    kind: "kubectl",
    text: step.kubectl,
    command: parseKubectl(step.kubectl, readManifests, (file) => source.relative(file)),
    ...commandOf(step, place, source),
  }));
}

function eksctlStep(step: Extract<StepSchema, { eksctl: string }>, path: Path, known: KnownNames, source: Source): readonly EksctlStep[] {
  const place = [...path, "eksctl"];
  return parsed(place, source, () => {
    const command = parseEksctl(step.eksctl);
    const { text: name, offset } = command.nodeGroup;
    if (!known.growing.includes(name)) {
      const choice =
        known.growing.length === 0 ? "none is: give groups minSize, maxSize or maxUnavailable" : suggestion(name, known.growing);
      throw new UsageError(`there is no managed nodegroup "${name}"; ${choice}`, offset);
    }
    return { kind: "eksctl", text: step.eksctl, command, ...commandOf(step, place, source) };
  });
}

function etcdStep(step: Extract<StepSchema, { etcd: string }>, path: Path, source: Source): readonly EtcdStep[] {
  const place = [...path, "etcd"];
  return parsed(place, source, () => {
    const command = parseEtcd(step.etcd);
    if (step.for !== undefined && !command.stopsApiServers) source.wrong([...path, "for"], "belongs to snapshot restore alone", "key");
    return {
      kind: "etcd",
      text: step.etcd,
      command,
      downtime: optionalDuration(step.for) ?? DEFAULT_DOWNTIME,
      ...commandOf(step, place, source),
    };
  });
}

function commandOf(
  { at, expectError, expectOutput }: { at: string | 0; expectError?: string; expectOutput?: string },
  place: Path,
  source: Source,
) {
  return {
    at: durationOf(at),
    ...(expectError !== undefined && { expectError }),
    ...(expectOutput !== undefined && { expectOutput }),
    file: source.file,
    line: source.line(place),
  };
}

/** A step whose command line is wrong is a mistake at its place. */
function parsed<Step>(place: Path, source: Source, parse: () => Step): readonly Step[] {
  const before = source.mistakes.length;
  try {
    return [parse()];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // What follows from a mistake in a file that the command names is not told beside it.
    if (source.mistakes.length > before) return [];
    const { line, column } = source.document.locate(place);
    source.mistakes.push({
      file: source.file,
      line,
      column: column + (error.offset ?? 0),
      message: `${formatPath(place)}: ${error.message}`,
    });
    return [];
  }
}

interface KnownNames {
  readonly nodes: readonly string[];
  /** Groups that may grow: their nodes are called GROUP-N. */
  readonly growing: readonly string[];
  readonly masters: readonly string[];
  readonly zones: readonly string[];
  readonly members: readonly string[];
}

function namesOf({ nodeGroups, scaling, controlPlane }: ClusterDescription): KnownNames {
  const names = ({ name, count }: ClusterDescription["nodeGroups"][number]) =>
    count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  return {
    nodes: nodeGroups.flatMap(names),
    growing: scaling.map(({ group }) => group),
    masters: nodeGroups.filter((group) => group.controlPlane === true).flatMap(names),
    zones: [...new Set(nodeGroups.flatMap(({ zones = [] }) => zones))],
    members: Array.from({ length: controlPlane.etcdMembers }, (_, index) => `etcd-${index + 1}`),
  };
}

function faultSteps(step: FaultSchema, path: Path, known: KnownNames, source: Source): readonly FaultStep[] {
  const at = durationOf(step.at);
  const fault = faultOf(step, path, known, source);
  const place = { file: source.file, line: source.line(path) };
  const lasts = "for" in step ? optionalDuration(step.for) : undefined;
  const first: FaultStep = { kind: "fault", at, fault, ...place };
  if (lasts === undefined) return [first];
  const opposite = { ...fault, name: OPPOSITE[fault.name as keyof typeof OPPOSITE] } as Fault;
  return [first, { kind: "fault", at: at + lasts, fault: opposite, ...place }];
}

function faultOf(step: FaultSchema, path: Path, known: KnownNames, source: Source): Fault {
  const check = (name: string, field: readonly (string | number)[], names: readonly string[], what: string) => {
    if (names.includes(name) || known.growing.some((group) => name.startsWith(`${group}-`))) return;
    const choice =
      names.length > 10
        ? suggestion(name, names).replace(/^known are .*/, `the cluster has ${names.length}`)
        : names.length === 0
          ? "the cluster has none"
          : suggestion(name, names);
    source.wrong([...path, ...field], `Invalid value: "${name}": there is no such ${what}; ${choice}`);
  };
  switch (step.fault) {
    case "networkPartition":
    case "networkHeal":
      step.hosts?.forEach((host, index) => check(host, ["hosts", index], known.nodes, "node"));
      return { name: step.fault, hosts: step.hosts ?? [] };
    case "etcdMemberLoss":
    case "etcdMemberReturn":
      check(step.member, ["member"], known.members, "etcd member");
      return { name: step.fault, member: step.member };
    case "zoneOutage":
    case "zoneReturn":
      check(step.zone, ["zone"], known.zones, "zone");
      return { name: step.fault, zone: step.zone };
    case "containerKill":
      return {
        name: step.fault,
        pod: step.pod,
        namespace: step.namespace ?? "default",
        ...(step.container !== undefined && { container: step.container }),
      };
    case "apiServerLoss":
    case "apiServerReturn":
      check(step.node, ["node"], known.masters, "control-plane node");
      return { name: step.fault, node: step.node };
    default:
      check(step.node, ["node"], known.nodes, "node");
      return { name: step.fault satisfies NodeFaultName, node: step.node };
  }
}
