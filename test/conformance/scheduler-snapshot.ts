/** A scheduler's cache and profiles set up from the snapshot of a golden case. */
import { decode } from "../../src/api/decode.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import { mergeLabelKeys } from "../../src/api/prepare.js";
import type { ApiObject, Node, Pod } from "../../src/api/types/index.js";
import { SECOND } from "../../src/engine/simulation.js";
import { RandomStreams } from "../../src/engine/random.js";
import { Cache } from "../../src/scheduler/cache/cache.js";
import { buildProfiles } from "../../src/scheduler/configuration/build-profiles.js";
import { schedulerConfigurationFromText } from "../../src/scheduler/configuration/scheduler-configuration.js";
import type { SchedulerConfiguration } from "../../src/scheduler/configuration/types.js";
import type { Handle } from "../../src/scheduler/framework/handle.js";
import { listersOf } from "../../src/scheduler/framework/listers.js";
import { PodInfo } from "../../src/scheduler/framework/pod-info.js";
import { PodShapes } from "../../src/scheduler/framework/pod-shape.js";
import type { Profile } from "../../src/scheduler/framework/profile.js";
import { ResourceIndex } from "../../src/scheduler/framework/resources.js";
import { Nominator } from "../../src/scheduler/queue/nominator.js";

export type Snapshot = Readonly<Record<string, readonly unknown[]>>;

/** Any moment will do: no golden case of these kinds depends on the clock. */
const NOW = 1_700_000_000 * SECOND;

/** What the API server makes of a pod's manifest, short of admission. */
export function storedPod(manifest: unknown): Pod {
  const pod = applyDefaults(decode(manifest)) as Pod;
  return { ...pod, spec: mergeLabelKeys(pod.spec, pod.metadata.labels ?? {}) };
}

export interface Setting {
  readonly handle: Handle;
  readonly profile: Profile;
  readonly podInfo: (pod: Pod) => PodInfo;
}

/** Cache and first profile of the configuration (YAML; the default one where absent), knowing the objects of the snapshot. */
export function settingOf(snapshot: Snapshot, configuration: string | SchedulerConfiguration = {}): Setting {
  const resources = new ResourceIndex();
  const cache = new Cache(resources);
  const shapes = new PodShapes(resources);
  const others: ApiObject[] = [];
  const streams = new RandomStreams(1, 0);
  for (const [list, manifests] of Object.entries(snapshot)) {
    if (list !== "nodes" && list !== "pods") for (const manifest of manifests) others.push(applyDefaults(decode(manifest)));
  }
  const handle: Handle = {
    cache,
    shapes,
    listers: listersOf(others),
    nominator: new Nominator(),
    versions: { namespaces: 0, selectors: 0 },
    now: () => NOW,
    stream: (name) => streams.stream(name),
  };
  const podInfo = (pod: Pod): PodInfo => new PodInfo(pod, shapes.shapeOf(pod));
  for (const manifest of snapshot["nodes"] ?? []) cache.addNode(applyDefaults(decode(manifest)) as Node);
  for (const manifest of snapshot["pods"] ?? []) {
    const pod = storedPod(manifest);
    if (pod.spec.nodeName !== undefined) cache.addPod(podInfo(pod), pod.spec.nodeName);
    else handle.nominator.add(podInfo(pod));
  }
  const parsed = typeof configuration === "string" ? schedulerConfigurationFromText(configuration) : configuration;
  const profile = [...buildProfiles(parsed, handle).values()][0];
  return { handle, profile, podInfo };
}
