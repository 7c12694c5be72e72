/** One attempt to reach a service, and where it came from. */
import type { Host } from "./data-path.js";
import type { Attachment } from "./pod-network.js";
import type { ProxyEndpoint } from "./proxy/endpoint.js";
import type { BalancerState } from "./proxy/proxy-mode.js";

/** Where a connection comes from. */
export interface NetworkClient {
  /** Undefined outside the cluster. */
  readonly host: Host | undefined;
  /** Undefined for a host's own process and outside the cluster. */
  readonly pod: Attachment | undefined;
  readonly address: string;
}

/**
 * - refused: by a rule of kube-proxy, or because nothing listens.
 * - unanswered: packets are lost.
 * - dropped: lost for a full connection table.
 * - rejected: a proxy answers with an error of its own (404, 503).
 */
export type ConnectionOutcome = "connected" | "refused" | "unanswered" | "dropped" | "rejected";

/** One connection; callers keep and reuse the object. */
export class Connection {
  outcome: ConnectionOutcome = "unanswered";
  server: Attachment | undefined;
  /** Microseconds that the first packet spends in the rules. */
  proxyDelay = 0;
  /** Microseconds there and back. */
  roundTrip = 0;
  bytesPerMicrosecond = 0;
  /** Microseconds that proxies on the way add to each request and its answer. */
  requestDelay = 0;
  client: NetworkClient | undefined;
  /** Host whose rules were read. */
  proxyHost: Host | undefined;
  endpoint: ProxyEndpoint | undefined;
  balancer: BalancerState | undefined;
  /** Whether it has an entry in the connection table of {@link proxyHost}, made under {@link trackedGeneration}. */
  tracked = false;
  trackedGeneration = 0;

  /** Makes the object ready for another attempt. */
  reset(client: NetworkClient): void {
    this.outcome = "unanswered";
    this.server = undefined;
    this.proxyDelay = 0;
    this.roundTrip = 0;
    this.bytesPerMicrosecond = 0;
    this.requestDelay = 0;
    this.client = client;
    this.proxyHost = undefined;
    this.endpoint = undefined;
    this.balancer = undefined;
    this.tracked = false;
  }
}
