/**
 * Defaults of what volumes are made from, in pods and in PersistentVolumes.
 *
 * Source: k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, and the "+default" marks of k8s.io/api/core/v1/types.go.
 */
import { defaultReference } from "./field-references.js";
import { defaultPullPolicy } from "../image-name.js";

type Source = Readonly<Record<string, unknown>>;

/** Mode 0644 of projected files (corev1.*VolumeSourceDefaultMode). */
const FILE_MODE = 0o644;
/** Life of a projected service account token (SetDefaults_ServiceAccountTokenProjection). */
const TOKEN_EXPIRATION_SECONDS = 3600;

/** What a source has where its volume does not say, of sources that pods and PersistentVolumes have in common. */
const SHARED_DEFAULTS: Readonly<Record<string, Source>> = {
  hostPath: { type: "" },
  iscsi: { iscsiInterface: "default" },
  rbd: { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" },
  azureDisk: { cachingMode: "ReadWrite", kind: "Shared", fsType: "ext4", readOnly: false },
  scaleIO: { storageMode: "ThinProvisioned", fsType: "xfs" },
};

function defaultFieldRefs(items: unknown): unknown {
  return Array.isArray(items) ? (items as Source[]).map(defaultReference) : items;
}

function defaultProjection(source: Source): Source {
  if (source.serviceAccountToken !== undefined) {
    return { ...source, serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, ...(source.serviceAccountToken as Source) } };
  }
  const downward = source.downwardAPI as Source | undefined;
  return downward === undefined ? source : { ...source, downwardAPI: { ...downward, items: defaultFieldRefs(downward.items) } };
}

/** Defaults of the sources that only pods have. */
const POD_SOURCES: Readonly<Record<string, (source: Source) => Source>> = {
  secret: (source) => ({ defaultMode: FILE_MODE, ...source }),
  configMap: (source) => ({ defaultMode: FILE_MODE, ...source }),
  downwardAPI: (source) => ({
    defaultMode: FILE_MODE,
    ...source,
    ...(source.items === undefined ? {} : { items: defaultFieldRefs(source.items) }),
  }),
  projected: (source) => ({
    defaultMode: FILE_MODE,
    ...source,
    sources: ((source.sources as Source[] | undefined) ?? []).map(defaultProjection),
  }),
  image: (source) => ({ pullPolicy: defaultPullPolicy(typeof source.reference === "string" ? source.reference : ""), ...source }),
  ephemeral: (source) => {
    const template = source.volumeClaimTemplate as Source | undefined;
    if (template === undefined) return source;
    return { ...source, volumeClaimTemplate: { ...template, spec: { volumeMode: "Filesystem", ...(template.spec as Source) } } };
  },
};

/** A source by its name in the volume, such as "hostPath", with its defaults; undefined where it has none. */
export function defaultVolumeSource(name: string, source: Source): Source | undefined {
  if (Object.hasOwn(SHARED_DEFAULTS, name)) return { ...SHARED_DEFAULTS[name], ...source };
  return Object.hasOwn(POD_SOURCES, name) ? POD_SOURCES[name](source) : undefined;
}

/** The spec of a PersistentVolume with the defaults of its source; the same spec where there is nothing to fill in. */
export function defaultPersistentSource<T extends object>(spec: T): T {
  let complete = spec;
  for (const [name, defaults] of Object.entries(SHARED_DEFAULTS)) {
    const source = (spec as Source)[name] as Source | undefined;
    if (source === undefined || Object.keys(defaults).every((field) => source[field] !== undefined)) continue;
    complete = { ...complete, [name]: { ...defaults, ...source } };
  }
  return complete;
}
