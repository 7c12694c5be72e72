/** The API server of a described cluster, with the etcd members behind it. */
import type { Timestamp } from "../api/types/meta.js";
import { defaultAdmissionPlugins } from "../control-plane/apiserver/admission/default-plugins.js";
import { ApiServer } from "../control-plane/apiserver/api-server.js";
import type { HostLinks } from "../control-plane/apiserver/host-links.js";
import { RbacAuthorizer } from "../control-plane/apiserver/rbac-authorizer.js";
import { EtcdCluster } from "../control-plane/etcd/etcd-cluster.js";
import type { Simulation } from "../engine/simulation.js";
import type { ClusterDescription, NetworkDescription } from "./description.js";

export interface ControlPlane {
  readonly apiServer: ApiServer;
  readonly etcd: EtcdCluster;
}

/** What of a description the control plane is built from. */
export type ControlPlaneParts = Pick<ClusterDescription, "controlPlane" | "latencies"> & {
  readonly network: Pick<NetworkDescription, "serviceCIDR">;
};

export function buildControlPlane(
  description: ControlPlaneParts,
  simulation: Simulation,
  epoch: Timestamp,
  links: HostLinks,
): ControlPlane {
  const { controlPlane, latencies, network } = description;
  const members = Array.from({ length: controlPlane.etcdMembers }, (_, index) => `etcd-${index + 1}`);
  const quotaBackendBytes = controlPlane.etcd?.quotaBackendBytes;
  const etcd = new EtcdCluster({ simulation, members, latencies, ...(quotaBackendBytes !== undefined && { quotaBackendBytes }) });
  const flags = controlPlane.apiServer ?? {};
  const notReady = wholeNumber(flags["default-not-ready-toleration-seconds"]);
  const unreachable = wholeNumber(flags["default-unreachable-toleration-seconds"]);
  const reads = wholeNumber(flags["max-requests-inflight"]);
  const writes = wholeNumber(flags["max-mutating-requests-inflight"]);
  const portRange = flags["service-node-port-range"];
  const disabled = flags["disable-admission-plugins"];
  const apiServer = new ApiServer({
    simulation,
    epoch,
    etcd,
    latencies,
    links,
    authorizer: new RbacAuthorizer(),
    admission: defaultAdmissionPlugins({
      serviceAccount: { mountsToken: true },
      tolerationSeconds: {
        ...(notReady !== undefined && { notReadySeconds: notReady }),
        ...(unreachable !== undefined && { unreachableSeconds: unreachable }),
      },
      ...(typeof disabled === "string" && { disabled: disabled.split(",") }),
    }),
    services: { serviceCIDRs: [network.serviceCIDR], ...(typeof portRange === "string" && { nodePortRange: portRange }) },
    // Priority and fairness shares the sum of both limits. Source: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
    ...(controlPlane.cores !== undefined && { cores: controlPlane.cores }),
    ...((reads !== undefined || writes !== undefined) && { maxInFlight: (reads ?? DEFAULT_READS) + (writes ?? DEFAULT_WRITES) }),
  });
  return { apiServer, etcd };
}

/** Defaults of kube-apiserver's --max-requests-inflight and --max-mutating-requests-inflight. */
const DEFAULT_READS = 400;
const DEFAULT_WRITES = 200;

function wholeNumber(value: number | boolean | string | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
