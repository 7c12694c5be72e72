/**
 * ServiceAccount: pods without a service account get the namespace's default one.
 *
 * The volume with the account's token, which upstream adds as well, is left out unless asked for: nothing simulated reads it.
 *
 * Source: kubernetes/plugin/pkg/admission/serviceaccount.
 */
import type { Container, PodSpec } from "../../../api/types/pod.js";
import type { ObjectReader } from "../object-store.js";
import { type AdmissionPlugin, type AdmittedSpec, RefusedSpec } from "./admission.js";

const DEFAULT_ACCOUNT = "default";

export interface ServiceAccountOptions {
  /** Refuse pods whose account does not exist, as upstream; needs the service account controller, which makes the default ones. */
  readonly mustExist?: boolean;
  /** Give pods the volume with the account's token, as upstream; pods of one template get the same volume. */
  readonly mountsToken?: boolean;
}

const TOKEN_VOLUME_PREFIX = "kube-api-access-";
const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** An hour and a few seconds, by which the kubelet tells these tokens from others. */
const TOKEN_SECONDS = 3607;
/** Letters of generated names. Source: apimachinery util/rand. */
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;

export class ServiceAccount implements AdmissionPlugin {
  readonly name = "ServiceAccount";
  readonly dependsOn = ["ServiceAccount"] as const;

  private volumes = 0;

  constructor(private readonly options: ServiceAccountOptions = {}) {}

  admitPodSpec(spec: PodSpec, namespace: string, objects: ObjectReader): AdmittedSpec {
    const given = spec.serviceAccountName;
    const account = given === undefined || given === "" ? DEFAULT_ACCOUNT : given;
    // That there is no such namespace is NamespaceLifecycle's to say.
    const isPlaced = objects.get("Namespace", undefined, namespace) !== undefined;
    if (this.options.mustExist === true && isPlaced && objects.get("ServiceAccount", namespace, account) === undefined) {
      throw new RefusedSpec(`error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`);
    }
    const named =
      account === given && spec.serviceAccount === account ? spec : { ...spec, serviceAccountName: account, serviceAccount: account };
    return { spec: this.options.mountsToken === true && spec.automountServiceAccountToken !== false ? this.withToken(named) : named };
  }

  private withToken(spec: PodSpec): PodSpec {
    const mounted = (container: Container): boolean => container.volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_PATH) === true;
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    if (containers.every(mounted)) return spec;
    const name = TOKEN_VOLUME_PREFIX + suffixOf(this.volumes++);
    const mount = (container: Container): Container =>
      mounted(container)
        ? container
        : { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_PATH }] };
    const sources = [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
    ];
    return {
      ...spec,
      volumes: [...(spec.volumes ?? []), { name, projected: { sources, defaultMode: 0o644 } }],
      containers: spec.containers.map(mount),
      ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(mount) }),
    };
  }
}

function suffixOf(number: number): string {
  let suffix = "";
  for (let left = number; suffix.length < SUFFIX_LENGTH; left = Math.floor(left / LETTERS.length))
    suffix = LETTERS[left % LETTERS.length] + suffix;
  return suffix;
}
