/**
 * Volumes and claims as they will be once the pods that were decided are bound.
 *
 * Source: pkg/scheduler/util/assumecache, as volumebinding (binder.go) uses it
 */
import type { PersistentVolume, PersistentVolumeClaim } from "../../api/types/index.js";
import type { Handle } from "../framework/handle.js";
import { isFullyBound, SELECTED_NODE, storageClassOfVolume } from "./volume-claims.js";

/** What is to be done for the claims of a pod on one node. */
export interface PodVolumes {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

export function keyOf({ metadata }: PersistentVolumeClaim): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

export class AssumedVolumes {
  private readonly volumesByName = new Map<string, PersistentVolume>();
  private readonly claimsByKey = new Map<string, PersistentVolumeClaim>();

  constructor(private readonly listers: Handle["listers"]) {}

  claim(key: string): PersistentVolumeClaim | undefined {
    const stored = this.listers.informer("PersistentVolumeClaim").get(key);
    if (stored === undefined || isFullyBound(stored)) return stored;
    return this.claimsByKey.get(key) ?? stored;
  }

  volume(name: string): PersistentVolume | undefined {
    return this.volumesByName.get(name) ?? this.listers.informer("PersistentVolume").get(name);
  }

  *volumes(className: string): Iterable<PersistentVolume> {
    for (const stored of this.listers.informer("PersistentVolume").list()) {
      if (storageClassOfVolume(stored) === className) yield this.volumesByName.get(stored.metadata.name) ?? stored;
    }
  }

  assume({ bindings, provisions }: PodVolumes, nodeName: string): void {
    for (const { claim, volume } of bindings) {
      const { name, namespace, uid } = claim.metadata;
      const claimRef = {
        kind: "PersistentVolumeClaim",
        apiVersion: "v1",
        name,
        ...(namespace !== undefined && { namespace }),
        ...(uid !== undefined && { uid }),
      };
      this.volumesByName.set(volume.metadata.name, { ...volume, spec: { ...volume.spec, claimRef } });
    }
    for (const claim of provisions) {
      const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: nodeName };
      this.claimsByKey.set(keyOf(claim), { ...claim, metadata: { ...claim.metadata, annotations } });
    }
  }

  forget({ bindings, provisions }: PodVolumes): void {
    for (const { volume } of bindings) this.volumesByName.delete(volume.metadata.name);
    for (const claim of provisions) this.claimsByKey.delete(keyOf(claim));
  }
}
