/**
 * ServiceAccount: pods without a service account get the namespace's default one, and what goes with the account.
 *
 * Source: kubernetes/plugin/pkg/admission/serviceaccount.
 */
import type { PodSpec } from "../../../api/types/pod.js";
import type { ServiceAccount as Account } from "../../../api/types/policy.js";
import type { ObjectReader } from "../object-store.js";
import { type AdmissionPlugin, type AdmittedSpec, RefusedSpec } from "./admission.js";
import { forbiddenSecret } from "./mountable-secrets.js";
import { withToken } from "./service-account-token.js";

const DEFAULT_ACCOUNT = "default";

export interface ServiceAccountOptions {
  /** Refuse pods whose account does not exist, as upstream; needs the service account controller, which makes the default ones. */
  readonly mustExist?: boolean;
  /** Give pods the volume with the account's token, as upstream; pods of one template get the same volume. */
  readonly mountsToken?: boolean;
}

export class ServiceAccount implements AdmissionPlugin {
  readonly name = "ServiceAccount";
  readonly dependsOn = ["ServiceAccount"] as const;
  /** What the kubelet runs from a file must stay as it is there. */
  readonly leavesMirrorPods = true;

  /** Of each spec the one with names and token, so that its pods share containers and volumes whatever changes around them. */
  private readonly tokened = new WeakMap<PodSpec, PodSpec>();
  private volumes = 0;

  constructor(private readonly options: ServiceAccountOptions = {}) {}

  admitPodSpec(spec: PodSpec, namespace: string, objects: ObjectReader): AdmittedSpec {
    const { serviceAccountName: given = "", imagePullSecrets = [] } = spec;
    const name = given === "" ? DEFAULT_ACCOUNT : given;
    const account = objects.get("ServiceAccount", namespace, name);
    // That there is no such namespace is NamespaceLifecycle's to say.
    const isPlaced = objects.get("Namespace", undefined, namespace) !== undefined;
    if (account === undefined && this.options.mustExist === true && isPlaced)
      throw new RefusedSpec(`error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
    const named = name === given && spec.serviceAccount === name ? spec : { ...spec, serviceAccountName: name, serviceAccount: name };
    const admitted = this.mountsToken(spec, account) ? this.withToken(spec, named) : named;
    const own = account?.imagePullSecrets ?? [];
    return { spec: imagePullSecrets.length > 0 || own.length === 0 ? admitted : { ...admitted, imagePullSecrets: own } };
  }

  validatePodSpec(spec: PodSpec, namespace: string, objects: ObjectReader): void {
    const account = objects.get("ServiceAccount", namespace, spec.serviceAccountName ?? DEFAULT_ACCOUNT);
    const forbidden = account && forbiddenSecret(account, spec);
    if (forbidden !== undefined) throw new RefusedSpec(forbidden);
  }

  private withToken(spec: PodSpec, named: PodSpec): PodSpec {
    let complete = this.tokened.get(spec);
    if (complete === undefined) this.tokened.set(spec, (complete = withToken(named, this.volumes++)));
    return complete;
  }

  /** What the pod says counts more than what its account says. */
  private mountsToken(spec: PodSpec, account: Account | undefined): boolean {
    return this.options.mountsToken === true && (spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true);
  }
}
