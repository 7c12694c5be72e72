/**
 * Rejects nodes in other zones than a bound volume's zone and region labels name.
 *
 * Source: pkg/scheduler/framework/plugins/volumezone/volume_zone.go
 */
import { BETA_REGION_LABEL, BETA_ZONE_LABEL, REGION_LABEL, ZONE_LABEL } from "../../api/topology-labels.js";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../api/types/index.js";
import type { CycleState, StateData } from "../framework/cycle-state.js";
import { ADD, queueIf, UPDATE, UPDATE_NODE_LABEL, type EventRegistration } from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Answer, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { SKIP, unresolvable, type Status } from "../framework/status.js";
import {
  claimNotFound,
  storageClassNotFound,
  storageClassOfClaim,
  volumeNotFound,
  waitsForConsumer,
  signVolumes,
  usesClaim,
} from "./volume-claims.js";

/** Older labels and those that replaced them. */
const GA_LABEL: Readonly<Record<string, string>> = {
  [BETA_ZONE_LABEL]: ZONE_LABEL,
  [BETA_REGION_LABEL]: REGION_LABEL,
};
const TOPOLOGY_LABELS = [...Object.keys(GA_LABEL), ...Object.values(GA_LABEL)];
/** Several zones in one label are parted by this (cloud-provider volume/helpers). */
const ZONE_SEPARATOR = "__";

class Topologies implements StateData {
  constructor(readonly list: readonly { readonly key: string; readonly values: ReadonlySet<string> }[]) {}

  clone(): this {
    return this;
  }
}

export class VolumeZone implements Plugin {
  static readonly NAME = "VolumeZone";
  readonly name = VolumeZone.NAME;
  readonly concerns = "pods with volumes";
  private readonly conflict = unresolvable(this.name, "node(s) had no available volume zone");

  constructor(private readonly handle: Handle) {}

  preFilter(state: CycleState, pod: PodInfo): { readonly status?: Status } | undefined {
    const topologies: { key: string; values: ReadonlySet<string> }[] = [];
    for (const { persistentVolumeClaim } of pod.pod.spec.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const volume = this.volumeOf(pod.shape.namespace, persistentVolumeClaim.claimName);
      if (typeof volume === "string") return { status: unresolvable(this.name, volume) };
      if (volume !== undefined) topologies.push(...topologiesOf(volume));
    }
    if (topologies.length === 0) return { status: SKIP };
    state.write(this.name, new Topologies(topologies));
    return undefined;
  }

  /** The volume that a claim is bound to, undefined where it is yet to be bound, or a text where it cannot be found out. */
  private volumeOf(namespace: string, name: string): PersistentVolume | string | undefined {
    const { listers } = this.handle;
    if (name === "") return "PersistentVolumeClaim had no name";
    const claim = listers.informer("PersistentVolumeClaim").get(`${namespace}/${name}`);
    if (claim === undefined) return claimNotFound(name);
    const volumeName = claim.spec.volumeName ?? "";
    if (volumeName !== "") return listers.informer("PersistentVolume").get(volumeName) ?? volumeNotFound(volumeName);
    const className = storageClassOfClaim(claim);
    if (className === "") return "PersistentVolumeClaim had no pv name and storageClass name";
    const storageClass = listers.informer("StorageClass").get(className);
    if (storageClass === undefined) return storageClassNotFound(className);
    return waitsForConsumer(storageClass) ? undefined : "PersistentVolume had no name";
  }

  /** A node without any of the labels passes: the cluster has a single zone. */
  filter(state: CycleState, _pod: PodInfo, { node }: NodeInfo): Answer {
    const labels = node.metadata.labels ?? {};
    if (!TOPOLOGY_LABELS.some((label) => Object.hasOwn(labels, label))) return undefined;
    const { list } = state.read(this.name) as Topologies;
    for (const { key, values } of list) {
      const value = labels[key] ?? labels[GA_LABEL[key] ?? key];
      if (value === undefined || !values.has(value)) return this.conflict;
    }
    return undefined;
  }

  sign({ pod }: PodInfo): string {
    return signVolumes(pod);
  }

  eventsToRegister(): readonly EventRegistration[] {
    return [
      {
        resource: "StorageClass",
        actions: ADD,
        hint: queueIf<StorageClass>((_pod, _previous, added) => added !== undefined && waitsForConsumer(added)),
      },
      { resource: "Node", actions: ADD | UPDATE_NODE_LABEL },
      {
        resource: "PersistentVolumeClaim",
        actions: ADD | UPDATE,
        hint: queueIf<PersistentVolumeClaim>(({ pod }, _previous, claim) => usesClaim(pod, claim)),
      },
      {
        resource: "PersistentVolume",
        actions: ADD | UPDATE,
        hint: queueIf<PersistentVolume>(
          (_pod, previous, current) =>
            previous === undefined || TOPOLOGY_LABELS.some((key) => previous.metadata.labels?.[key] !== current?.metadata.labels?.[key]),
        ),
      },
    ];
  }
}

function topologiesOf(volume: PersistentVolume): { key: string; values: ReadonlySet<string> }[] {
  const labels = volume.metadata.labels ?? {};
  return TOPOLOGY_LABELS.filter((key) => Object.hasOwn(labels, key)).map((key) => ({
    key,
    values: new Set(labels[key].split(ZONE_SEPARATOR)),
  }));
}
