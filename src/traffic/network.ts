/** What traffic asks of the network: connections to services. The pod and service network of src/network is one that answers. */
import type { LabelSelector } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { RandomStream } from "../engine/random.js";

/** A pod that serves; the same object as long as its sandbox lives. */
export interface TrafficServer {
  /** "namespace/name" */
  readonly key: string;
  readonly pod: Pod;
  readonly host: { readonly name: string };
  /** Whether its processes accept connections. */
  readonly listening: boolean;
}

/** A source of connections, made by the network. */
export interface TrafficClient {
  readonly address: string;
  /** Undefined outside pods. */
  readonly pod: { readonly key: string } | undefined;
}

/** Where connections go, made by the network. */
export interface TrafficDestination {
  readonly target: unknown;
}

/** One connection: made by the network, kept and reused by its owner. */
export interface TrafficConnection {
  /** Unanswered: packets are lost without a word; dropped: so too, for a full connection table; rejected: a proxy answers with an error. */
  readonly outcome: "connected" | "refused" | "unanswered" | "dropped" | "rejected";
  readonly server: TrafficServer | undefined;
  /** Microseconds. */
  readonly proxyDelay: number;
  /** Microseconds there and back. */
  readonly roundTrip: number;
  readonly bytesPerMicrosecond: number;
  /** Microseconds that proxies on the way add to each request and its answer. */
  readonly requestDelay: number;
}

/** A Service by one of its addresses, or an Ingress by host and path. */
export type TrafficTarget =
  | {
      readonly service: string;
      readonly namespace: string;
      readonly port?: number | string;
      readonly via: "clusterIP" | "nodePort" | "loadBalancer";
    }
  | { readonly ingress: string; readonly namespace: string; readonly host?: string; readonly path: string };

export interface TrafficNetwork {
  newConnection(): TrafficConnection;
  destination(target: TrafficTarget): TrafficDestination;
  outside(address: string): TrafficClient;
  onHost(node: string): TrafficClient;
  /** Clients in running pods, kept up to date. */
  clientsIn(namespace: string, selector: LabelSelector): { readonly list: readonly TrafficClient[] };
  connect(client: TrafficClient, destination: TrafficDestination, random: RandomStream, connection: TrafficConnection): void;
  disconnect(connection: TrafficConnection): void;
  /** Whether packets of an open connection still arrive. */
  delivers(connection: TrafficConnection): boolean;
  onServerLost(listener: (server: TrafficServer, answer: "reset" | "silence") => void): void;
}
