/**
 * The Leases that a cluster renews without a write of its own each time: those of nodes, whose renewals are rates, and those of the
 * scheduler's and controller manager's election. They are made for whoever looks, at the moment at which he does.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/leases/
 */
import type { Timestamp } from "../api/types/meta.js";
import type { Lease, Node } from "../api/types/node.js";
import type { NodeHeartbeats } from "../control-plane/apiserver/heartbeats.js";
import type { LeaderElection } from "../control-plane/leader-election.js";
import { SECOND, type SimTime } from "../engine/simulation.js";

const NODE_NAMESPACE = "kube-node-lease";
const ELECTION_NAMESPACE = "kube-system";
/** Source: the default of nodeLeaseDurationSeconds in KubeletConfiguration. */
const NODE_LEASE_SECONDS = 40;

export interface LeaseSurroundings {
  readonly epoch: Timestamp;
  readonly now: () => SimTime;
  readonly nodes: () => Iterable<Node>;
  readonly heartbeats: Pick<NodeHeartbeats, "lastRenewal">;
  readonly elections: readonly Pick<LeaderElection, "lease">[];
}

export class Leases {
  constructor(private readonly around: LeaseSurroundings) {}

  /** All that are held in a namespace, or anywhere, by name. */
  list(namespace?: string): readonly Lease[] {
    const all = [...this.ofNodes(), ...this.ofElections()];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  private ofNodes(): readonly Lease[] {
    const { nodes, heartbeats, now, epoch } = this.around;
    return [...nodes()].flatMap(({ metadata }) => {
      const { name, uid = "", creationTimestamp } = metadata;
      const renewed = heartbeats.lastRenewal(name, now());
      if (renewed === undefined) return [];
      const owner = { apiVersion: "v1", kind: "Node", name, uid };
      const created = creationTimestamp === undefined ? {} : { creationTimestamp };
      return [
        {
          ...lease(NODE_NAMESPACE, name),
          metadata: { name, namespace: NODE_NAMESPACE, ...created, ownerReferences: [owner] },
          spec: { holderIdentity: name, leaseDurationSeconds: NODE_LEASE_SECONDS, renewTime: epoch + renewed },
        },
      ];
    });
  }

  private ofElections(): readonly Lease[] {
    const { elections, epoch } = this.around;
    return elections.flatMap(({ lease: held }) => {
      if (held === undefined) return [];
      const { name, host, acquired, renewed, transitions, duration } = held;
      return [
        {
          ...lease(ELECTION_NAMESPACE, name),
          metadata: { name, namespace: ELECTION_NAMESPACE, creationTimestamp: epoch },
          spec: {
            holderIdentity: host ?? name,
            leaseDurationSeconds: duration / SECOND,
            acquireTime: epoch + acquired,
            renewTime: epoch + renewed,
            leaseTransitions: transitions,
          },
        },
      ];
    });
  }
}

function lease(namespace: string, name: string): Lease {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace }, spec: {} };
}
