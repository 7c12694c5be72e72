/** What a scheduler is made of. */
import type { Timestamp } from "../api/types/index.js";
import type { ApiClient, InformerFactory } from "../control-plane/apiserver/client.js";
import { constant, type Distribution } from "../engine/distribution.js";
import { MILLISECOND, type Simulation } from "../engine/simulation.js";
import type { PluginFactories } from "./configuration/build-profiles.js";
import type { SchedulerConfiguration } from "./configuration/types.js";
import type { Extender } from "./extenders/extender.js";
import type { TieBreakRule } from "./node-selection.js";
import type { SchedulerObserver } from "./observer.js";

/**
 * Simulated duration of a scheduling attempt in microseconds where none is given: 3 ms, about the 349 pods a second that
 * kube-scheduler 1.36 reached against an API server on 500 nodes (scheduler_perf, SchedulingBasic/500Nodes).
 */
export const DEFAULT_ATTEMPT_DURATION: Distribution = constant(3 * MILLISECOND);

export interface SchedulerOptions {
  readonly simulation: Simulation;
  /** Simulated wall-clock time at which the simulation begins. */
  readonly epoch: Timestamp;
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly configuration?: SchedulerConfiguration;
  readonly observer?: SchedulerObserver;
  /** Plugins that are not in-tree, by name. */
  readonly plugins?: PluginFactories;
  /** The extenders that the configuration names, in the order in which they are asked. */
  readonly extenders?: readonly Extender[];
  /** How long an attempt keeps the scheduler busy, in microseconds; sampled from the stream "scheduler/attempt". */
  readonly attemptDuration?: Distribution;
  /** How equal totals are told apart; as upstream by default, "random" draws from the stream "scheduler/tie-break". */
  readonly tieBreak?: TieBreakRule;
  /** Feature gate SchedulerPopFromBackoffQ, on by default. */
  readonly popFromBackoffQ?: boolean;
}
