/** Objects and servers for the tests of the API server. */
import type { Pod } from "../../../src/api/types/pod.js";
import { ApiServer, type ApiServerOptions } from "../../../src/control-plane/apiserver/api-server.js";
import { NO_LATENCIES } from "../../../src/control-plane/apiserver/latencies.js";
import { constant } from "../../../src/engine/distribution.js";
import { EtcdCluster } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";

export const EPOCH = 1_700_000_000 * SECOND;

const SPEC: Pod["spec"] = { containers: [{ name: "web", image: "nginx:1.27" }] };

export function pod(name: string, overrides: Partial<Pod> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    spec: SPEC,
    ...overrides,
    metadata: { name, namespace: "default", ...overrides.metadata },
  };
}

/** A server that answers at once, so that a test sees rules and not times. */
export function instantServer(options: Partial<ApiServerOptions> = {}): { readonly simulation: Simulation; readonly server: ApiServer } {
  const simulation = options.simulation ?? new Simulation({ seed: 1 });
  const etcd = new EtcdCluster({ simulation, latencies: { etcdFsync: constant(0), etcdRoundTrip: constant(0) } });
  const server = new ApiServer({ epoch: EPOCH, latencies: NO_LATENCIES, etcd, ...options, simulation });
  return { simulation, server };
}
