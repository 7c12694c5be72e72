/**
 * The in-tree plugins, one line each, in upstream's default order and with its default weights.
 *
 * Source: pkg/scheduler/framework/plugins/registry.go, pkg/scheduler/apis/config/v1/default_plugins.go
 */
import { defaultedArgs } from "../configuration/default-args.js";
import type { Handle } from "../framework/handle.js";
import type { Plugin } from "../framework/plugin.js";
import type { Profile } from "../framework/profile.js";
import { DefaultBinder } from "./default-binder.js";
import { DefaultPreemption } from "./default-preemption.js";
import { DynamicResources } from "./dynamic-resources.js";
import { NodeAffinity } from "./node-affinity.js";
import { NodeName } from "./node-name.js";
import { NodePorts } from "./node-ports.js";
import { NodeResourcesBalancedAllocation } from "./node-resources-balanced-allocation.js";
import { NodeResourcesFit } from "./node-resources-fit.js";
import { NodeUnschedulable } from "./node-unschedulable.js";
import { PrioritySort } from "./priority-sort.js";
import { SchedulingGates } from "./scheduling-gates.js";
import { ImageLocality } from "./image-locality.js";
import { InterPodAffinity } from "./inter-pod-affinity.js";
import { NodeVolumeLimits } from "./node-volume-limits.js";
import { PodTopologySpread } from "./pod-topology-spread.js";
import { VolumeBinding } from "./volume-binding.js";
import { VolumeRestrictions } from "./volume-restrictions.js";
import { VolumeZone } from "./volume-zone.js";
import { TaintToleration } from "./taint-toleration.js";

export type PluginArguments = Readonly<Record<string, unknown>>;
/** The profile is the one that the plugin is made for, which is whole only after all its plugins are made. */
export type PluginFactory = (args: PluginArguments, handle: Handle, profile: () => Profile) => Plugin;

export interface RegisteredPlugin {
  readonly name: string;
  /** Weight of its score where the configuration names none; absent where it does not score. */
  readonly weight?: number;
  readonly create: PluginFactory;
}

export const DEFAULT_PLUGINS: readonly RegisteredPlugin[] = [
  { name: SchedulingGates.NAME, create: () => new SchedulingGates() },
  { name: PrioritySort.NAME, create: () => new PrioritySort() },
  { name: NodeUnschedulable.NAME, create: () => new NodeUnschedulable() },
  { name: NodeName.NAME, create: () => new NodeName() },
  { name: TaintToleration.NAME, weight: 3, create: () => new TaintToleration() },
  { name: NodeAffinity.NAME, weight: 2, create: (args) => new NodeAffinity(defaultedArgs.NodeAffinity(args)) },
  { name: NodePorts.NAME, create: () => new NodePorts() },
  { name: NodeResourcesFit.NAME, weight: 1, create: (args, handle) => new NodeResourcesFit(defaultedArgs.NodeResourcesFit(args), handle) },
  { name: VolumeRestrictions.NAME, create: (_args, handle) => new VolumeRestrictions(handle) },
  { name: NodeVolumeLimits.NAME, create: (_args, handle) => new NodeVolumeLimits(handle) },
  { name: VolumeBinding.NAME, create: (args, handle) => new VolumeBinding(defaultedArgs.VolumeBinding(args), handle) },
  { name: VolumeZone.NAME, create: (_args, handle) => new VolumeZone(handle) },
  {
    name: PodTopologySpread.NAME,
    weight: 2,
    create: (args, handle) => new PodTopologySpread(defaultedArgs.PodTopologySpread(args), handle),
  },
  { name: InterPodAffinity.NAME, weight: 2, create: (args, handle) => new InterPodAffinity(defaultedArgs.InterPodAffinity(args), handle) },
  { name: DynamicResources.NAME, weight: 2, create: () => new DynamicResources() },
  {
    name: DefaultPreemption.NAME,
    create: (args, handle, profile) => new DefaultPreemption(defaultedArgs.DefaultPreemption(args), handle, profile),
  },
  {
    name: NodeResourcesBalancedAllocation.NAME,
    weight: 1,
    create: (args, handle) => new NodeResourcesBalancedAllocation(defaultedArgs.NodeResourcesBalancedAllocation(args), handle),
  },
  { name: ImageLocality.NAME, weight: 1, create: (_args, handle) => new ImageLocality(handle) },
  { name: DefaultBinder.NAME, create: (_args, handle) => new DefaultBinder(handle) },
];
