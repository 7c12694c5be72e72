/** Volumes of pods and sources of persistent volumes. Source: kubectl/pkg/describe/describe.go. */
import type { Volume } from "../../../api/types/pod.js";
import { field, type Lines, NONE, quantityText, row, sortedPairs, UNSET } from "./lines.js";

export function volumeLines(volumes: readonly Volume[] | undefined, indent = ""): Lines {
  if (volumes === undefined || volumes.length === 0) return [`${indent}Volumes:\t${NONE}`];
  return [
    `${indent}Volumes:`,
    ...volumes.flatMap((volume) => [`${indent === "" ? "" : " "}  ${volume.name}:`, ...volumeSourceLines(volume)]),
  ];
}

type Fields = readonly (readonly [title: string, value: string | number | boolean])[];

/** The fields of a volume's source, told by the source's name. */
export function volumeSourceLines(volume: Readonly<Record<string, unknown>>): Lines {
  for (const [name, fields] of Object.entries(SOURCES)) {
    const source = volume[name];
    if (typeof source === "object" && source !== null) return fields(source as never).flatMap(([title, value]) => valueLines(title, value));
  }
  return [row(1, "<unknown>")];
}

/** Values of several lines go below each other. */
function valueLines(title: string, value: string | number | boolean): Lines {
  return String(value)
    .split("\n")
    .map((line, index) => (index === 0 ? field(2, title, line) : row(2, "", line)));
}

interface Projection {
  readonly configMap?: { readonly name?: string; readonly optional?: boolean };
  readonly secret?: { readonly name?: string; readonly optional?: boolean };
  readonly downwardAPI?: unknown;
  readonly serviceAccountToken?: { readonly expirationSeconds?: number };
}

function projectionFields({ configMap, secret, downwardAPI, serviceAccountToken }: Projection): Fields {
  return [
    ...(secret === undefined
      ? []
      : ([
          ["SecretName", secret.name ?? ""],
          ["Optional", secret.optional ?? false],
        ] as const)),
    ...(downwardAPI === undefined ? [] : ([["DownwardAPI", true]] as const)),
    ...(configMap === undefined
      ? []
      : ([
          ["ConfigMapName", configMap.name ?? ""],
          ["Optional", configMap.optional ?? false],
        ] as const)),
    ...(serviceAccountToken === undefined
      ? []
      : ([["TokenExpirationSeconds", serviceAccountToken.expirationSeconds ?? DEFAULT_EXPIRATION]] as const)),
  ];
}

/** Source: the default of ServiceAccountTokenProjection.expirationSeconds. */
const DEFAULT_EXPIRATION = 3_600;

const CLAIM = "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)";

type Source = Readonly<Record<string, unknown>>;

function text(source: Source, name: string): string {
  const value = source[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

const SOURCES: Readonly<Record<string, (source: never) => Fields>> = {
  hostPath: (source: Source) => [
    ["Type", "HostPath (bare host directory volume)"],
    ["Path", text(source, "path")],
    ["HostPathType", text(source, "type")],
  ],
  emptyDir: (source: NonNullable<Volume["emptyDir"]>) => [
    ["Type", "EmptyDir (a temporary directory that shares a pod's lifetime)"],
    ["Medium", source.medium ?? ""],
    ["SizeLimit", source.sizeLimit === undefined ? UNSET : quantityText(source.sizeLimit)],
  ],
  secret: (source: NonNullable<Volume["secret"]>) => [
    ["Type", "Secret (a volume populated by a Secret)"],
    ["SecretName", source.secretName ?? ""],
    ["Optional", source.optional ?? false],
  ],
  configMap: (source: NonNullable<Volume["configMap"]>) => [
    ["Type", "ConfigMap (a volume populated by a ConfigMap)"],
    ["Name", source.name ?? ""],
    ["Optional", source.optional ?? false],
  ],
  nfs: (source: NonNullable<Volume["nfs"]>) => [
    ["Type", "NFS (an NFS mount that lasts the lifetime of a pod)"],
    ["Server", source.server],
    ["Path", source.path],
    ["ReadOnly", source.readOnly ?? false],
  ],
  persistentVolumeClaim: (source: NonNullable<Volume["persistentVolumeClaim"]>) => [
    ["Type", CLAIM],
    ["ClaimName", source.claimName],
    ["ReadOnly", source.readOnly ?? false],
  ],
  ephemeral: (source: NonNullable<Volume["ephemeral"]>) => {
    const { spec = {} } = source.volumeClaimTemplate ?? {};
    return [
      ["Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)"],
      ["StorageClass", text(spec, "storageClassName")],
      ["Volume", ""],
    ];
  },
  projected: (source: { readonly sources?: readonly Projection[] }) => [
    ["Type", "Projected (a volume that contains injected data from multiple sources)"],
    ...(source.sources ?? []).flatMap(projectionFields),
  ],
  awsElasticBlockStore: (source: Source) => [
    ["Type", "AWSElasticBlockStore (a Persistent Disk resource in AWS)"],
    ["VolumeID", text(source, "volumeID")],
    ["FSType", text(source, "fsType")],
    ["Partition", text(source, "partition") || "0"],
    ["ReadOnly", source.readOnly === true],
  ],
  local: (source: Source) => [
    ["Type", "LocalVolume (a persistent volume backed by local storage on a node)"],
    ["Path", text(source, "path")],
  ],
  csi: (source: Source) => [
    ["Type", "CSI (a Container Storage Interface (CSI) volume source)"],
    ["Driver", text(source, "driver")],
    ["FSType", text(source, "fsType")],
    ...(source.volumeHandle === undefined ? [] : ([["VolumeHandle", text(source, "volumeHandle")]] as const)),
    ["ReadOnly", source.readOnly === true],
    ["VolumeAttributes", sortedPairs(source.volumeAttributes as Readonly<Record<string, string>> | undefined).join("\n") || NONE],
  ],
  image: (source: NonNullable<Volume["image"]>) => [
    ["Type", "Image (a container image or OCI artifact)"],
    ["Reference", source.reference ?? ""],
    ["PullPolicy", source.pullPolicy ?? ""],
  ],
};
