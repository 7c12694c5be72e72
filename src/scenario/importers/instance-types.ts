/** Machine types of Amazon EC2 that scenarios name, and what a node of each offers. */

export interface InstanceType {
  readonly cpu: number;
  readonly memoryGiB: number;
  readonly gpus?: number;
  /** Network interfaces, and IPv4 addresses of each. */
  readonly interfaces: number;
  readonly addressesPerInterface: number;
}

function type(cpu: number, memoryGiB: number, interfaces: number, addressesPerInterface: number, gpus?: number): InstanceType {
  return { cpu, memoryGiB, interfaces, addressesPerInterface, ...(gpus !== undefined && { gpus }) };
}

/**
 * Source of cpu and memory: https://aws.amazon.com/ec2/instance-types/; of interfaces and addresses:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 */
export const INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = {
  "t3.small": type(2, 2, 3, 4),
  "t3.medium": type(2, 4, 3, 6),
  "t3.large": type(2, 8, 3, 12),
  "t3.xlarge": type(4, 16, 4, 15),
  "t3.2xlarge": type(8, 32, 4, 15),
  "m5.large": type(2, 8, 3, 10),
  "m5.xlarge": type(4, 16, 4, 15),
  "m5.2xlarge": type(8, 32, 4, 15),
  "m5.4xlarge": type(16, 64, 8, 30),
  "m5.8xlarge": type(32, 128, 8, 30),
  "m5.12xlarge": type(48, 192, 8, 30),
  "m5.16xlarge": type(64, 256, 15, 50),
  "m5.24xlarge": type(96, 384, 15, 50),
  "c5.large": type(2, 4, 3, 10),
  "c5.xlarge": type(4, 8, 4, 15),
  "c5.2xlarge": type(8, 16, 4, 15),
  "c5.4xlarge": type(16, 32, 8, 30),
  "c5.9xlarge": type(36, 72, 8, 30),
  "c5.18xlarge": type(72, 144, 15, 50),
  "r5.large": type(2, 16, 3, 10),
  "r5.xlarge": type(4, 32, 4, 15),
  "r5.2xlarge": type(8, 64, 4, 15),
  "r5.4xlarge": type(16, 128, 8, 30),
  "g4dn.xlarge": type(4, 16, 3, 10, 1),
  "g4dn.2xlarge": type(8, 32, 3, 10, 1),
  "p3.2xlarge": type(8, 61, 4, 15, 1),
  "p3.8xlarge": type(32, 244, 8, 30, 4),
};

/** Recommended most pods of a node with prefix delegation: below 30 vCPUs, and from there on. Source: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html */
const PODS_WITH_PREFIXES = 110;
const PODS_WITH_PREFIXES_LARGE = 250;
const LARGE_CPU = 30;

/** Most pods of a node of that type under the VPC network plugin. */
export function maxPodsOf({ cpu, interfaces, addressesPerInterface }: InstanceType, prefixDelegation: boolean): number {
  if (prefixDelegation) return cpu < LARGE_CPU ? PODS_WITH_PREFIXES : PODS_WITH_PREFIXES_LARGE;
  // One address of each interface is its own; two pods run in the host's network.
  return interfaces * (addressesPerInterface - 1) + 2;
}

/** What the EKS node image keeps for Kubernetes. Source: bootstrap of https://github.com/awslabs/amazon-eks-ami */
export function kubeReservedOf({ cpu }: InstanceType, maxPods: number): { readonly cpu: string; readonly memory: string } {
  // 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
  const shares: readonly (readonly [number, number])[] = [
    [1, 60],
    [1, 10],
    [2, 5],
    [Number.POSITIVE_INFINITY, 2.5],
  ];
  let left = cpu;
  let millis = 0;
  for (const [cores, millisPerCore] of shares) {
    const taken = Math.min(left, cores);
    millis += taken * millisPerCore;
    left -= taken;
  }
  return { cpu: `${Math.floor(millis)}m`, memory: `${255 + 11 * maxPods}Mi` };
}
