/** What the package offers to those who write scheduler plugins: types, and the helpers that their values are made with. */
export type {
  CustomPlugin,
  CustomPluginFactory,
  CustomPluginHandle,
  CustomRegistration,
  Verdict,
} from "./scheduler/custom/custom-plugin.js";
export type { CycleState, StateData } from "./scheduler/framework/cycle-state.js";
export type { EventResource } from "./scheduler/framework/events.js";
export type { NodeInfo } from "./scheduler/framework/node-info.js";
export type { NodeToStatus, PostFilterResult, PreFilterResult } from "./scheduler/framework/plugin.js";
export type { PodInfo } from "./scheduler/framework/pod-info.js";
export type { QueuedPodInfo } from "./scheduler/framework/queued-pod-info.js";
export { SKIP, Status, unresolvable, unschedulable, type Code } from "./scheduler/framework/status.js";
export type { RandomStream } from "./engine/random.js";
