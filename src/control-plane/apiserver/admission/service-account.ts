/**
 * ServiceAccount: pods without a service account get the namespace's default one.
 *
 * The volume with the account's token, which upstream adds as well, is left out: nothing simulated reads it, and its random name
 * would make each pod's spec different.
 *
 * Source: kubernetes/plugin/pkg/admission/serviceaccount.
 */
import type { PodSpec } from "../../../api/types/pod.js";
import type { ObjectReader } from "../object-store.js";
import { type AdmissionPlugin, type AdmittedSpec, RefusedSpec } from "./admission.js";

const DEFAULT_ACCOUNT = "default";

export interface ServiceAccountOptions {
  /** Refuse pods whose account does not exist, as upstream; needs the service account controller, which makes the default ones. */
  readonly mustExist?: boolean;
}

export class ServiceAccount implements AdmissionPlugin {
  readonly name = "ServiceAccount";
  readonly dependsOn = ["ServiceAccount"] as const;

  constructor(private readonly options: ServiceAccountOptions = {}) {}

  admitPodSpec(spec: PodSpec, namespace: string, objects: ObjectReader): AdmittedSpec {
    const given = spec.serviceAccountName;
    const account = given === undefined || given === "" ? DEFAULT_ACCOUNT : given;
    if (this.options.mustExist === true && objects.get("ServiceAccount", namespace, account) === undefined) {
      throw new RefusedSpec(`error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`);
    }
    return account === given && spec.serviceAccount === account
      ? { spec }
      : { spec: { ...spec, serviceAccountName: account, serviceAccount: account } };
  }
}
