/**
 * Statistics of a node and its pods as the kubelet's summary API gives them, as far as evictions look at them. Absent: not measured.
 *
 * Source: k8s.io/kubelet/pkg/apis/stats/v1alpha1/types.go.
 */
import type { Timestamp } from "../../api/types/meta.js";

export interface FsStats {
  readonly time?: Timestamp;
  readonly availableBytes?: number;
  readonly capacityBytes?: number;
  readonly inodesFree?: number;
  readonly inodes?: number;
  readonly usedBytes?: number;
  readonly inodesUsed?: number;
}

export interface NodeStats {
  readonly memory?: { readonly time?: Timestamp; readonly availableBytes?: number; readonly workingSetBytes?: number };
  /** Root file system of the kubelet. */
  readonly fs?: FsStats;
  readonly runtime?: { readonly imageFs?: FsStats; readonly containerFs?: FsStats };
  /** Process numbers: the most there can be, and those in use. */
  readonly rlimit?: { readonly time?: Timestamp; readonly maxpid?: number; readonly curproc?: number };
}

export interface ContainerStats {
  readonly name: string;
  readonly memory?: { readonly workingSetBytes?: number };
  readonly rootfs?: FsStats;
  readonly logs?: FsStats;
}

export interface PodStats {
  readonly uid: string;
  readonly containers: readonly ContainerStats[];
  readonly memory?: { readonly workingSetBytes?: number };
  readonly volumes?: readonly (FsStats & { readonly name: string })[];
  readonly ephemeralStorage?: { readonly usedBytes?: number };
  readonly processCount?: number;
}

export interface Summary {
  readonly node: NodeStats;
  readonly pods: readonly PodStats[];
}
