/** Pods by the claims that they use. */
import type { Pod } from "../../../api/types/index.js";

/** Name of the informer index. */
export const BY_CLAIM = "claim";

const NO_KEYS: readonly string[] = [];

/** Values of the index {@link BY_CLAIM}: keys of the claims that a pod uses. */
export function claimKeys(pod: Pod): readonly string[] {
  if (pod.spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined) !== true) return NO_KEYS;
  const names = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName],
  );
  return names.map((name) => `${pod.metadata.namespace}/${name}`);
}
