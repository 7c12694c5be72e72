/**
 * What a claim is to be filled from. It stands in two fields: dataSource, which knows claims and snapshots of them alone, and
 * dataSourceRef, which knows anything; whoever writes one has the other as well.
 *
 * Source: k8s.io/kubernetes/pkg/api/persistentvolumeclaim/util.go (DropDisabledFields, EnforceDataSourceBackwardsCompatibility,
 * NormalizeDataSources); the feature gate CrossNamespaceVolumeDataSource is off by default in 1.36.
 */
import type { PersistentVolumeClaim } from "./types/storage.js";

const SNAPSHOT_GROUP = "snapshot.storage.k8s.io";

type ClaimSpec = PersistentVolumeClaim["spec"];
type Reference = NonNullable<ClaimSpec["dataSource"]>;

/** A claim or a snapshot of one. */
function isOldKind({ apiGroup = "", kind }: Reference): boolean {
  return (kind === "PersistentVolumeClaim" && apiGroup === "") || (kind === "VolumeSnapshot" && apiGroup === SNAPSHOT_GROUP);
}

function isInOtherNamespace({ namespace }: Reference): boolean {
  return namespace !== undefined && namespace !== "";
}

function reference({ apiGroup, kind, name }: Reference): Reference {
  return { ...(apiGroup !== undefined && { apiGroup }), kind, name };
}

/** The claim's spec with both fields in step, and without what the API server does not take. */
export function normalizeDataSources(spec: ClaimSpec): ClaimSpec {
  const { dataSource, dataSourceRef, ...rest } = spec;
  if (dataSource === undefined && dataSourceRef === undefined) return spec;
  const old = dataSource !== undefined && isOldKind(dataSource) ? dataSource : undefined;
  const any = dataSourceRef !== undefined && isInOtherNamespace(dataSourceRef) ? undefined : dataSourceRef;
  const given = old ?? any;
  if (given === undefined) return rest;
  return { ...rest, dataSource: old ?? reference(given), dataSourceRef: any ?? reference(given) };
}
