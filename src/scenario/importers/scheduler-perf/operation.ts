/** The operations of a scheduler_perf workload, its parameters filled in. Source of the names: test/integration/scheduler_perf */
import type { Labels } from "../../../api/types/meta.js";
import type { SimTime } from "../../../engine/simulation.js";
import type { ObjectTemplateFile } from "./object-template-file.js";

export interface CreateNodes {
  readonly opcode: "createNodes";
  readonly count: number;
  /** Absent: 4 cores, 32Gi, 110 pods. */
  readonly template?: ObjectTemplateFile;
  /** Nodes get these values of the label in turn. */
  readonly label?: { readonly key: string; readonly values: readonly string[] };
  /** Each node gets a value of its own for the label. */
  readonly uniqueLabel?: string;
  readonly allocatable?: NodeAllocatable;
}

/** What nodes have beside their template. Source: NodeAllocatableStrategy in test/utils/runners.go */
export interface NodeAllocatable {
  readonly resources: Readonly<Record<string, string>>;
  /** How many volumes each CSI driver of a node can attach. */
  readonly csiLimits: Readonly<Record<string, number>>;
  /** In-tree volume plugins that are migrated to CSI. */
  readonly migratedPlugins: readonly string[];
}

export interface CreateNamespaces {
  readonly opcode: "createNamespaces";
  readonly prefix: string;
  readonly count: number;
  readonly template?: ObjectTemplateFile;
}

export interface CreatePods {
  readonly opcode: "createPods";
  readonly count: number;
  /** Absent: namespace-N, N being the number of the operation, from 0. */
  readonly namespace?: string;
  readonly template: ObjectTemplateFile;
  readonly collectMetrics: boolean;
  readonly skipWaitToCompletion: boolean;
  /** A pod that is scheduled is deleted and another created in its place, for so long. */
  readonly steadyStateDuration?: SimTime;
  /** Each pod has a volume of its own, bound already. */
  readonly volume?: { readonly volume: ObjectTemplateFile; readonly claim: ObjectTemplateFile };
  /** So many pods in a row have the same label "signature"; absent: none has it. */
  readonly signatureBatchSize?: number;
}

export interface CreatePodSets {
  readonly opcode: "createPodSets";
  readonly count: number;
  readonly namespacePrefix: string;
  readonly createPods: CreatePods;
}

export interface Churn {
  readonly opcode: "churn";
  readonly mode: "create" | "recreate";
  /** 0: without end. */
  readonly number: number;
  readonly interval: SimTime;
  /** As for pods. */
  readonly namespace?: string;
  readonly templates: readonly ObjectTemplateFile[];
}

export interface Barrier {
  readonly opcode: "barrier";
  /** Empty: all namespaces in which pods were created. */
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
  readonly stage: "Scheduled" | "Attempted";
}

export interface Sleep {
  readonly opcode: "sleep";
  readonly duration: SimTime;
}

export interface StartCollectingMetrics {
  readonly opcode: "startCollectingMetrics";
  /** Appended to the workload's name in results. */
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly labelSelector: Labels;
}

export interface StopCollectingMetrics {
  readonly opcode: "stopCollectingMetrics";
}

export interface DeletePods {
  readonly opcode: "deletePods";
  readonly namespace: string;
  readonly labelSelector: Labels;
  /** 0: all at once. */
  readonly perSecond: number;
  readonly skipWaitToCompletion: boolean;
}

export interface CreateAny {
  readonly opcode: "createAny";
  readonly count: number;
  readonly namespace?: string;
  readonly template: ObjectTemplateFile;
}

export interface UpdateAny {
  readonly opcode: "updateAny";
  readonly count: number;
  readonly namespace?: string;
  readonly template: ObjectTemplateFile;
  /** 0: all at once. */
  readonly perSecond: number;
}

export type Operation =
  | CreateNodes
  | CreateNamespaces
  | CreatePods
  | CreatePodSets
  | Churn
  | Barrier
  | Sleep
  | StartCollectingMetrics
  | StopCollectingMetrics
  | DeletePods
  | CreateAny
  | UpdateAny;
