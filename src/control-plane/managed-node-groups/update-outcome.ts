/** What an update of a managed node group is asked for, and what comes of it. */

export interface UpdateOptions {
  /** updateConfig of the group; one node at a time where neither is given. */
  readonly maxUnavailable?: number;
  readonly maxUnavailablePercentage?: number;
  /** Nodes are terminated even where their pods cannot be evicted. */
  readonly force?: boolean;
  /** Version of the new nodes; absent: as before. */
  readonly kubernetesVersion?: string;
}

/**
 * Why a group that is being updated takes no other update.
 *
 * Source: ResourceInUseException of https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html and
 * API_UpdateNodegroupConfig.html; the message is what the service answers.
 */
export const NOT_ACTIVE = {
  errorCode: "ResourceInUseException",
  errorMessage: "Nodegroup cannot be updated as it is currently not in Active State",
} as const;

/** Names of errors and their messages are those of EKS. Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_ErrorDetail.html */
export type UpdateOutcome =
  | { readonly status: "Successful" }
  | {
      readonly status: "Refused";
      readonly errorCode: "ResourceInUseException" | "InvalidParameterException";
      readonly errorMessage: string;
    }
  | {
      readonly status: "Failed";
      readonly errorCode: "PodEvictionFailure" | "NodeCreationFailure" | "AsgInstanceLaunchFailures";
      readonly errorMessage: string;
      readonly resourceIds: readonly string[];
    };

export type Failure = Extract<UpdateOutcome, { status: "Failed" }>;

export function failure(errorCode: Failure["errorCode"], errorMessage: string, resourceIds: readonly string[]): Failure {
  return { status: "Failed", errorCode, errorMessage, resourceIds };
}
