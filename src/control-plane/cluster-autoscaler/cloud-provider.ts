/** What the cluster autoscaler asks of a cloud. Source of the idea: cluster-autoscaler/cloudprovider/cloud_provider.go */
import type { Node } from "../../api/types/node.js";

/** Why a machine could not be made. */
export interface InstanceError {
  readonly errorClass: "OutOfResourcesErrorClass" | "OtherErrorClass";
  readonly code: string;
  readonly message: string;
}

/** A machine that a node group has, or has asked for. */
export interface CloudInstance {
  /** Name of its node, once that is registered. */
  readonly name: string;
  readonly error?: InstanceError;
}

export interface NodeGroup {
  readonly id: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** Machines that there should be, those on the way included. */
  readonly targetSize: number;
  /** Machines that are there or on the way; those that were deleted are not. */
  readonly instances: readonly CloudInstance[];
  /** Asks for more machines. */
  increaseSize(by: number): void;
  /** Deletes these machines and lowers the target size by as many. */
  deleteNodes(names: readonly string[]): void;
  /** What a node of the group would look like, for a group that has none. */
  templateNode(): Node;
}

export interface CloudProvider {
  readonly nodeGroups: readonly NodeGroup[];
  /** The group that the machine belongs to; undefined where it belongs to none, or has been deleted. */
  groupOf(node: string): NodeGroup | undefined;
  /** Called when machines or sizes have changed. */
  onChange(listener: () => void): void;
}
