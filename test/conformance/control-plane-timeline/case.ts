/** Shape of a golden case of format control-plane-timeline/1: what was done to a real control plane, and what a watch client saw. */
import type { Taint } from "../../../src/api/types/node.js";

export interface NodeGroup {
  readonly name: string;
  /** Absent: one node that is called as the group. */
  readonly count?: number;
  /** Number of the first node; absent: 1. */
  readonly first?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Which process keeps the group alive. */
  readonly kubelet?: string;
}

/** One object by name, or the `ordinal`-th created of those that a selector matches. */
export interface Selected {
  readonly name?: string;
  readonly selector?: string;
  readonly ordinal?: number;
}

export interface DrainAction {
  readonly node: string;
  readonly ignoreDaemonSets?: boolean;
  readonly force?: boolean;
  readonly deleteEmptyDirData?: boolean;
  readonly disableEviction?: boolean;
  readonly timeoutSeconds?: number;
  readonly graceSeconds?: number;
}

export interface Action {
  /** Seconds from the start. */
  readonly at: number;
  readonly apply?: readonly unknown[];
  readonly delete?: Selected & { readonly resource: string; readonly graceSeconds?: number; readonly propagationPolicy?: string };
  readonly patch?: Selected & { readonly resource: string; readonly patch: unknown; readonly type?: "merge" | "strategic" | "json" };
  readonly scale?: Selected & { readonly resource: string; readonly replicas: number };
  readonly cordon?: string;
  readonly uncordon?: string;
  readonly drain?: DrainAction;
  readonly evict?: Selected & { readonly graceSeconds?: number };
  readonly rollback?: { readonly deployment: string; readonly toRevision?: number };
  readonly podReady?: Selected & { readonly ready: boolean };
  readonly podFate?: Selected & { readonly phase: "Succeeded" | "Failed"; readonly exitCode?: number };
  readonly stopKubelet?: string;
  readonly startKubelet?: string;
  readonly addNodes?: readonly NodeGroup[];
  readonly metrics?: { readonly selector: string; readonly cpuMilli: number };
}

export interface Fate {
  readonly phase: "Succeeded" | "Failed";
  readonly exitCode?: number;
  /** Seconds after the pod was seen Running. */
  readonly run: number;
}

export interface Fates {
  readonly selector: string;
  readonly pods?: readonly Fate[];
  readonly byIndex?: Readonly<Record<string, Fate>>;
  readonly then?: Fate;
}

/** Least, median and greatest over the runs, milliseconds from the start. */
export type Spread = readonly [number, number, number];

export interface Series {
  readonly key: string;
  readonly counts: number | readonly number[];
  readonly t: readonly Spread[];
}

export interface Sequence {
  readonly key: string;
  readonly same: boolean;
  readonly columns?: readonly string[];
  readonly values?: readonly unknown[];
  readonly t?: readonly Spread[];
  readonly perRun?: readonly (readonly (readonly [number, unknown])[])[];
  readonly final?: unknown;
  /** Least and greatest value of each column. */
  readonly bounds?: readonly (readonly [number, number])[];
}

export interface EventGroup {
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly from: string;
  readonly counts: readonly number[];
  readonly t: readonly Spread[];
  readonly messages: readonly string[];
}

export interface ActionError {
  readonly error: string;
  readonly code?: number;
  readonly reason?: string;
  readonly cause?: string;
}

export interface ActionResult {
  readonly at: number;
  readonly begin: Spread;
  readonly answered: Spread;
  readonly errors?: readonly ActionError[];
}

export interface DrainLine {
  readonly t: number;
  readonly stream: "out" | "err" | "done";
  readonly text: string | null;
}

/** What befell a node that became Unknown: moments, and how long after them the control plane reacted. Least and greatest of its pods. */
export interface NodeOutage {
  readonly node: string;
  readonly lastRenew?: number;
  readonly unknown?: number;
  readonly unknownToNoSchedule?: number | null;
  readonly unknownToNoExecute?: number | null;
  readonly unknownToPodsNotReady?: readonly [number, number] | null;
  readonly noExecuteToPodsDeleting?: readonly [number, number] | null;
  readonly back?: number;
  readonly backToNoScheduleRemoved?: number | null;
  readonly backToNoExecuteRemoved?: number | null;
  readonly backToPodsDeleted?: readonly [number, number] | null;
}

export interface TimelineCase {
  readonly name: string;
  readonly runs: number;
  readonly durationSeconds: number;
  readonly nodes: readonly NodeGroup[];
  /** Objects that are there before the first action. */
  readonly setup?: readonly unknown[];
  readonly actions: readonly Action[];
  readonly fates?: readonly Fates[];
  readonly extraFlags?: {
    readonly apiServerArgs?: readonly string[];
    readonly controllerManagerArgs?: readonly string[];
    readonly schedulerArgs?: readonly string[];
  };
  readonly startSecondOfMinute?: number;
  readonly nodeMonitorTickPhaseMs?: readonly number[];
  readonly outages?: readonly { readonly run: number; readonly nodes: readonly NodeOutage[] }[];
  readonly actionResults: readonly ActionResult[];
  readonly series: readonly Series[];
  readonly sequences: readonly Sequence[];
  readonly events: readonly EventGroup[];
  readonly drain?: readonly (readonly DrainLine[])[];
}

/** `[t, "Kind name", what, value]`; transitions without a value have three entries. */
export type Transition = readonly [number, string, string, unknown?];

export interface SeenEvent {
  readonly t: number;
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly from: string;
  readonly message: string;
}

export interface OwnActionResult {
  readonly at: number;
  readonly begin: number;
  readonly answered: number;
  /** The one error, as recordings list those of their runs. */
  readonly errors?: readonly ActionError[];
}

/** What the simulator did, in the form in which recordings are written. */
export interface Observed {
  readonly transitions: readonly Transition[];
  readonly events: readonly SeenEvent[];
  readonly actionResults: readonly OwnActionResult[];
  readonly drain: readonly DrainLine[];
}
