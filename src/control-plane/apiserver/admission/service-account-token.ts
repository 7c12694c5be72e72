/**
 * The volume by which a pod's containers have the token of its service account.
 *
 * Source: mountServiceAccountToken in kubernetes/plugin/pkg/admission/serviceaccount,
 * https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
import type { Container, PodSpec, Volume } from "../../../api/types/pod.js";

const VOLUME_PREFIX = "kube-api-access-";
const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** An hour and a few seconds, by which the kubelet tells these tokens from others. */
const TOKEN_SECONDS = 3607;
/** Mode 0644 of the files. */
const FILE_MODE = 0o644;
/** Letters of generated names, and how many. Source: apimachinery util/rand, apiserver's names.SimpleNameGenerator. */
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;

const SOURCE = {
  sources: [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
  ],
  defaultMode: FILE_MODE,
};

function isMounted({ volumeMounts = [] }: Container): boolean {
  return volumeMounts.some(({ mountPath }) => mountPath === MOUNT_PATH);
}

/** How many names there are, and a number without common divisor that scatters them. */
const COMBINATIONS = LETTERS.length ** SUFFIX_LENGTH;
const SCATTER = 8_868_113;

/** Five letters that differ for numbers that do, as long as there are combinations. */
function suffixOf(number: number): string {
  let suffix = "";
  for (let left = ((number + 1) * SCATTER) % COMBINATIONS; suffix.length < SUFFIX_LENGTH; left = Math.floor(left / LETTERS.length))
    suffix = LETTERS[left % LETTERS.length] + suffix;
  return suffix;
}

/**
 * The spec with the token mounted in each container that has nothing in its place.
 *
 * @param number tells volumes of different specs apart
 */
export function withToken(spec: PodSpec, number: number): PodSpec {
  const { containers, initContainers, volumes = [] } = spec;
  if ([...containers, ...(initContainers ?? [])].every(isMounted)) return spec;
  const given = volumes.find((volume) => volume.name.startsWith(VOLUME_PREFIX));
  const volume: Volume = given ?? { name: VOLUME_PREFIX + suffixOf(number), projected: SOURCE };
  const mounts = { name: volume.name, readOnly: true, mountPath: MOUNT_PATH };
  const mount = (container: Container): Container =>
    isMounted(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mounts] };
  return {
    ...spec,
    ...(given === undefined && { volumes: [...volumes, volume] }),
    containers: containers.map(mount),
    ...(initContainers !== undefined && { initContainers: initContainers.map(mount) }),
  };
}
