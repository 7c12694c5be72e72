/**
 * Refused creations of pods. A ReplicaSet's condition tells of them; of other controllers it can only be seen that they tried, and will
 * try again, later and later. So whoever's pods were refused may rightly have fewer than are asked for.
 */
import type { HandlingListener } from "../../control-plane/apiserver/request.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { ObservedCluster } from "./invariant.js";

/** The longest back-off of a work queue. Source: DefaultTypedControllerRateLimiter in k8s.io/client-go/util/workqueue. */
const LONGEST_BACKOFF: SimTime = 1000 * SECOND;

const ACCOUNT_PREFIX = "system:serviceaccount:kube-system:";

export class Refusals {
  private readonly last = new Map<string, SimTime>();

  constructor(private readonly cluster: Pick<ObservedCluster, "now">) {}

  /** To be told of each request. */
  readonly handling: HandlingListener = ({ caller, verb, subresource, target }) => {
    if (verb !== "create" || subresource !== "" || target.kind !== "Pod") return undefined;
    return (accepted) => {
      if (!accepted) this.last.set(`${caller.user} ${target.namespace ?? ""}`, this.cluster.now);
    };
  };

  /** Whether the controller may still wait before it tries again to create a pod in the namespace. */
  mayWait(controller: string, namespace: string | undefined): boolean {
    const time = this.last.get(`${ACCOUNT_PREFIX}${controller} ${namespace ?? ""}`);
    return time !== undefined && this.cluster.now - time <= LONGEST_BACKOFF;
  }
}
