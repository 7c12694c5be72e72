/**
 * A kubeadm ClusterConfiguration, with the KubeProxyConfiguration and KubeletConfiguration that may stand beside it in one file.
 * Source of the format: https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/
 */
import Type, { type Static } from "typebox";
import type { Cluster } from "../schema/cluster.js";
import type { Finding } from "../mistake.js";
import { validatorOf } from "../validation.js";

/** Extra arguments: a map up to v1beta3, a list since v1beta4. */
const ExtraArguments = Type.Optional(
  Type.Union([Type.Record(Type.String(), Type.String()), Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))], {
    errorMessage: "must be a map of flags (v1beta3) or a list of {name, value} (v1beta4)",
  }),
);

/** The fields that matter here; the file may have others. */
const ClusterConfiguration = Type.Object({
  clusterName: Type.Optional(Type.String()),
  kubernetesVersion: Type.Optional(
    Type.String({ pattern: "^v?1\\.[0-9]+(\\.[0-9]+)?$", errorMessage: 'must be a version such as "1.36.0"' }),
  ),
  networking: Type.Optional(
    Type.Object({
      podSubnet: Type.Optional(Type.String()),
      serviceSubnet: Type.Optional(Type.String()),
      dnsDomain: Type.Optional(Type.String()),
    }),
  ),
  apiServer: Type.Optional(Type.Object({ extraArgs: ExtraArguments })),
  controllerManager: Type.Optional(Type.Object({ extraArgs: ExtraArguments })),
  proxy: Type.Optional(Type.Object({ disabled: Type.Optional(Type.Boolean()) })),
});
type ClusterConfiguration = Static<typeof ClusterConfiguration>;

const validate = validatorOf(ClusterConfiguration);

const KINDS: Readonly<Record<string, string>> = {
  ClusterConfiguration: "kubeadm.k8s.io/",
  KubeProxyConfiguration: "kubeproxy.config.k8s.io/",
  KubeletConfiguration: "kubelet.config.k8s.io/",
  InitConfiguration: "kubeadm.k8s.io/",
  JoinConfiguration: "kubeadm.k8s.io/",
};

/** Whether a document belongs to a kubeadm file. */
export function isKubeadmDocument(value: unknown): boolean {
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return typeof apiVersion === "string" && typeof kind === "string" && KINDS[kind] !== undefined && apiVersion.startsWith(KINDS[kind]);
}

/** What one document says; mistakes are added to the findings. */
export function readKubeadmDocument(value: unknown, found: Finding[]): Cluster {
  switch ((value as { kind: string }).kind) {
    case "ClusterConfiguration": {
      const wrong = validate(value);
      found.push(...wrong);
      return wrong.length > 0 ? {} : readClusterConfiguration(value as ClusterConfiguration);
    }
    case "KubeProxyConfiguration": {
      const { mode } = value as { mode?: unknown };
      if (mode === undefined || mode === "") return {};
      if (mode === "iptables" || mode === "ipvs" || mode === "nftables") return { network: { proxyMode: mode } };
      found.push({ path: ["mode"], at: "value", message: `Invalid value: ${JSON.stringify(mode)}: must be iptables, ipvs or nftables` });
      return {};
    }
    case "KubeletConfiguration": {
      const { nodeStatusUpdateFrequency, maxPods, podsPerCore, serializeImagePulls } = value as Readonly<Record<string, unknown>>;
      return {
        kubelet: {
          ...(typeof nodeStatusUpdateFrequency === "string" && { nodeStatusUpdateFrequency }),
          ...(typeof maxPods === "number" && { maxPods }),
          ...(typeof podsPerCore === "number" && { podsPerCore }),
          ...(typeof serializeImagePulls === "boolean" && { serializeImagePulls }),
        },
      };
    }
    default:
      return {};
  }
}

function readClusterConfiguration(config: ClusterConfiguration): Cluster {
  const controllerManager = flags(config.controllerManager?.extraArgs);
  const apiServer = flags(config.apiServer?.extraArgs);
  const { podSubnet, serviceSubnet } = config.networking ?? {};
  return {
    ...(config.clusterName !== undefined && { name: config.clusterName }),
    ...(config.kubernetesVersion !== undefined && { kubernetesVersion: config.kubernetesVersion }),
    ...((controllerManager ?? apiServer) !== undefined && {
      controlPlane: { ...(controllerManager !== undefined && { controllerManager }), ...(apiServer !== undefined && { apiServer }) },
    }),
    ...((podSubnet ?? serviceSubnet ?? config.proxy) !== undefined && {
      network: {
        // Of a dual-stack list the first range is the cluster's primary one.
        ...(podSubnet !== undefined && { podCIDR: podSubnet.split(",")[0] }),
        ...(serviceSubnet !== undefined && { serviceCIDR: serviceSubnet.split(",")[0] }),
        ...(config.proxy?.disabled === true && { proxyMode: "ebpf" as const }),
      },
    }),
  };
}

/** Texts of flags as the values that they mean: numbers, booleans, else texts (durations among them). */
function flags(given: Static<typeof ExtraArguments> | undefined): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined) return undefined;
  const entries = Array.isArray(given)
    ? (given as readonly { name: string; value: string }[]).map(({ name, value }) => [name, value] as const)
    : Object.entries(given);
  return Object.fromEntries(entries.map(([name, value]) => [name, flagValue(value)]));
}

function flagValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
